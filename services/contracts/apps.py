"""The sites a company watches and who may do what with them, owned by the service `apps`."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.messages import Actor, Call, Event

AppName = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")]
Origin = Annotated[
    str,
    msgspec.Meta(max_length=260, pattern=r"^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$"),
]
Visibility = Literal["private", "public"]
Action = Literal["see", "configure", "issue_token", "invite", "lock", "update", "delete"]
AppRole = Literal["owner", "member", "viewer"]


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
    url: Annotated[str, msgspec.Meta(max_length=2000)]
    origins: Annotated[list[Origin], msgspec.Meta(min_length=1, max_length=20)]
    description: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    tags: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=40)]], msgspec.Meta(max_length=20)
    ] = []
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


class AppCreated(Event):
    address: ClassVar[str] = "apps/created"
    app: App
