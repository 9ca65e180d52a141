import msgspec
from litestar import get
from litestar.params import FromQuery

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, table
from services.contracts.analysis.audience import AudienceReport, AudienceRow, GetAudience
from services.contracts.analysis.pages import Most
from services.contracts.filters import Audience

COLUMNS = AudienceRow.__struct_fields__


@get("/audience", operation_id="audience")
async def audience(
    ask: GivenAsk, by: FromQuery[Audience] = "browser", most: FromQuery[Most] = 100
) -> AudienceReport:
    """Who came, by one of the facts of their sessions."""
    return await ask(GetAudience, by=by, most=most)


@table.register
def _(report: AudienceReport) -> Table:
    """A value a row."""
    return Table((report.by, *COLUMNS[1:]), map(msgspec.structs.astuple, report.rows))
