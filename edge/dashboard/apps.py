"""Apps, their tracker token, and what is watched in them."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post, put
from litestar.params import FromPath, JSONBody

from edge.given import GivenActor, GivenBus
from services.contracts import apps, config, tokens


class AppCreate(msgspec.Struct, forbid_unknown_fields=True):
    name: apps.AppName
    url: Annotated[str, msgspec.Meta(max_length=2000)]
    origins: Annotated[list[apps.Origin], msgspec.Meta(min_length=1, max_length=20)]
    description: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    tags: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=40)]], msgspec.Meta(max_length=20)
    ] = []
    visibility: apps.Visibility = "private"


class TokenIssue(msgspec.Struct, forbid_unknown_fields=True):
    days: Annotated[int, msgspec.Meta(ge=7, le=366)] = 366


class CurrentToken(msgspec.Struct):
    token: tokens.AppToken | None


class Buttons(msgspec.Struct, forbid_unknown_fields=True):
    buttons: Annotated[list[config.Button], msgspec.Meta(max_length=50)]


class Campaigns(msgspec.Struct, forbid_unknown_fields=True):
    campaigns: Annotated[list[config.Campaign], msgspec.Meta(max_length=500)]


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

    @get("/{app:str}/token", operation_id="token")
    async def token(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> CurrentToken:
        """The token of the snippet to paste; null when none was issued or all have expired."""
        return CurrentToken(await bus.call(tokens.GetToken(actor=actor, app=app)))

    @post("/{app:str}/token", operation_id="issueToken")
    async def issue_token(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[TokenIssue], bus: GivenBus
    ) -> tokens.AppToken:
        return await bus.call(tokens.IssueToken(actor=actor, app=app, days=data.days))

    @get("/{app:str}/config", operation_id="config")
    async def get_config(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.AppConfig:
        return await bus.call(config.GetConfig(actor=actor, app=app))

    @get("/{app:str}/config/funnel", operation_id="getFunnel")
    async def get_funnel(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.Funnel:
        return (await bus.call(config.GetConfig(actor=actor, app=app))).funnel

    @get("/{app:str}/config/buttons", operation_id="getButtons")
    async def get_buttons(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> Buttons:
        return Buttons((await bus.call(config.GetConfig(actor=actor, app=app))).buttons)

    @get("/{app:str}/config/campaigns", operation_id="getCampaigns")
    async def get_campaigns(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> Campaigns:
        return Campaigns((await bus.call(config.GetConfig(actor=actor, app=app))).campaigns)

    @put("/{app:str}/config/funnel", operation_id="putFunnel")
    async def put_funnel(
        self,
        actor: GivenActor,
        app: FromPath[str],
        data: JSONBody[config.Funnel],
        bus: GivenBus,
    ) -> config.AppConfig:
        return await bus.call(config.PutFunnel(actor=actor, app=app, funnel=data))

    @put("/{app:str}/config/buttons", operation_id="putButtons")
    async def put_buttons(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Buttons], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutButtons(actor=actor, app=app, buttons=data.buttons))

    @put("/{app:str}/config/campaigns", operation_id="putCampaigns")
    async def put_campaigns(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Campaigns], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutCampaigns(actor=actor, app=app, campaigns=data.campaigns))
