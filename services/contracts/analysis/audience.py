"""The audience: who came, by one of the facts of a session."""

from typing import ClassVar

import msgspec

from services.contracts.analysis.pages import Most
from services.contracts.analysis.report import Report, ReportCall
from services.contracts.filters import Audience


class AudienceRow(msgspec.Struct, kw_only=True):
    value: str
    """empty: unknown or, of a referrer, none"""
    visitors: int
    """whoever came with several values is in several rows"""
    sessions: int
    page_views: int
    bounce_rate: float
    duration: float
    """median seconds"""
    pages_per_session: float


class AudienceReport(Report, kw_only=True):
    by: Audience
    values: int
    """in all"""
    rows: list[AudienceRow]
    """most visitors first"""
    before: "AudienceReport | None" = None
    """the same of the period it is compared with, where it was asked to"""


class GetAudience(ReportCall[AudienceReport]):
    address: ClassVar[str] = "analysis.audience"
    by: Audience = "browser"
    most: Most = 100
    """rows"""
