"""The service `config`: what a company watches in an app."""

from services.config import validation, versions
from services.config.documents import Version
from services.contracts.apps import AppCreated, AppDeleted, Permit
from services.contracts.config import (
    AppConfig,
    ConfigChanged,
    ConfigHistory,
    GetConfig,
    GetHistory,
    GetTrackerConfig,
    GetVersion,
    PutButtons,
    PutCampaigns,
    PutCapture,
    PutFunnel,
    PutOwn,
    PutSegments,
    RestoreVersion,
)
from services.hosting import Calls, Database, Healthy, Tell, listen, rpc
from services.hosting.telling import TellFrom

Put = PutFunnel | PutButtons | PutCampaigns | PutSegments | PutOwn | PutCapture


class Config(Healthy):
    name = "config"

    database = Database("config")
    calls = Calls()
    tell = Tell()
    tell_of = TellFrom(Version)

    @rpc
    def get(self, request: GetConfig) -> AppConfig:
        return versions.newest(self.calls(Permit(actor=request.actor, app=request.app)).id)

    @rpc
    def tracker(self, request: GetTrackerConfig) -> AppConfig:
        """Asks nobody: who calls it has checked the app's token or the right to see, and what is not
        configured (an app that does not exist neither) has the defaults.
        """
        return versions.newest(request.app)

    @rpc
    def put_funnel(self, request: PutFunnel) -> AppConfig:
        validation.check(validation.funnel_problems(request.funnel))
        return self._put(request, "funnel", request.funnel)

    @rpc
    def put_buttons(self, request: PutButtons) -> AppConfig:
        validation.check(validation.button_problems(request.buttons))
        return self._put(request, "buttons", request.buttons)

    @rpc
    def put_campaigns(self, request: PutCampaigns) -> AppConfig:
        validation.check(validation.campaign_problems(request.campaigns))
        return self._put(request, "campaigns", request.campaigns)

    @rpc
    def put_segments(self, request: PutSegments) -> AppConfig:
        validation.check(validation.segment_problems(request.segments))
        return self._put(request, "segments", request.segments)

    @rpc
    def put_own(self, request: PutOwn) -> AppConfig:
        validation.check(validation.own_problems(request.own))
        return self._put(request, "own", request.own)

    @rpc
    def put_capture(self, request: PutCapture) -> AppConfig:
        validation.check(validation.capture_problems(request.capture))
        return self._put(request, "capture", request.capture)

    @rpc
    def history(self, request: GetHistory) -> ConfigHistory:
        app = self.calls(Permit(actor=request.actor, app=request.app))
        return ConfigHistory(versions.history(app.id))

    @rpc
    def version(self, request: GetVersion) -> AppConfig:
        app = self.calls(Permit(actor=request.actor, app=request.app))
        return versions.at(app.id, request.version)

    @rpc
    def restore(self, request: RestoreVersion) -> AppConfig:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="configure"))
        return self._told(*versions.restore(app, request.actor.user, request.version))

    @listen(AppCreated)
    def on_created(self, event: AppCreated) -> None:
        versions.begin(event.app.id, event.app.owner, event.app.created_at)

    @listen(AppDeleted)
    def on_deleted(self, event: AppDeleted) -> None:
        versions.forget(event.facts.app)

    def _put(self, request: Put, part: versions.Part, value: versions.Value) -> AppConfig:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="configure"))
        return self._told(*versions.put(app, request.actor.user, part, value))

    def _told(self, config: AppConfig, version: Version | None) -> AppConfig:
        if version is None:
            self.tell(ConfigChanged(config=config))  # who missed it has it now
        else:
            self.tell_of(version)
        return config
