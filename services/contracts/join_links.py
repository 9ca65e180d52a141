"""Links that let somebody into an organisation without approval, owned by the service `users`."""

from typing import Annotated, ClassVar

import msgspec

from services.contracts.messages import Actor, Call, Done, Event
from services.contracts.users import Email, User

LinkToken = Annotated[str, msgspec.Meta(max_length=100)]


class JoinLink(msgspec.Struct, kw_only=True):
    """What is known of a link, but for the token that makes it one."""

    id: str
    by: str
    """the user who made it"""
    email: str
    """the only one that may use it; empty: whoever has it"""
    most: int
    left: int
    """how many may join by it, and still may"""
    created_at: int
    expires_at: int
    """UNIX ms"""


class JoinLinks(msgspec.Struct):
    links: list[JoinLink]


class NewJoinLink(msgspec.Struct):
    link: JoinLink
    token: str
    """192 random bits, given now and never again"""


class MakeJoinLink(Call[NewJoinLink]):
    """Raises Forbidden; InvalidInput where there are too many."""

    address: ClassVar[str] = "users.make_join_link"
    actor: Actor
    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 7
    uses: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    email: Email | None = None


class ListJoinLinks(Call[JoinLinks]):
    """Those of the organisation that have not ended, the newest first. Raises Forbidden."""

    address: ClassVar[str] = "users.join_links"
    actor: Actor


class RevokeJoinLink(Call[Done]):
    """Raises Forbidden, JoinLinkUnknown."""

    address: ClassVar[str] = "users.revoke_join_link"
    actor: Actor
    link: str


class JoinOffer(msgspec.Struct):
    """What who holds a link may know of it."""

    organisation: str
    by: str
    """name of who made it"""


class ReadJoinLink(Call[JoinOffer]):
    """Raises JoinLinkInvalid: in the same words whether it never was, was revoked, used up or is too old."""

    address: ClassVar[str] = "users.read_join_link"
    token: LinkToken


class UserJoined(Event):
    """Somebody came in by a link."""

    address: ClassVar[str] = "users/joined"
    user: User
    by: str
    """who made the link"""
    at: int
    """UNIX ms"""
