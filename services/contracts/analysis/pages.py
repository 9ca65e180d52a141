"""The pages: how often each was viewed, where sessions entered and left, how long and how far it was read."""

from typing import Annotated, ClassVar

import msgspec

from services.contracts.analysis.report import Report, ReportCall

Most = Annotated[int, msgspec.Meta(ge=1, le=1_000)]


class PageRow(msgspec.Struct, kw_only=True):
    path: str
    """with the query the app keeps; the same on all of the app's hosts"""
    title: str
    """when it was first seen"""
    views: int
    visitors: int
    entries: int
    """sessions whose first page view it is"""
    exits: int
    """sessions whose last page view it is"""
    seconds: float
    """median from entering it to the session's next page view, or last sign of life"""
    scroll: float | None
    """mean of how far down it was seen, in percent; None where no page view told"""
    bounce_rate: float | None
    """of the sessions that entered here; None without entries"""


class PagesReport(Report, kw_only=True):
    """Of the sessions that started in the period, with all their page views."""

    pages: int
    """in all"""
    rows: list[PageRow]
    """the most viewed first"""
    before: "PagesReport | None" = None
    """the same of the period it is compared with, where it was asked to"""


class GetPages(ReportCall[PagesReport]):
    address: ClassVar[str] = "analysis.pages"
    most: Most = 100
    """rows"""
