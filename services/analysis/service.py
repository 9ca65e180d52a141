"""The service `analysis`: answers reports from the projection, and tells what happens now.

Every report is for who may see the app, which `apps` says.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import structs
from nameko.timer import timer

from services.analysis.activity import NOTHING, Change
from services.analysis.configs import Configs
from services.analysis.permits import Permits
from services.analysis.projector import Projector
from services.analysis.questions import Kind, question
from services.analysis.reading import Reading
from services.analysis.reports.audience import audience
from services.analysis.reports.buttons import buttons
from services.analysis.reports.campaigns import campaigns
from services.analysis.reports.compared import Comparable, compared
from services.analysis.reports.dropped import dropped
from services.analysis.reports.funnel import funnel
from services.analysis.reports.heatmap import heatmap
from services.analysis.reports.journey import journey
from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.analysis.reports.retention import retention
from services.analysis.reports.sessions import session, sessions
from services.contracts.analysis.activity import Activity, GetActivity, GetProgress, Progress
from services.contracts.analysis.audience import AudienceReport, GetAudience
from services.contracts.analysis.buttons import ButtonsReport, GetButtons
from services.contracts.analysis.campaigns import CampaignsReport, GetCampaigns
from services.contracts.analysis.dropped import DroppedReport, GetDropped
from services.contracts.analysis.funnel import FunnelReport, GetFunnel
from services.contracts.analysis.heatmap import GetHeatmap, HeatmapReport
from services.contracts.analysis.journey import GetJourney, JourneyReport
from services.contracts.analysis.overview import GetOverview, Overview
from services.contracts.analysis.pages import GetPages, PagesReport
from services.contracts.analysis.refused import FrameRefused
from services.contracts.analysis.report import ReportCall
from services.contracts.analysis.retention import GetRetention, RetentionReport
from services.contracts.analysis.sessions import GetSession, GetSessions, SessionReport, SessionsReport
from services.contracts.config import ConfigChanged
from services.contracts.errors import BrokerDown
from services.contracts.health import Health
from services.hosting import Calls, Database, Healthy, Tell, Unprocessable, clock, listen, rpc

R = TypeVar("R")
C = TypeVar("C", bound=Comparable)

TELLING = 0.25
"""seconds between two tellings of an app's activity: what waits for the next one is not on the live view yet"""

WEIGHTS: dict[type[ReportCall[Any]], int] = {
    GetOverview: 1,
    GetSession: 1,
    GetSessions: 1,
    GetAudience: 1,
    GetRetention: 1,
    GetHeatmap: 1,
    GetCampaigns: 2,
    GetJourney: 2,
    GetPages: 3,
    GetFunnel: 3,
    GetButtons: 3,
    GetDropped: 3,
}
"""how long they take beside each other (BENCHMARKS.md); those that weigh the same go in this order"""
ORDER = [*WEIGHTS]


class Analysis(Healthy):
    name = "analysis"

    database = Database("analysis")
    projector = Projector()
    configs = Configs()
    permits = Permits()
    calls = Calls()
    tell = Tell()

    @rpc
    def overview(self, request: GetOverview) -> Overview:
        return self._answer(request, overview)

    @rpc
    def pages(self, request: GetPages) -> PagesReport:
        return self._compared(request, lambda on: pages(on, request.most))

    @rpc
    def audience(self, request: GetAudience) -> AudienceReport:
        return self._compared(request, lambda on: audience(on, request.by, request.most))

    @rpc
    def sessions(self, request: GetSessions) -> SessionsReport:
        return self._answer(request, lambda on: sessions(on, request.most, request.skip))

    @rpc
    def session(self, request: GetSession) -> SessionReport:
        return self._answer(request, lambda on: session(on, request.session))

    @rpc
    def retention(self, request: GetRetention) -> RetentionReport:
        return self._answer(request, retention)

    @rpc
    def funnel(self, request: GetFunnel) -> FunnelReport:
        return self._compared(request, lambda on: funnel(on, request.funnel, request.by))

    @rpc
    def dropped(self, request: GetDropped) -> DroppedReport:
        return self._answer(request, lambda on: dropped(on, request.stage, request.funnel))

    @rpc
    def journey(self, request: GetJourney) -> JourneyReport:
        return self._answer(
            request,
            lambda on: journey(on, request.page, request.direction, request.depth, request.named),
        )

    @rpc
    def campaigns(self, request: GetCampaigns) -> CampaignsReport:
        return self._compared(request, lambda on: campaigns(on, request.by))

    @rpc
    def buttons(self, request: GetButtons) -> ButtonsReport:
        return self._compared(request, lambda on: buttons(on, request.by))

    @rpc
    def heatmap(self, request: GetHeatmap) -> HeatmapReport:
        return self._answer(request, lambda on: heatmap(on, request.page, request.heat, request.device))

    @rpc
    def activity(self, request: GetActivity) -> Activity:
        now = clock.now()
        presence = self.projector.activity.presence(request.app, now)
        return self._activity(Change(request.app, presence, NOTHING), now)

    @rpc
    def progress(self, request: GetProgress) -> Progress:
        freshness = self.projector.freshness
        standing = self.projector.standing
        return Progress(
            as_of=freshness.as_of,
            complete=freshness.complete,
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

    @listen(FrameRefused)
    def project_again(self, event: FrameRefused) -> None:
        if why := self.projector.project_again(bytes.fromhex(event.key)):
            raise Unprocessable([(structs.replace(event, why=why), why)])

    @timer(interval=TELLING)
    def tell_activity(self) -> None:
        now = clock.now()
        for change in self.projector.activity.changes(now):
            try:
                self.tell(self._activity(change, now))
            except BrokerDown:
                return  # told again within a second, with what has come since
            self.projector.activity.told(change)

    def _compared(self, request: ReportCall[C], report: Callable[[Reading], C]) -> C:
        return self._answer(request, lambda on: compared(on, report))

    def _answer(self, request: ReportCall[R], report: Callable[[Reading], R]) -> R:
        """The report, for who may see the app."""
        self.permits.see(request.actor, request.app, self.calls)
        config = self.configs.of(request.app, self.calls)
        kind = Kind(request.app, WEIGHTS[type(request)], ORDER.index(type(request)))
        return self.projector.answer(question(request, config), kind, request.scope, config, report)

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
