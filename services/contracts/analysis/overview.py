"""The overview: how many came, and how they stayed."""

from typing import ClassVar

import msgspec

from services.contracts.analysis.report import Report, ReportCall


class OverviewTotals(msgspec.Struct, kw_only=True):
    visitors: int
    sessions: int
    page_views: int
    events: int
    bounce_rate: float | None
    """share of sessions with one page view, no click, and under 10 s; None without sessions"""
    duration: float | None
    """median seconds from start to the last sign of life"""
    pages_per_session: float | None


class OverviewPoint(msgspec.Struct, kw_only=True):
    at: int
    """UNIX ms at which the interval begins"""
    visitors: int
    sessions: int
    page_views: int


class Overview(Report, kw_only=True):
    totals: OverviewTotals
    previous: OverviewTotals | None
    series: list[OverviewPoint]
    """every interval of the period, empty ones too"""


class GetOverview(ReportCall[Overview]):
    address: ClassVar[str] = "analysis.overview"
