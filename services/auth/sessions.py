"""Log-in sessions in the database: begun by a log-in, carried on by refreshes, ended by a log-out or a
token's second use.
"""

import secrets
from datetime import UTC, datetime, timedelta

from services.auth.documents import LogInSession
from services.auth.refreshing import LIFETIME, SPENT_KEPT, digest, fresh_token
from services.contracts.errors import RefreshTokenInvalid
from services.hosting.clock import now


def _expiry() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=LIFETIME)


def begin(user: str, device: str) -> tuple[LogInSession, str]:
    """The session and its first refresh token."""
    token, at = fresh_token(), now()
    session = LogInSession(
        id=secrets.token_hex(16),
        user=user,
        device=device,
        token=digest(token),
        created_at=at,
        refreshed_at=at,
        expires_at=_expiry(),
    )
    return session.save(force_insert=True), token


def of_token(token: str) -> LogInSession:
    """The session whose refresh token this is. One used before ends its session.

    Raises RefreshTokenInvalid.
    """
    session: LogInSession | None = LogInSession.objects(
        token=digest(token), expires_at__gt=datetime.now(UTC)
    ).first()
    if session is None:
        LogInSession.objects(spent=digest(token)).delete()
        raise RefreshTokenInvalid("log in again")
    return session


def rotate(session: LogInSession) -> str:
    """The next refresh token. Of two that refresh at once the second meets a used token: the session ends.

    Raises RefreshTokenInvalid.
    """
    token = fresh_token()
    rotated = LogInSession.objects(id=session.id, token=session.token).update_one(
        __raw__={
            "$set": {"token": digest(token), "refreshed_at": now(), "expires_at": _expiry()},
            "$push": {"spent": {"$each": [session.token], "$slice": -SPENT_KEPT}},
        }
    )
    if not rotated:
        end(session)
        raise RefreshTokenInvalid("log in again")
    return token


def end(session: LogInSession) -> None:
    LogInSession.objects(id=session.id).delete()


def end_by_token(token: str) -> None:
    LogInSession.objects(token=digest(token)).delete()
    LogInSession.objects(spent=digest(token)).delete()
