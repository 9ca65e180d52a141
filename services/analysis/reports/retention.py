"""Retention: of the visitors first seen in an interval, how many came again in each interval since."""

import numpy as np

from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.rows import Column
from services.analysis.ways import changes, fetch
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
    counts = _counts(on, begins).tolist()
    return RetentionReport(
        **on.about(),
        cohorts=[
            Cohort(begins=begin, visitors=came[0], came=came[: len(begins) - place])
            for place, (begin, came) in enumerate(zip(begins, counts, strict=True))
        ],
    )


def _counts(on: Reading, begins: list[int]) -> Column:
    """How many of a cohort (row) came in the interval so many (column) after the one in which they were first seen.

    The visitors whose first session of all began in the period are its cohorts; who was there before is in none.
    """
    sessions = fetch(on, "select visitor, started from chosen where started < $end", {"end": on.period.end})
    who, started = sessions["visitor"], sessions["started"]
    first = np.full(int(who.max(initial=-1)) + 1, on.period.end)
    np.minimum.at(first, who, started)
    new = np.flatnonzero(first[who] >= on.period.start)
    cohort, interval = (np.searchsorted(begins, at, side="right") - 1 for at in (first, started[new]))
    came = np.sort(who[new].astype(np.int64) * len(begins) + interval)
    came = came[changes(came)]
    of = cohort[came // len(begins)]
    since = came % len(begins) - of
    counts: Column = np.bincount(of * len(begins) + since, minlength=len(begins) ** 2)
    return counts.reshape(len(begins), -1)
