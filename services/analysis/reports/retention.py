"""Retention: of the visitors first seen in an interval, how many came again in each interval since."""

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.contracts.analysis.retention import Cohort, RetentionReport
from services.contracts.errors import InvalidInput

MOST_COHORTS = 100


def retention(on: Reading) -> RetentionReport:
    """Raises InvalidInput."""
    if on.period.interval == "hour":
        raise InvalidInput("cohorts are by day, week or month", field="period.interval")
    begins = intervals.beginnings(on.period)
    if len(begins) > MOST_COHORTS:
        raise InvalidInput(f"more than {MOST_COHORTS} cohorts, take longer ones", field="period.interval")
    period = {"start": on.period.start, "end": on.period.end, "intervals": begins}
    came = {
        (cohort, since): visitors
        for cohort, since, visitors in on.connection.execute(query("retention"), period).fetchall()
    }
    return RetentionReport(
        **on.about(),
        cohorts=[
            Cohort(
                begins=begin,
                visitors=came.get((place, 0), 0),
                came=[came.get((place, since), 0) for since in range(len(begins) - place + 1)],
            )
            for place, begin in enumerate(begins, start=1)
        ],
    )
