"""What is watched in an app: funnel, interesting buttons, campaigns, capture."""

from typing import Annotated

import msgspec
from litestar import Controller, get, put
from litestar.params import FromPath, JSONBody

from edge.given import GivenActor, GivenBus
from services.contracts import config


class Buttons(msgspec.Struct, forbid_unknown_fields=True):
    buttons: Annotated[list[config.Button], msgspec.Meta(max_length=50)]


class Campaigns(msgspec.Struct, forbid_unknown_fields=True):
    campaigns: Annotated[list[config.Campaign], msgspec.Meta(max_length=500)]


class Configs(Controller):
    path = "/api/apps/{app:str}/config"
    tags = ("config",)

    @get("/", operation_id="config")
    async def get_config(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.AppConfig:
        return await bus.call(config.GetConfig(actor=actor, app=app))

    @get("/funnel", operation_id="getFunnel")
    async def get_funnel(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.Funnel:
        return (await bus.call(config.GetConfig(actor=actor, app=app))).funnel

    @get("/buttons", operation_id="getButtons")
    async def get_buttons(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> Buttons:
        return Buttons((await bus.call(config.GetConfig(actor=actor, app=app))).buttons)

    @get("/campaigns", operation_id="getCampaigns")
    async def get_campaigns(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> Campaigns:
        return Campaigns((await bus.call(config.GetConfig(actor=actor, app=app))).campaigns)

    @put("/funnel", operation_id="putFunnel")
    async def put_funnel(
        self,
        actor: GivenActor,
        app: FromPath[str],
        data: JSONBody[config.Funnel],
        bus: GivenBus,
    ) -> config.AppConfig:
        return await bus.call(config.PutFunnel(actor=actor, app=app, funnel=data))

    @put("/buttons", operation_id="putButtons")
    async def put_buttons(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Buttons], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutButtons(actor=actor, app=app, buttons=data.buttons))

    @put("/campaigns", operation_id="putCampaigns")
    async def put_campaigns(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Campaigns], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutCampaigns(actor=actor, app=app, campaigns=data.campaigns))
