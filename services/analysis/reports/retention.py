"""Retention: of the visitors first seen in an interval, how many came again in each interval since."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    who, started = sessions.pop("visitor"), sessions.pop("started")
    first = np.full(int(who.max(initial=-1)) + 1, on.period.end)
    np.minimum.at(first, who, started)
    came = _once(who, started, first >= on.period.start, begins)
    since = came % len(begins)
    cohort = intervals.places(begins, first)[came // len(begins)].astype(np.int64)
    counts: Column = np.bincount(cohort * len(begins) + since - cohort, minlength=len(begins) ** 2)
    return counts.reshape(len(begins), -1)


def _once(who: Column, started: Column, new: Column, begins: list[int]) -> Column:
    """Each `new` visitor and interval in which they came, once: the visitor's number times the count of intervals, and
    the interval's number. `new`: by the visitor's number."""
    small = len(new) * len(begins) < 2**32
    came: NDArray[np.integer[Any]] = who.astype(np.uint32 if small else np.int64)
    came *= len(begins)
    came += intervals.places(begins, started)
    came = came[new[who]]
    came.sort()
    return came[changes(came)]
