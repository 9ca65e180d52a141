"""Apps: the sites a company watches."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from edge.given import GivenActor, GivenBus
from services.contracts import apps


class AppCreate(msgspec.Struct, forbid_unknown_fields=True):
    name: apps.AppName
    url: apps.Url
    origins: apps.Origins
    description: apps.Description = ""
    tags: apps.Tags = []
    visibility: apps.Visibility = "private"


class AppUpdate(msgspec.Struct, forbid_unknown_fields=True):
    """What is left out stays."""

    name: apps.AppName | msgspec.UnsetType = msgspec.UNSET
    url: apps.Url | msgspec.UnsetType = msgspec.UNSET
    origins: apps.Origins | msgspec.UnsetType = msgspec.UNSET
    description: apps.Description | msgspec.UnsetType = msgspec.UNSET
    tags: apps.Tags | msgspec.UnsetType = msgspec.UNSET
    visibility: apps.Visibility | msgspec.UnsetType = msgspec.UNSET


class Typed(msgspec.Struct, forbid_unknown_fields=True):
    confirm: Annotated[str, msgspec.Meta(max_length=400)]
    """`domain/app-name`"""


Confirm = Annotated[str, QueryParameter(name="confirm", max_length=400)]


class Apps(Controller):
    path = "/api/apps"
    tags = ("apps",)

    @get("/", operation_id="apps")
    async def all(self, actor: GivenActor, bus: GivenBus) -> apps.AppList:
        """The apps one may see."""
        return await bus.call(apps.ListApps(actor=actor))

    @post("/", operation_id="createApp")
    async def create(self, actor: GivenActor, data: JSONBody[AppCreate], bus: GivenBus) -> apps.App:
        return await bus.call(apps.CreateApp(actor=actor, **msgspec.structs.asdict(data)))

    @get("/{app:str}", operation_id="app")
    async def one(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> apps.App:
        return await bus.call(apps.Permit(actor=actor, app=app))

    @patch("/{app:str}", operation_id="updateApp")
    async def update(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[AppUpdate], bus: GivenBus
    ) -> apps.App:
        return await bus.call(apps.UpdateApp(actor=actor, app=app, **msgspec.structs.asdict(data)))

    @delete("/{app:str}", operation_id="deleteApp")
    async def delete(self, actor: GivenActor, app: FromPath[str], confirm: Confirm, bus: GivenBus) -> None:
        """Delete the app with all its data; `confirm` is `domain/app-name`, typed by the user."""
        await bus.call(apps.DeleteApp(actor=actor, app=app, confirm=confirm))

    @post("/{app:str}/lock", status_code=200, operation_id="lockApp")
    async def lock(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> apps.App:
        """Freeze the app's config."""
        return await bus.call(apps.LockApp(actor=actor, app=app))

    @post("/{app:str}/unlock", status_code=200, operation_id="unlockApp")
    async def unlock(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Typed], bus: GivenBus
    ) -> apps.App:
        return await bus.call(apps.UnlockApp(actor=actor, app=app, confirm=data.confirm))
