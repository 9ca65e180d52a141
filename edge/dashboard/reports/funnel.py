from litestar import get

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, median, table
from services.contracts.analysis.funnel import FunnelReport, GetFunnel


@get("/funnel", operation_id="funnel")
async def funnel(ask: GivenAsk) -> FunnelReport:
    """Who reaches which stage of the configured funnel, and in what time."""
    return await ask(GetFunnel)


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
