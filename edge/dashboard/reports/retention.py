from litestar import get

from edge.dashboard.reports.asking import GivenAsk
from edge.dashboard.reports.formats import Table, moment, table
from services.contracts.analysis.retention import GetRetention, RetentionReport


@get("/retention", operation_id="retention")
async def retention(ask: GivenAsk) -> RetentionReport:
    """Of the visitors first seen in an interval (day, week, month), how many came again in each interval since."""
    return await ask(GetRetention)


@table.register
def _(report: RetentionReport) -> Table:
    """A cohort and interval since a row."""
    return Table(
        ("cohort", "since", "visitors", "of_cohort"),
        [
            (moment(cohort.begins), since, came, came / cohort.visitors if cohort.visitors else None)
            for cohort in report.cohorts
            for since, came in enumerate(cohort.came)
        ],
    )
