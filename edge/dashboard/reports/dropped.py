from typing import Annotated

from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, moment, table
from services.contracts.analysis.dropped import DroppedReport, GetDropped
from services.contracts.config import Funnel

Stage = Annotated[int, QueryParameter(ge=1, le=11, description="the last stage they reached, from 1")]


@get("/funnel/dropped", operation_id="dropped")
async def dropped(ask: GivenAsk, stage: Stage) -> DroppedReport:
    """Who dropped out of the configured funnel after a stage, and where they went instead."""
    return await ask(GetDropped, stage=stage)


@post("/funnel/dropped", operation_id="ad_hoc_dropped", status_code=200)
async def ad_hoc_dropped(ask: GivenAsk, stage: Stage, data: JSONBody[Funnel]) -> DroppedReport:
    """The same of the funnel in the body, which is not kept."""
    return await ask(GetDropped, stage=stage, funnel=data)


@table.register
def _(report: DroppedReport) -> Table:
    """A session a row."""
    return Table(
        ("session", "at", "went_to"),
        [(one.session, moment(one.at), one.page or "exit") for one in report.sessions],
    )
