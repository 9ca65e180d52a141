"""Who may come in: the right password and an active standing."""

from services.auth import access_keys, access_tokens, refreshing, second_factor, sessions, tries
from services.auth.documents import Credential, LogInSession
from services.auth.passwords import matches
from services.contracts.auth import LoggedIn
from services.contracts.errors import ApprovalPending, RefreshTokenInvalid, UserUnknown, WrongCredentials
from services.contracts.users import User
from services.hosting.clock import now


def checked(email: str, password: str, code: str | None = None) -> Credential:
    """Whose e-mail and password these are. With a `code`, be it empty, the second factor is asked for, too; a
    wrong one counts as a try like a wrong password.

    Raises WrongCredentials, after the same time and in the same words whichever is wrong; TooManyRequests,
    SecondFactorRequired, SecondFactorWrong.
    """
    email = email.strip().lower()
    tries.count(email)
    found: Credential | None = Credential.objects(email=email).first()
    if not matches(password, found and found.password_hash):
        raise WrongCredentials("e-mail or password is wrong")
    assert found is not None
    if code is not None:
        second_factor.check(found, code)
    tries.forget(email)
    return found


def of_user(user: str) -> Credential:
    """Raises UserUnknown."""
    found: Credential | None = Credential.objects(user=user).first()
    if found is None:
        raise UserUnknown("there is no such user")
    return found


def admit(user: User | None, device: str) -> tuple[LogInSession, LoggedIn]:
    """Raises ApprovalPending, or WrongCredentials where the registration was never finished, or the person removed."""
    if user is None:
        raise WrongCredentials("e-mail or password is wrong")
    if user.standing == "pending":
        raise ApprovalPending(f"an admin of {user.organisation} has to approve the account first")
    if user.standing != "active":
        raise WrongCredentials("e-mail or password is wrong")
    Credential.objects(user=user.id).update_one(logged_in=True)
    session, token = sessions.begin(user, device)
    return session, _logged_in(user, session, token)


def readmit(user: User | None, session: LogInSession, token: str) -> LoggedIn:
    """Raises RefreshTokenInvalid."""
    if user is None or user.standing != "active":
        sessions.end(session)
        raise RefreshTokenInvalid("log in again")
    return _logged_in(user, session, sessions.rotate(token))


def _logged_in(user: User, session: LogInSession, token: str) -> LoggedIn:
    return LoggedIn(
        access_token=access_keys.current().sign(access_tokens.claims(user, session.id, now())),
        expires_in=access_tokens.LIFETIME,
        refresh_token=token,
        refresh_expires_in=refreshing.LIFETIME,
        user=user,
    )
