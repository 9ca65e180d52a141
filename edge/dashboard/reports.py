"""The reports of an app over a period."""

import time
from typing import Annotated, Literal

from litestar import Controller, get
from litestar.params import FromPath, FromQuery, QueryParameter

from edge.given import GivenActor, GivenBus
from services.contracts import analysis

DEFAULT_MS = 7 * 86_400_000
REPORT_SECONDS = 30.0
"""how long a report may take"""

From = Annotated[
    float | None,
    QueryParameter(
        name="from", ge=0, le=1e14, description="UNIX ms or s, inclusive; default: 7 days before `to`"
    ),
]
To = Annotated[
    float | None,
    QueryParameter(name="to", ge=0, le=1e14, description="UNIX ms or s, exclusive; default: now"),
]
Zone = Annotated[str, QueryParameter(name="tz", max_length=60, description="IANA time zone of the intervals")]
Comparison = Literal["previous", "year"]


def period(
    start: float | None, end: float | None, tz: str, interval: analysis.Interval = "day"
) -> analysis.Period:
    until = int(time.time() * 1000) + 1 if end is None else _ms(end)
    since = until - DEFAULT_MS if start is None else _ms(start)
    return analysis.Period(start=since, end=until, tz=tz, interval=interval)


def _ms(value: float) -> int:
    return int(value * 1000 if value < 1e11 else value)


class Reports(Controller):
    path = "/api/apps/{app:str}/reports"
    tags = ("reports",)

    @get("/overview", operation_id="overview")
    async def overview(
        self,
        actor: GivenActor,
        app: FromPath[str],
        bus: GivenBus,
        start: From = None,
        end: To = None,
        tz: Zone = "UTC",
        interval: FromQuery[analysis.Interval] = "day",
        compare: FromQuery[Comparison | None] = None,
    ) -> analysis.Overview:
        request = analysis.GetOverview(
            actor=actor, app=app, period=period(start, end, tz, interval), compare=compare
        )
        return await bus.call(request, REPORT_SECONDS)

    @get("/funnel", operation_id="funnel")
    async def funnel(
        self,
        actor: GivenActor,
        app: FromPath[str],
        bus: GivenBus,
        start: From = None,
        end: To = None,
        tz: Zone = "UTC",
    ) -> analysis.FunnelReport:
        request = analysis.GetFunnel(actor=actor, app=app, period=period(start, end, tz))
        return await bus.call(request, REPORT_SECONDS)

    @get("/buttons", operation_id="buttons")
    async def buttons(
        self,
        actor: GivenActor,
        app: FromPath[str],
        bus: GivenBus,
        start: From = None,
        end: To = None,
        tz: Zone = "UTC",
    ) -> analysis.ButtonsReport:
        request = analysis.GetButtons(actor=actor, app=app, period=period(start, end, tz))
        return await bus.call(request, REPORT_SECONDS)
