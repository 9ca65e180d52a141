"""The service `analysis`: answers reports from the projection, and tells what happens now.

Every report is for who may see the app, which `apps` says.
"""

from nameko.timer import timer

from services.analysis.activity import NOTHING, Change
from services.analysis.buttons import button_reports
from services.analysis.configs import Configs
from services.analysis.funnel import funnel_stages
from services.analysis.overview import overview
from services.analysis.projector import Projector
from services.contracts.analysis import (
    Activity,
    ButtonsReport,
    FunnelReport,
    GetActivity,
    GetButtons,
    GetFunnel,
    GetOverview,
    GetProgress,
    Overview,
    Progress,
)
from services.contracts.apps import Permit
from services.contracts.config import ConfigChanged
from services.contracts.errors import BrokerDown
from services.contracts.health import Health
from services.hosting import Calls, Database, Healthy, Tell, clock, listen, rpc

TELLING = 1
"""seconds between two tellings of an app's activity"""


class Analysis(Healthy):
    name = "analysis"

    database = Database("analysis")
    projector = Projector()
    configs = Configs()
    calls = Calls()
    tell = Tell()

    @rpc
    def overview(self, request: GetOverview) -> Overview:
        self.calls(Permit(actor=request.actor, app=request.app))
        as_of, complete = self._standing()
        answer = self.projector.read(
            request.app, lambda on: overview(on.connection, on.app, request.period, request.compare)
        )
        return Overview(
            as_of=as_of,
            complete=complete,
            totals=answer.totals,
            previous=answer.previous,
            series=answer.series,
        )

    @rpc
    def funnel(self, request: GetFunnel) -> FunnelReport:
        self.calls(Permit(actor=request.actor, app=request.app))
        asked = request.funnel or self.configs.of(request.app, self.calls).funnel
        as_of, complete = self._standing()
        stages = self.projector.read(
            request.app, lambda on: funnel_stages(on.connection, on.matcher, on.app, request.period, asked)
        )
        return FunnelReport(as_of=as_of, complete=complete, funnel=asked, stages=stages)

    @rpc
    def buttons(self, request: GetButtons) -> ButtonsReport:
        self.calls(Permit(actor=request.actor, app=request.app))
        asked = self.configs.of(request.app, self.calls).buttons
        as_of, complete = self._standing()
        reports = self.projector.read(
            request.app, lambda on: button_reports(on.connection, on.matcher, on.app, request.period, asked)
        )
        return ButtonsReport(as_of=as_of, complete=complete, buttons=reports)

    @rpc
    def activity(self, request: GetActivity) -> Activity:
        now = clock.now()
        presence = self.projector.activity.presence(request.app, now)
        return self._activity(Change(request.app, presence, NOTHING), now)

    @rpc
    def progress(self, request: GetProgress) -> Progress:
        as_of, complete = self._standing()
        standing = self.projector.standing
        return Progress(
            as_of=as_of,
            complete=complete,
            frames=standing.frames if standing else 0,
            events=standing.events if standing else 0,
        )

    @rpc
    def health(self) -> Health:
        trouble = self.database.trouble() or self.projector.trouble()
        return Health(ok=not trouble, detail=trouble)

    @listen(ConfigChanged)
    def config_changed(self, event: ConfigChanged) -> None:
        self.configs.changed(event.config)

    @timer(interval=TELLING)
    def tell_activity(self) -> None:
        now = clock.now()
        for change in self.projector.activity.changes(now):
            try:
                self.tell(self._activity(change, now))
            except BrokerDown:
                return  # told again the next second, with what has come since
            self.projector.activity.told(change)

    def _standing(self) -> tuple[int, bool]:
        return self.projector.as_of, self.projector.complete

    def _activity(self, change: Change, now: int) -> Activity:
        presence = change.presence
        paths = self.projector.paths([page for page, _ in presence.pages])
        return Activity(
            app=change.app,
            at=now,
            visitors=presence.visitors,
            events=change.counts.events,
            page_views=change.counts.page_views,
            clicks=change.counts.clicks,
            pages=[(paths[page], count) for page, count in presence.pages if page in paths],
        )
