"""Periods in the viewer's time zone."""

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.analysis.reports.intervals import before, beginnings
from services.contracts.analysis.scope import Interval, Period
from services.contracts.errors import InvalidInput

HOUR = 3_600_000


def ms(text: str, tz: str = "Europe/Berlin") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).timestamp() * 1000)


def period(start: str, end: str, interval: Interval = "day", tz: str = "Europe/Berlin") -> Period:
    return Period(start=ms(start, tz), end=ms(end, tz), tz=tz, interval=interval)


def lengths(begins: list[int]) -> list[float]:
    return [(b - a) / HOUR for a, b in itertools.pairwise(begins)]


def test_days_begin_at_local_midnight_over_both_clock_changes() -> None:
    assert lengths(beginnings(period("2025-03-29", "2025-04-01"))) == [24, 23]
    assert lengths(beginnings(period("2025-10-25", "2025-10-28"))) == [24, 25]


def test_hours_of_a_changed_day_are_23_or_25() -> None:
    assert len(beginnings(period("2025-03-30", "2025-03-31", "hour"))) == 23
    assert len(beginnings(period("2025-10-26", "2025-10-27", "hour"))) == 25


def test_weeks_begin_on_monday_months_on_the_first() -> None:
    assert beginnings(period("2025-01-01", "2025-01-14", "week")) == [
        ms("2024-12-30"),
        ms("2025-01-06"),
        ms("2025-01-13"),
    ]
    assert beginnings(period("2025-01-31", "2025-03-01", "month")) == [ms("2025-01-01"), ms("2025-02-01")]


def test_a_period_that_ends_with_an_interval_does_not_touch_the_next() -> None:
    assert beginnings(period("2025-06-01", "2025-06-02")) == [ms("2025-06-01")]


def test_half_hour_zones() -> None:
    kolkata = period("2025-06-01T10:15", "2025-06-01T11:15", "hour", "Asia/Kolkata")
    assert beginnings(kolkata) == [
        ms("2025-06-01T10:00", "Asia/Kolkata"),
        ms("2025-06-01T11:00", "Asia/Kolkata"),
    ]


def test_where_midnight_is_skipped_the_day_begins_at_one() -> None:
    cairo = period("2025-04-24", "2025-04-27", tz="Africa/Cairo")  # clocks go from 00:00 to 01:00 on the 25th
    assert beginnings(cairo)[1] == ms("2025-04-25T01:00", "Africa/Cairo")
    assert lengths(beginnings(cairo)) == [24, 23]


@pytest.mark.parametrize(
    ("compare", "start", "end"),
    [("previous", "2025-03-27", "2025-03-30"), ("year", "2024-03-30", "2024-04-02")],
)
def test_periods_to_compare_with_keep_the_wall_clock(compare: str, start: str, end: str) -> None:
    earlier = before(period("2025-03-30", "2025-04-02"), compare)  # type: ignore[arg-type]
    assert (earlier.start, earlier.end) == (ms(start), ms(end))


def test_the_leap_days_year_before_is_the_28th() -> None:
    assert before(period("2024-02-29", "2024-03-01"), "year").start == ms("2023-02-28")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Period(start=5, end=5), "period.end"),
        (Period(start=-1, end=5), "period.start"),
        (Period(start=0, end=10**15), "period.end"),
        (Period(start=0, end=5, tz="Mars/Olympus"), "period.tz"),
        (Period(start=0, end=5, tz="../../etc/passwd"), "period.tz"),
        (Period(start=0, end=5, tz=""), "period.tz"),
        (Period(start=0, end=4000 * HOUR, interval="hour"), "period.interval"),
    ],
)
def test_what_is_no_period_is_refused_by_name(asked: Period, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        beginnings(asked)
    assert refused.value.field == field
