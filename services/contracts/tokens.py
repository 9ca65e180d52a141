"""The token an app's pages carry, owned by the service `tokens`."""

from typing import Annotated, ClassVar

import msgspec

from services.contracts.auth import PublicKeys
from services.contracts.messages import Actor, Call, Done, Event


class AppToken(msgspec.Struct, kw_only=True):
    token: str
    """EdDSA JWT with `sub` app, `origins`, `issue`, `jti`, `exp`"""
    expires_at: int
    """UNIX ms"""
    issue: int
    """how many tokens the app was given up to this one"""


class IssueToken(Call[AppToken]):
    """Only the owner. With `overlap` the tokens before it end so many hours from now (0: at once); without, each lives
    to its own end. Raises AppUnknown, Forbidden.
    """

    address: ClassVar[str] = "tokens.issue"
    actor: Actor
    app: str
    days: Annotated[int, msgspec.Meta(ge=7, le=366)] = 366
    overlap: Annotated[int, msgspec.Meta(ge=0, le=366 * 24)] | None = None
    """hours"""


class Issued(msgspec.Struct, kw_only=True):
    """What is known of a token, but for the token itself."""

    issue: int
    issued_by: str
    """the user"""
    issued_at: int
    ends_at: int
    """UNIX ms: its own end, or an earlier one that it was given"""
    revoked: bool
    """it was given an earlier end"""


class IssuedList(msgspec.Struct):
    tokens: list[Issued]


class ListTokens(Call[IssuedList]):
    """Every token the app was issued, the newest first. Only the owner. Raises AppUnknown, Forbidden."""

    address: ClassVar[str] = "tokens.list"
    actor: Actor
    app: str


class RevokeToken(Call[Done]):
    """End a token now. Only the owner. Raises AppUnknown, Forbidden, TokenUnknown."""

    address: ClassVar[str] = "tokens.revoke"
    actor: Actor
    app: str
    issue: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class GetToken(Call[AppToken | None]):
    """The newest token of the app that is still valid, or None: what the snippet to paste shows. Whoever sees the
    app."""

    address: ClassVar[str] = "tokens.current"
    actor: Actor
    app: str


class GetTokenKeys(Call[PublicKeys]):
    """The keys that verify app tokens."""

    address: ClassVar[str] = "tokens.keys"


class CurrentOrigins(msgspec.Struct, frozen=True):
    """The origins an app has now, which hold in the place of those its tokens carry."""

    app: str
    version: int
    """of the app: the higher one holds"""
    origins: tuple[str, ...]


class Revocations(msgspec.Struct):
    revoked: list[str]
    """`jti` of every token revoked before its time and not yet expired"""
    ending: dict[str, int] = {}
    """`jti` of those that end before their time, and when (UNIX ms)"""
    origins: list[CurrentOrigins] = []
    """of the apps whose living tokens carry other ones"""


class GetRevocations(Call[Revocations]):
    """What the edge must know of tokens beyond what they say themselves."""

    address: ClassVar[str] = "tokens.revocations"


class TokenRevoked(Event):
    address: ClassVar[str] = "tokens/revoked"
    jti: str
    app: str
    at: int = 0
    """UNIX ms from which it is refused"""


class OriginsChanged(Event):
    """The app's origins are others than those its tokens carry; the snippets stay as they are."""

    address: ClassVar[str] = "tokens/origins"
    current: CurrentOrigins


class TokenExpiring(Event):
    """Told twice in a token's life, 14 and 3 days before its end."""

    address: ClassVar[str] = "tokens/expiring"
    app: str
    name: str
    """of the app"""
    owner: str
    issue: int
    days: int
    """left"""
    expires_at: int
    """UNIX ms"""
