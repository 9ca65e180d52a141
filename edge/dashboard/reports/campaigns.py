from litestar import get
from litestar.params import FromQuery

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, table
from services.contracts.analysis.campaigns import CampaignField, CampaignsReport, GetCampaigns, Money


@get("/campaigns", operation_id="campaigns")
async def campaigns(ask: GivenAsk, by: FromQuery[CampaignField] = "campaign") -> CampaignsReport:
    """Who each campaign (or source, medium, click id, channel ...) brought, what it came to and what it cost."""
    return await ask(GetCampaigns, by=by)


@table.register
def _(report: CampaignsReport) -> Table:
    """A row a row; sums of money are written with their currencies."""

    def said(sums: list[Money]) -> str:
        return " + ".join(f"{money.amount:g} {money.currency}".rstrip() for money in sums)

    touches = ("first_touch", "last_touch")
    return Table(
        (
            *(report.by, "visitors", "sessions", "bounce_rate", "cost"),
            *(f"{touch}_{what}" for touch in touches for what in ("conversions", "value", "roi")),
        ),
        [
            (
                *(
                    row.name,
                    row.visitors,
                    row.sessions,
                    row.bounce_rate,
                    said([row.cost] if row.cost else []),
                ),
                *(
                    cell
                    for credit in (row.first_touch, row.last_touch)
                    for cell in (credit.conversions, said(credit.value), credit.roi)
                ),
            )
            for row in report.rows
        ],
    )
