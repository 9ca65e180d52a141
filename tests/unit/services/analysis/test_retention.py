"""Retention's definition with its numbers."""

import pytest

from services.analysis.reports.retention import retention
from services.contracts.analysis.retention import Cohort
from services.contracts.analysis.scope import Interval, Period
from services.contracts.errors import InvalidInput
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import Visit, visit

DAY = 86_400_000
MONDAY = 1_793_577_600_000
"""2026-11-02 00:00 UTC"""


def came(visitor: str, *days: float) -> list[Visit]:
    return [visit(visitor, started=MONDAY + int(day * DAY)) for day in days]


def test_cohorts_by_day(asking: Asking) -> None:
    visits = [
        *came("ann", 0.1, 0.2, 1.5, 2.9),
        *came("bob", 0.5, 2),
        *came("cat", 1.999),
        *came("old", -1, 0.5, 1.5),
        *came("late", 3),
    ]
    period = Period(start=MONDAY, end=MONDAY + 3 * DAY, interval="day")
    assert asking(retention, visits, period).cohorts == [
        Cohort(begins=MONDAY, visitors=2, came=[2, 1, 2]),
        Cohort(begins=MONDAY + DAY, visitors=1, came=[1, 0]),
        Cohort(begins=MONDAY + 2 * DAY, visitors=0, came=[0]),
    ]


def test_cohorts_by_week_begin_on_monday_in_the_viewers_zone(asking: Asking) -> None:
    # 23:30 on Sunday in UTC is Monday in Berlin.
    visits = [*came("ann", 6.98, 9), *came("bob", 6.5)]
    week = Period(start=MONDAY, end=MONDAY + 14 * DAY, interval="week", tz="Europe/Berlin")
    assert [(c.visitors, c.came) for c in asking(retention, visits, week).cohorts] == [
        (1, [1, 0, 0]),
        (1, [1, 0]),
        (0, [0]),
    ]


@pytest.mark.parametrize(("interval", "days"), [("hour", 1), ("day", 101)])
def test_there_are_no_hourly_cohorts_and_no_more_than_a_hundred(
    asking: Asking, interval: Interval, days: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        asking(retention, [], Period(start=MONDAY, end=MONDAY + days * DAY, interval=interval))
    assert refused.value.field == "period.interval"
