"""The token an app's pages carry, owned by the service `tokens`."""

from typing import Annotated, ClassVar

import msgspec

from services.contracts.auth import PublicKeys
from services.contracts.messages import Actor, Call, Event


class AppToken(msgspec.Struct, kw_only=True):
    token: str
    """EdDSA JWT with `sub` app, `origins`, `issue`, `jti`, `exp`"""
    expires_at: int
    """UNIX ms"""
    issue: int
    """how many tokens the app was given up to this one"""


class IssueToken(Call[AppToken]):
    """Only the owner. Raises AppUnknown, Forbidden."""

    address: ClassVar[str] = "tokens.issue"
    actor: Actor
    app: str
    days: Annotated[int, msgspec.Meta(ge=7, le=366)] = 366


class GetToken(Call[AppToken | None]):
    """The newest token of the app that is still valid, or None: what the snippet to paste shows. Whoever sees the
    app."""

    address: ClassVar[str] = "tokens.current"
    actor: Actor
    app: str


class GetTokenKeys(Call[PublicKeys]):
    """The keys that verify app tokens."""

    address: ClassVar[str] = "tokens.keys"


class Revocations(msgspec.Struct):
    revoked: list[str]
    """`jti` of every token revoked before its time and not yet expired"""


class GetRevocations(Call[Revocations]):
    address: ClassVar[str] = "tokens.revocations"


class TokenRevoked(Event):
    address: ClassVar[str] = "tokens/revoked"
    jti: str
    app: str
