"""What is watched in an app: funnel, interesting buttons, campaigns, segments, own visits, capture."""

from typing import Annotated

import msgspec
from litestar import Controller, get, post, put
from litestar.exceptions import ValidationException
from litestar.params import FromPath, JSONBody, PathParameter

from edge.dashboard.bodies import keep_body, respond_with_all
from edge.given import GivenActor, GivenBus
from services.contracts import config

VersionNumber = Annotated[int, PathParameter(ge=0, le=2**53)]


class Buttons(msgspec.Struct, forbid_unknown_fields=True):
    buttons: Annotated[list[config.Button], msgspec.Meta(max_length=50)]


class Campaigns(msgspec.Struct, forbid_unknown_fields=True):
    campaigns: Annotated[list[config.Campaign], msgspec.Meta(max_length=500)]


class Segments(msgspec.Struct, forbid_unknown_fields=True):
    segments: Annotated[list[config.Segment], msgspec.Meta(max_length=100)]


class Configs(Controller):
    path = "/api/apps/{app:str}/config"
    tags = ("config",)
    before_request = staticmethod(keep_body)
    exception_handlers = {ValidationException: respond_with_all}

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

    @put("/funnel", operation_id="putFunnel", body=config.Funnel)
    async def put_funnel(
        self,
        actor: GivenActor,
        app: FromPath[str],
        data: JSONBody[config.Funnel],
        bus: GivenBus,
    ) -> config.AppConfig:
        return await bus.call(config.PutFunnel(actor=actor, app=app, funnel=data))

    @put("/buttons", operation_id="putButtons", body=Buttons)
    async def put_buttons(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Buttons], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutButtons(actor=actor, app=app, buttons=data.buttons))

    @put("/campaigns", operation_id="putCampaigns", body=Campaigns)
    async def put_campaigns(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Campaigns], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutCampaigns(actor=actor, app=app, campaigns=data.campaigns))

    @get("/segments", operation_id="getSegments")
    async def get_segments(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> Segments:
        return Segments((await bus.call(config.GetConfig(actor=actor, app=app))).segments)

    @put("/segments", operation_id="putSegments", body=Segments)
    async def put_segments(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[Segments], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutSegments(actor=actor, app=app, segments=data.segments))

    @get("/own", operation_id="getOwn")
    async def get_own(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.Own:
        return (await bus.call(config.GetConfig(actor=actor, app=app))).own

    @put("/own", operation_id="putOwn", body=config.Own)
    async def put_own(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[config.Own], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutOwn(actor=actor, app=app, own=data))

    @get("/capture", operation_id="getCapture")
    async def get_capture(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.Capture:
        return (await bus.call(config.GetConfig(actor=actor, app=app))).capture

    @put("/capture", operation_id="putCapture", body=config.Capture)
    async def put_capture(
        self, actor: GivenActor, app: FromPath[str], data: JSONBody[config.Capture], bus: GivenBus
    ) -> config.AppConfig:
        return await bus.call(config.PutCapture(actor=actor, app=app, capture=data))

    @get("/versions", operation_id="configHistory")
    async def history(self, actor: GivenActor, app: FromPath[str], bus: GivenBus) -> config.ConfigHistory:
        """Who changed what, and when; the newest first."""
        return await bus.call(config.GetHistory(actor=actor, app=app))

    @get("/versions/{version:int}", operation_id="configVersion")
    async def version(
        self, actor: GivenActor, app: FromPath[str], version: VersionNumber, bus: GivenBus
    ) -> config.AppConfig:
        """The config as it was."""
        return await bus.call(config.GetVersion(actor=actor, app=app, version=version))

    @post("/versions/{version:int}/restore", status_code=200, operation_id="restoreConfig")
    async def restore(
        self, actor: GivenActor, app: FromPath[str], version: VersionNumber, bus: GivenBus
    ) -> config.AppConfig:
        """Make the config again what it was, as a new version."""
        return await bus.call(config.RestoreVersion(actor=actor, app=app, version=version))
