from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, table
from services.contracts.analysis.journey import Direction, GetJourney, JourneyNode, JourneyReport

Page = Annotated[
    str | None,
    QueryParameter(max_length=1000, description="path to look from; default: the entry, going back the exit"),
]
Depth = Annotated[int, QueryParameter(ge=2, le=10, description="columns")]
Named = Annotated[int, QueryParameter(ge=1, le=50, description="pages named in a column")]


@get("/journey", operation_id="journey")
async def journey(
    ask: GivenAsk,
    page: Page = None,
    direction: FromQuery[Direction] = "forward",
    depth: Depth = 5,
    named: Named = 10,
) -> JourneyReport:
    """Which ways sessions take through the pages, forward from or back from one."""
    return await ask(GetJourney, page=page, direction=direction, depth=depth, named=named)


@table.register
def _(report: JourneyReport) -> Table:
    """A link a row; the first column is 1."""

    def said(node: JourneyNode) -> str:
        return node.kind if node.page is None else node.page

    return Table(
        ("column", "from", "to", "sessions"),
        [
            (
                link.column + 1,
                said(report.columns[link.column][link.source]),
                said(report.columns[link.column + 1][link.target]),
                link.count,
            )
            for link in report.links
        ],
    )
