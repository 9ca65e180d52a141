"""People and the organisation they belong to, owned by the service `users`."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.messages import Actor, Call, Done, Event

Email = Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Domain = Annotated[
    str,
    msgspec.Meta(
        max_length=253,
        pattern=r"^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
    ),
]
Password = Annotated[str, msgspec.Meta(min_length=10, max_length=200)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]

Role = Literal["admin", "member"]
OrganisationAction = Literal["see_people", "approve", "remove", "hand_over", "read_audit", "make_links"]
"""what `services.users.permissions` says of each"""
Standing = Literal["enrolling", "pending", "active"]
"""`enrolling`: no password yet; `pending`: waits for an admin's approval; `active`: may log in."""


class User(msgspec.Struct, kw_only=True):
    """A person as the dashboard shows them."""

    id: str
    email: str
    name: str
    organisation: str
    """the organisation's domain"""
    role: Role
    standing: Standing
    position: str = ""
    created_at: int
    """UNIX ms"""


class RegisterUser(Call[User]):
    """Found an organisation (the first of its domain, becoming its admin), ask to join it (standing `pending`), or join
    it by the token of a link.

    Raises EmailTaken, InvalidInput, JoinLinkInvalid.
    """

    address: ClassVar[str] = "users.register"
    email: Email
    password: Password
    name: PersonName
    organisation: Domain
    link: Annotated[str, msgspec.Meta(max_length=100)] = ""


class GetUser(Call[User]):
    """Raises UserUnknown."""

    address: ClassVar[str] = "users.get"
    user: str


class UpdateMe(Call[User]):
    """Change one's own name or position; what is unset stays."""

    address: ClassVar[str] = "users.update_me"
    actor: Actor
    name: PersonName | msgspec.UnsetType = msgspec.UNSET
    position: Annotated[str, msgspec.Meta(max_length=100)] | msgspec.UnsetType = msgspec.UNSET


class Colleagues(msgspec.Struct):
    colleagues: list[User]


class ListColleagues(Call[Colleagues]):
    """The active people of the actor's organisation, themselves left out, by name."""

    address: ClassVar[str] = "users.colleagues"
    actor: Actor


class People(msgspec.Struct):
    people: list[User]
    """who waits for approval first, then by name"""


class ListPeople(Call[People]):
    """Everybody of the organisation. Only its admin. Raises Forbidden."""

    address: ClassVar[str] = "users.people"
    actor: Actor


class ApproveUser(Call[User]):
    """Let somebody in who waits; approving twice is no error. Only the admin. Raises Forbidden, UserUnknown."""

    address: ClassVar[str] = "users.approve"
    actor: Actor
    user: str


class RemoveUser(Call[Done]):
    """Refuse somebody who waits, or take a colleague out of the organisation: they are logged out everywhere.

    Only the admin. Raises Forbidden (oneself, too: hand over first), UserUnknown.
    """

    address: ClassVar[str] = "users.remove"
    actor: Actor
    user: str


class HandOverOrganisation(Call[User]):
    """Make an active colleague the admin in one's place. Only the admin. Raises Forbidden, UserUnknown."""

    address: ClassVar[str] = "users.hand_over"
    actor: Actor
    user: str


class UserApproved(Event):
    address: ClassVar[str] = "users/approved"
    user: User
    by: str
    at: int
    """UNIX ms"""


class UserRemoved(Event):
    """Whoever keeps something of them lets it go; what they owned goes to who removed them."""

    address: ClassVar[str] = "users/removed"
    user: User
    """as they were"""
    by: str
    at: int
    """UNIX ms"""


class ApprovalAsked(Event):
    """Somebody waits for the admin to let them in."""

    address: ClassVar[str] = "users/approval_asked"
    user: User
    admin: str
    at: int
    """UNIX ms"""


class AdminChanged(Event):
    address: ClassVar[str] = "users/handed_over"
    organisation: str
    admin: str
    by: str
    """who was it before"""
    at: int
    """UNIX ms"""


class UserRegistered(Event):
    address: ClassVar[str] = "users/registered"
    user: User
