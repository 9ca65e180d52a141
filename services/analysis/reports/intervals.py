"""Periods as a viewer means them: intervals begin at local midnight, Monday, the first of the month, in the
viewer's time zone, whatever its clock changes do.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from services.analysis.rows import Column
from services.contracts.analysis.scope import Comparison, Interval, Period
from services.contracts.errors import InvalidInput

MOST_INTERVALS = 3_000
AT_ONCE = 500_000
"""moments"""
LATEST = 4_102_444_800_000
"""UNIX ms (the year 2100): a period ends before"""

_HOUR = 3_600_000
_LONGEST = {"hour": _HOUR, "day": 25 * _HOUR, "week": 169 * _HOUR, "month": 745 * _HOUR}


def check(period: Period) -> ZoneInfo:
    """Raises InvalidInput naming the field."""
    if not 0 <= period.start < LATEST:
        raise InvalidInput("must be UNIX ms between 1970 and 2100", field="period.start")
    if not period.start < period.end <= LATEST:
        raise InvalidInput("must come after the start, before 2100", field="period.end")
    try:
        zone = ZoneInfo(period.tz)
    except (ValueError, OSError, KeyError) as error:
        raise InvalidInput(f"no such time zone: {period.tz!r}", field="period.tz") from error
    if (period.end - period.start) / _LONGEST[period.interval] > MOST_INTERVALS:
        raise InvalidInput(f"more than {MOST_INTERVALS} intervals", field="period.interval")
    return zone


def beginnings(period: Period) -> list[int]:
    """UNIX ms at which each interval begins that touches the period; the first may begin before it.

    Raises InvalidInput.
    """
    zone = check(period)
    if period.interval == "hour":
        # In real time from a local full hour: an hour that the clock repeats is there twice.
        first = _local(period.start, zone).replace(minute=0, second=0, microsecond=0)
        return list(range(_ms(first), period.end, _HOUR))
    found: list[int] = []
    for day in _days(_local(period.start, zone).date(), period.interval):
        begin = _midnight(day, zone)
        if begin >= period.end:
            return found
        found.append(begin)
    return found


def places(begins: Sequence[int], at: Column) -> Column:
    """In which of the intervals each of these moments (UNIX ms) lies; of one before the first it means nothing. Some
    are looked up at a time, since that takes more memory than is kept."""
    found = np.empty(len(at), np.uint16)
    for begin in range(0, len(at), AT_ONCE):
        here = slice(begin, begin + AT_ONCE)
        found[here] = np.searchsorted(begins, at[here], side="right") - 1
    return found


def before(period: Period, compare: Comparison) -> Period:
    """The period to compare with: just before and as long on the wall clock, or the same dates a year ago."""
    zone = check(period)
    start, end = (_local(at, zone).replace(tzinfo=None) for at in (period.start, period.end))
    if compare == "previous":
        moved = (start - (end - start), start)
    else:
        moved = (_year_earlier(start), _year_earlier(end))
    begin, stop = (max(0, _ms(moment.replace(tzinfo=zone))) for moment in moved)
    if compare == "previous":
        stop = period.start
    return Period(start=begin, end=max(stop, begin + 1), tz=period.tz, interval=period.interval)


def _days(day: date, interval: Interval) -> Iterator[date]:
    if interval == "week":
        day -= timedelta(days=day.weekday())
    elif interval == "month":
        day = day.replace(day=1)
    while True:
        yield day
        if interval == "month":
            day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        else:
            day += timedelta(days=7 if interval == "week" else 1)


def _midnight(day: date, zone: ZoneInfo) -> int:
    """The first moment of a local day: 01:00 where the clock skips midnight."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    at = _ms(midnight)
    if _local(at, zone).date() != day:
        at = _ms(midnight.replace(fold=1))
        while _local(at, zone).date() < day:
            at += 900_000
    return at


def _year_earlier(moment: datetime) -> datetime:
    leap_day = moment.month == 2 and moment.day == 29
    return moment.replace(year=moment.year - 1, day=28 if leap_day else moment.day)


def _local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
