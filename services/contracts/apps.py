"""The sites a company watches and who may do what with them, owned by the service `apps`."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.messages import Actor, Call, Done, Event

AppName = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
Origin = Annotated[
    str,
    msgspec.Meta(max_length=260, pattern=r"^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$"),
]
Visibility = Literal["private", "public"]
Description = Annotated[str, msgspec.Meta(max_length=1000)]
Tags = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=40)]], msgspec.Meta(max_length=20)]
Url = Annotated[str, msgspec.Meta(max_length=2000)]
Origins = Annotated[list[Origin], msgspec.Meta(min_length=1, max_length=20)]
Action = Literal[
    "see",
    "configure",
    "export",
    "import",
    "erase",
    "issue_token",
    "invite",
    "lock",
    "unlock",
    "update",
    "hand_over",
    "delete",
    "leave",
    "answer",
]
"""what `services.apps.permissions` says of each"""
AppRole = Literal["owner", "member", "viewer"]
Standing = Literal["owner", "accepted", "pending", "rejected"]
"""what an invite made of somebody"""


class App(msgspec.Struct, kw_only=True):
    id: str
    name: str
    url: str
    origins: list[str]
    """exactly these may carry the tracker (`https://shop.example`, no path, no trailing slash)"""
    description: str
    tags: list[str]
    visibility: Visibility
    owner: str
    organisation: str
    locked: bool
    role: AppRole
    """what the asking user is to this app"""
    created_at: int


class AppList(msgspec.Struct):
    apps: list[App]


class CreateApp(Call[App]):
    """Raises AppNameTaken (within the organisation)."""

    address: ClassVar[str] = "apps.create"
    actor: Actor
    name: AppName
    url: Url
    origins: Origins
    description: Description = ""
    tags: Tags = []
    visibility: Visibility = "private"


class ListApps(Call[AppList]):
    """The apps the actor may see, by name."""

    address: ClassVar[str] = "apps.list"
    actor: Actor


class Permit(Call[App]):
    """The app, if the actor may do `action` on it now.

    Raises AppUnknown where the actor may not even see it, Forbidden or ConfigLocked where they may see but not do it.
    """

    address: ClassVar[str] = "apps.permit"
    actor: Actor
    app: str
    action: Action = "see"


class Seer(msgspec.Struct, frozen=True):
    """Somebody who asks to see an app."""

    actor: Actor
    app: str


class Seeing(msgspec.Struct):
    each: list[bool]
    """whether they may, in the order in which they were asked about"""


class PermitEach(Call[Seeing]):
    """Whether each of them may see the app they ask for now: `Permit` to see, for many at once."""

    address: ClassVar[str] = "apps.permit_each"
    seers: list[Seer]


class UpdateApp(Call[App]):
    """What is unset stays. Raises AppUnknown, Forbidden, AppNameTaken, InvalidInput."""

    address: ClassVar[str] = "apps.update"
    actor: Actor
    app: str
    name: AppName | msgspec.UnsetType = msgspec.UNSET
    url: Url | msgspec.UnsetType = msgspec.UNSET
    origins: Origins | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType = msgspec.UNSET
    tags: Tags | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET


class DeleteApp(Call[Done]):
    """The app with all its data: it is gone at once, its data a moment later, by `apps/deleted`.

    Raises AppUnknown, Forbidden, InvalidInput where `confirm` is not `domain/app-name`.
    """

    address: ClassVar[str] = "apps.delete"
    actor: Actor
    app: str
    confirm: Annotated[str, msgspec.Meta(max_length=400)]


class LockApp(Call[App]):
    """Freeze the app's config for everybody, the owner too. Locking it twice is no error."""

    address: ClassVar[str] = "apps.lock"
    actor: Actor
    app: str


class UnlockApp(Call[App]):
    """Raises InvalidInput where `confirm` is not `domain/app-name`."""

    address: ClassVar[str] = "apps.unlock"
    actor: Actor
    app: str
    confirm: Annotated[str, msgspec.Meta(max_length=400)]


class Person(msgspec.Struct, kw_only=True):
    """A colleague, as those who share an app see them."""

    user: str
    name: str
    email: str
    position: str


class Member(Person, kw_only=True):
    standing: Standing
    invited_at: int
    """UNIX ms, 0 for the owner"""
    reminded_at: int
    """UNIX ms, 0 for never"""


class MemberList(msgspec.Struct, kw_only=True):
    members: list[Member]
    """the owner first; those who have not accepted are shown to the owner only"""
    invitable: list[Person]
    """the colleagues that the owner may invite now; empty for everybody else"""


class ListMembers(Call[MemberList]):
    """Whoever sees the app. Raises AppUnknown."""

    address: ClassVar[str] = "apps.members"
    actor: Actor
    app: str


class Invite(Call[Done]):
    """Ask a colleague to join; one who has rejected may be asked again.

    Raises UserUnknown where they are no active colleague, AlreadyMember, AlreadyInvited.
    """

    address: ClassVar[str] = "apps.invite"
    actor: Actor
    app: str
    user: str


class Remind(Call[Done]):
    """Tell somebody of their pending invite once more. Raises InviteUnknown, TooManyRequests within an hour."""

    address: ClassVar[str] = "apps.remind"
    actor: Actor
    app: str
    user: str


class RemoveMember(Call[Done]):
    """End a membership or take an invite back. Raises MemberUnknown."""

    address: ClassVar[str] = "apps.remove"
    actor: Actor
    app: str
    user: str


class LeaveApp(Call[Done]):
    """End one's own membership. Raises Forbidden for the owner, who hands the app over first."""

    address: ClassVar[str] = "apps.leave"
    actor: Actor
    app: str


class HandOver(Call[App]):
    """Make a member the owner; who owned it becomes a member. Raises MemberUnknown."""

    address: ClassVar[str] = "apps.hand_over"
    actor: Actor
    app: str
    user: str


class PendingInvite(msgspec.Struct, kw_only=True):
    app: str
    name: str
    """of the app"""
    url: str
    by: str
    """name of the owner, who asks"""
    invited_at: int


class InviteList(msgspec.Struct):
    invites: list[PendingInvite]


class ListInvites(Call[InviteList]):
    """The actor's own, as long as they have not answered."""

    address: ClassVar[str] = "apps.invites"
    actor: Actor


class AcceptInvite(Call[App]):
    """Raises InviteUnknown, also where there is no such app."""

    address: ClassVar[str] = "apps.accept"
    actor: Actor
    app: str


class RejectInvite(Call[Done]):
    """Raises InviteUnknown, also where there is no such app."""

    address: ClassVar[str] = "apps.reject"
    actor: Actor
    app: str


# Events. Each carries what its listeners need, so that none must ask for an app that may be gone by then.


class AppFacts(msgspec.Struct, kw_only=True):
    """An app as another service has to know it."""

    app: str
    version: int
    """counts the app's changes from 1: of two events the higher one holds"""
    name: str
    organisation: str
    owner: str
    members: list[str]
    origins: list[str]
    visibility: Visibility


class AppCreated(Event):
    address: ClassVar[str] = "apps/created"
    app: App
    version: int = 1


class AppChanged(Event):
    """Told at every change of an app, of its members and of its lock too."""

    address: ClassVar[str] = "apps/changed"
    facts: AppFacts
    changed: list[str]
    """`name`, `origins`, `visibility`, `members`, `owner`, `locked`, `unlocked` …"""
    by: str
    at: int
    """UNIX ms"""


class AppDeleted(Event):
    """Whoever keeps something of the app lets it go."""

    address: ClassVar[str] = "apps/deleted"
    facts: AppFacts
    by: str
    at: int
    """UNIX ms"""


class Concerning(Event):
    """Something between an app and one of its people."""

    facts: AppFacts
    user: str
    """whom it concerns"""
    by: str
    at: int
    """UNIX ms"""


class Invited(Concerning):
    address: ClassVar[str] = "apps/invited"


class InviteReminded(Concerning):
    address: ClassVar[str] = "apps/reminded"


class InviteAccepted(Concerning):
    address: ClassVar[str] = "apps/accepted"


class InviteRejected(Concerning):
    address: ClassVar[str] = "apps/rejected"


class MemberRemoved(Concerning):
    """Also an invite that was taken back."""

    address: ClassVar[str] = "apps/removed"


class MemberLeft(Concerning):
    address: ClassVar[str] = "apps/left"


class HandedOver(Concerning):
    """`user` owns the app now."""

    address: ClassVar[str] = "apps/handed_over"
