"""Log-in sessions in the database: begun by a log-in, carried on by refreshes, ended by a log-out or a
stolen token's use.
"""

import secrets
from datetime import UTC, datetime, timedelta

import msgspec
from mongoengine import Q

from services.auth import access_tokens, deeds
from services.auth.documents import LogInSession
from services.auth.refreshing import (
    LIFETIME,
    ROTATIONS_KEPT,
    SPENT_KEPT,
    Rotation,
    digest,
    fresh_salt,
    fresh_token,
    good_now,
    successor,
)
from services.contracts.audit import Did
from services.contracts.auth import SessionEnded
from services.contracts.errors import LogInSessionUnknown, RefreshTokenInvalid
from services.contracts.users import User
from services.hosting.clock import now

MARGIN = 60
"""seconds that clocks may differ"""


def _expiry() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=LIFETIME)


def begin(user: User, device: str) -> tuple[LogInSession, str]:
    """The session and its first refresh token."""
    token, at = fresh_token(), now()
    session = LogInSession(
        id=secrets.token_hex(16),
        user=user.id,
        device=device,
        token=digest(token),
        created_at=at,
        refreshed_at=at,
        expires_at=_expiry(),
    )
    session.to_tell(deeds.of_session(session, "logged_in"))
    return session.save(force_insert=True), token


def of_token(token: str) -> LogInSession:
    """The session whose refresh token this is, or was a moment ago. One used before that ends its session.

    Raises RefreshTokenInvalid.
    """
    found = LogInSession.objects(expires_at__gt=datetime.now(UTC))
    session: LogInSession | None = found.filter(token=digest(token)).first()
    if session is None:
        session = found.filter(spent=digest(token)).first()
        if session is not None and _good_now(token, session) is None:
            end(session, "refresh_token_reused")
            session = None
    if session is None:
        raise RefreshTokenInvalid("log in again")
    return session


def rotate(token: str) -> str:
    """The next refresh token; of several that refresh at once, each gets the same.

    Raises RefreshTokenInvalid.
    """
    while True:
        session = of_token(token)
        if session.token != digest(token):
            if (good := _good_now(token, session)) is not None:
                return good
            continue  # the interval ended just now
        rotation = Rotation(spent=session.token, salt=fresh_salt(), at=now())
        following = successor(token, rotation.salt)
        rotated = LogInSession.objects(id=session.id, token=session.token).update_one(
            __raw__={
                "$set": {
                    "token": digest(following),
                    "refreshed_at": rotation.at,
                    "expires_at": _expiry(),
                },
                "$push": {
                    "spent": {"$each": [session.token], "$slice": -SPENT_KEPT},
                    "rotations": {"$each": [msgspec.to_builtins(rotation)], "$slice": -ROTATIONS_KEPT},
                },
            }
        )
        if rotated:
            return following


def _good_now(token: str, session: LogInSession) -> str | None:
    return good_now(token, msgspec.convert(list(session.rotations), list[Rotation]), now())


def end(session: LogInSession, did: Did | None = None) -> LogInSession:
    """End it, and have that told to those who take its access tokens; with `did`, to the audit log too."""
    before = len(session.untold)
    session.to_tell(SessionEnded(session=session.id, user=session.user))
    if did is not None:
        session.to_tell(deeds.of_session(session, did))
    LogInSession.objects(id=session.id, ended__ne=True).update_one(
        set__ended=True,
        set__token=f"ended {session.id}",
        set__spent=[],
        set__rotations=[],
        set__expires_at=datetime.now(UTC) + timedelta(seconds=access_tokens.LIFETIME + MARGIN),
        push_all__untold=session.untold[before:],
    )
    return session


def by_token(token: str) -> list[LogInSession]:
    return [*LogInSession.objects(Q(token=digest(token)) | Q(spent=digest(token)))]


def of_user(user: str) -> list[LogInSession]:
    return [
        *LogInSession.objects(user=user, ended__ne=True, expires_at__gt=datetime.now(UTC)).order_by(
            "-refreshed_at"
        )
    ]


def one_of(user: str, session: str) -> LogInSession:
    """Raises LogInSessionUnknown."""
    for found in of_user(user):
        if found.id == session:
            return found
    raise LogInSessionUnknown("there is no such log-in session")


def ended() -> list[str]:
    return [session.id for session in LogInSession.objects(ended=True).only("id")]
