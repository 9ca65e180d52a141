from litestar import get, post
from litestar.params import JSONBody

from edge.dashboard.reports.asking import By, GivenAsk
from edge.dashboard.reports.formats import Table, median, table
from services.contracts.analysis.funnel import FunnelReport, GetFunnel
from services.contracts.config import Funnel


@get("/funnel", operation_id="funnel")
async def funnel(ask: GivenAsk, by: By = None) -> FunnelReport:
    """Who reaches which stage of the configured funnel, and in what time."""
    return await ask(GetFunnel, by=by)


@post("/funnel", operation_id="ad_hoc_funnel", status_code=200)
async def ad_hoc_funnel(ask: GivenAsk, data: JSONBody[Funnel], by: By = None) -> FunnelReport:
    """The same of the funnel in the body, which is not kept."""
    return await ask(GetFunnel, funnel=data, by=by)


@table.register
def _(report: FunnelReport) -> Table:
    """A stage a row; times are medians in seconds."""
    return Table(
        ("stage", "count", "of_first", "of_previous", "dropped", "from_previous", "from_first"),
        [
            (
                stage.name,
                stage.count,
                stage.of_first,
                stage.of_previous,
                stage.dropped,
                median(stage.from_previous),
                median(stage.from_first),
            )
            for stage in report.stages
        ],
    )
