import msgspec
from litestar import get
from litestar.params import FromQuery

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, table
from services.contracts.analysis.pages import GetPages, Most, PageRow, PagesReport

COLUMNS = PageRow.__struct_fields__


@get("/pages", operation_id="pages")
async def pages(ask: GivenAsk, most: FromQuery[Most] = 100) -> PagesReport:
    """How often each page was viewed, where sessions entered and left, how long and how far it was read."""
    return await ask(GetPages, most=most)


@table.register
def _(report: PagesReport) -> Table:
    """A page a row."""
    return Table(COLUMNS, map(msgspec.structs.astuple, report.rows))
