from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, table
from services.contracts.analysis.heatmap import GetHeatmap, Heat, HeatmapReport

Page = Annotated[str, QueryParameter(min_length=1, max_length=1000, description="path")]
Device = Annotated[
    str | None,
    QueryParameter(max_length=20, description="class: desktop, mobile, tablet, tv; default: all"),
]


@get("/heatmap", operation_id="heatmap")
async def heatmap(
    ask: GivenAsk, page: Page, heat: FromQuery[Heat] = "click", device: Device = None
) -> HeatmapReport:
    """Where a page was clicked, where the pointer rested, how far down it was seen."""
    return await ask(GetHeatmap, page=page, heat=heat, device=device or None)


@table.register
def _(report: HeatmapReport) -> Table:
    """A cell a row, or a depth of scroll."""
    if report.heat == "scroll":
        return Table(("percent", "views"), [(depth.percent, depth.views) for depth in report.depths])
    return Table(("column", "row", "weight"), report.cells)
