from litestar import get

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, moment, table
from services.contracts.analysis.overview import GetOverview, Overview


@get("/overview", operation_id="overview")
async def overview(ask: GivenAsk) -> Overview:
    """How many came, and how they stayed: in the period, and in each of its intervals."""
    return await ask(GetOverview)


@table.register
def _(report: Overview) -> Table:
    """An interval a row."""
    return Table(
        ("begins", "visitors", "sessions", "page_views"),
        [(moment(point.at), point.visitors, point.sessions, point.page_views) for point in report.series],
    )
