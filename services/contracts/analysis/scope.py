"""What a report is asked about."""

from typing import Annotated, Literal

import msgspec

from services.contracts.filters import MOST, Filter

Interval = Literal["hour", "day", "week", "month"]
Comparison = Literal["previous", "year"]


class Period(msgspec.Struct, kw_only=True):
    start: int
    """UNIX ms, inclusive"""
    end: int
    """UNIX ms, exclusive"""
    tz: Annotated[str, msgspec.Meta(max_length=60)] = "UTC"
    """IANA name; intervals begin at its local midnight"""
    interval: Interval = "day"


class Scope(msgspec.Struct, kw_only=True):
    """The same for every report, so that they can be laid side by side."""

    period: Period
    compare: Comparison | None = None
    """overview, pages, audience, funnel, campaigns and buttons: with the period just before, or the same dates a year
    earlier"""
    filters: Annotated[list[Filter], msgspec.Meta(max_length=MOST)] = []
    """all must hold"""
