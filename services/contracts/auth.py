"""Passwords, access tokens and log-in sessions, owned by the service `auth`."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.messages import Actor, Call, Done, Event
from services.contracts.users import Password, User


class PublicKey(msgspec.Struct, frozen=True):
    """An Ed25519 key that verifies tokens whose header names `kid`."""

    kid: str
    x: str
    """the 32 bytes of the key, base64url without padding (as in RFC 8037)"""


class PublicKeys(msgspec.Struct):
    keys: list[PublicKey]


class GetAccessKeys(Call[PublicKeys]):
    """The keys that verify access tokens: the one in use and those whose tokens may still live."""

    address: ClassVar[str] = "auth.keys"


class Enrol(Call[Done]):
    """Give a user their first password. Called again with the same user it replaces the password only while the user
    never logged in, so that a registration broken half-way can be repeated.
    """

    address: ClassVar[str] = "auth.enrol"
    user: str
    email: str
    password: Password


class LoggedIn(msgspec.Struct, kw_only=True):
    access_token: str
    """EdDSA JWT with `sub` user, `org` organisation, `role`, `sid` log-in session, `exp`"""
    expires_in: int
    """seconds"""
    refresh_token: str
    refresh_expires_in: int
    """seconds"""
    user: User


class LogIn(Call[LoggedIn]):
    """Raises WrongCredentials, SecondFactorRequired, SecondFactorWrong, ApprovalPending, TooManyRequests."""

    address: ClassVar[str] = "auth.login"
    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=200)]
    code: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """of the authenticator app, or a recovery code, where the account has a second factor"""
    device: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """what the list of log-in sessions shows, e.g. `Chrome on macOS`"""


class Refresh(Call[LoggedIn]):
    """Trade a refresh token for a new pair. One that was traded up to 10 s ago gets the token that is good
    now; a later second use ends the log-in session.

    Raises RefreshTokenInvalid.
    """

    address: ClassVar[str] = "auth.refresh"
    refresh_token: str


class LogOut(Call[Done]):
    """End the log-in session of that refresh token; an unknown one is no error."""

    address: ClassVar[str] = "auth.logout"
    refresh_token: str


class LogInSession(msgspec.Struct, kw_only=True):
    """A device somebody is logged in on."""

    id: str
    device: str
    """e.g. `Chrome on macOS`"""
    created_at: int
    refreshed_at: int
    """UNIX ms"""
    current: bool
    """the asker's own"""


class LogInSessions(msgspec.Struct):
    sessions: list[LogInSession]


class ListSessions(Call[LogInSessions]):
    """The actor's, the one refreshed last first."""

    address: ClassVar[str] = "auth.sessions"
    actor: Actor


class EndSession(Call[Done]):
    """Log one device out. Raises LogInSessionUnknown."""

    address: ClassVar[str] = "auth.end_session"
    actor: Actor
    session: str


class LogOutEverywhere(Call[Done]):
    """End every log-in session of the actor, this one too."""

    address: ClassVar[str] = "auth.logout_everywhere"
    actor: Actor


class ChangePassword(Call[Done]):
    """Ends the actor's other log-in sessions. Raises WrongCredentials, TooManyRequests."""

    address: ClassVar[str] = "auth.change_password"
    actor: Actor
    current: Annotated[str, msgspec.Meta(max_length=200)]
    new: Password


class EndedSessions(msgspec.Struct):
    ended: list[str]


class GetEndedSessions(Call[EndedSessions]):
    """The log-in sessions that ended before the last of their access tokens has."""

    address: ClassVar[str] = "auth.ended"


class SessionEnded(Event):
    """Access tokens of this log-in session are worth nothing from now on."""

    address: ClassVar[str] = "auth/ended"
    session: str
    user: str


class AskReset(Call[Done]):
    """Have a link mailed that sets a new password. Answered alike whether anybody has that e-mail."""

    address: ClassVar[str] = "auth.ask_reset"
    email: Annotated[str, msgspec.Meta(max_length=254)]


class ResetAsked(Event):
    address: ClassVar[str] = "auth/reset_asked"
    email: str


class ResetLink(msgspec.Struct):
    link: str
    expires_in: int
    """seconds"""


class MakeResetLink(Call[ResetLink]):
    """The operator's way where no mail goes out. Raises UserUnknown."""

    address: ClassVar[str] = "auth.reset_link"
    email: str


class ResetPassword(Call[Done]):
    """Set a new password by the token of a link, once; every log-in session ends. Raises ResetLinkInvalid."""

    address: ClassVar[str] = "auth.reset_password"
    token: Annotated[str, msgspec.Meta(max_length=200)]
    new: Password


class RotateAccessKeys(Call[PublicKeys]):
    """Make the next key that signs access tokens. It is published now and used a minute later; the keys before it stay
    published as long as their tokens live, so nobody is logged out.
    """

    address: ClassVar[str] = "auth.rotate_keys"


class TotpStanding(msgspec.Struct):
    on: bool
    recovery_codes_left: int


class GetTotp(Call[TotpStanding]):
    address: ClassVar[str] = "auth.totp"
    actor: Actor


class TotpOffer(msgspec.Struct):
    secret: str
    """base32, for typing"""
    uri: str
    """`otpauth://…`, for a QR code"""


class OfferTotp(Call[TotpOffer]):
    """A fresh secret for an authenticator app; nothing is asked for until it is confirmed. Raises TotpOn."""

    address: ClassVar[str] = "auth.offer_totp"
    actor: Actor


class RecoveryCodes(msgspec.Struct):
    codes: list[str]
    """each logs in once in the app's place; shown now and never again"""


class ConfirmTotp(Call[RecoveryCodes]):
    """Raises SecondFactorWrong, TotpOn."""

    address: ClassVar[str] = "auth.confirm_totp"
    actor: Actor
    code: Annotated[str, msgspec.Meta(max_length=40)]


class TurnTotpOff(Call[Done]):
    """Raises WrongCredentials, TooManyRequests."""

    address: ClassVar[str] = "auth.turn_totp_off"
    actor: Actor
    password: Annotated[str, msgspec.Meta(max_length=200)]


Scope = Literal["read", "import", "manage"]
"""what a script may do by an API key: read what its user may see, import past events, change what its user may"""
KEY_PREFIX = "dlk_"
"""so that people, and those who look for leaked secrets, know a key when they see one"""


class ApiKey(msgspec.Struct, kw_only=True):
    id: str
    name: str
    scopes: list[Scope]
    created_at: int
    expires_at: int
    """UNIX ms"""


class ApiKeys(msgspec.Struct):
    keys: list[ApiKey]


class NewApiKey(msgspec.Struct):
    key: ApiKey
    secret: str
    """sent as Bearer; shown now and never again"""


class CreateApiKey(Call[NewApiKey]):
    """Raises InvalidInput where the actor has too many."""

    address: ClassVar[str] = "auth.create_key"
    actor: Actor
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=3)]
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 90


class ListApiKeys(Call[ApiKeys]):
    """The actor's own, the newest first."""

    address: ClassVar[str] = "auth.api_keys"
    actor: Actor


class RevokeApiKey(Call[Done]):
    """Raises ApiKeyUnknown."""

    address: ClassVar[str] = "auth.revoke_key"
    actor: Actor
    key: str


class KeyFacts(msgspec.Struct):
    """Whose key it is and what it is good for."""

    id: str
    actor: Actor
    scopes: list[Scope]
    expires_at: int
    """UNIX ms"""


class CheckApiKey(Call[KeyFacts]):
    """Raises AccessTokenInvalid."""

    address: ClassVar[str] = "auth.check_key"
    secret: Annotated[str, msgspec.Meta(max_length=200)]


class ApiKeyRevoked(Event):
    address: ClassVar[str] = "auth/key_revoked"
    key: str
