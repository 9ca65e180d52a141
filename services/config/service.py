"""The service `config`: what a company watches in an app."""

from services.config import validation, versions
from services.contracts.apps import Permit
from services.contracts.config import (
    AppConfig,
    ConfigChanged,
    GetConfig,
    GetTrackerConfig,
    PutButtons,
    PutCampaigns,
    PutFunnel,
    PutOwn,
    PutSegments,
)
from services.hosting import Calls, Database, Healthy, Tell, rpc

Put = PutFunnel | PutButtons | PutCampaigns | PutSegments | PutOwn


class Config(Healthy):
    name = "config"

    database = Database("config")
    calls = Calls()
    tell = Tell()

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

    def _put(self, request: Put, part: versions.Part, value: versions.Value) -> AppConfig:
        app = self.calls(Permit(actor=request.actor, app=request.app, action="configure"))
        config = versions.put(app.id, request.actor.user, part, value)
        self.tell(ConfigChanged(config=config))
        return config
