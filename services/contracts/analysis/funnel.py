"""The funnel: who reaches which stage, and in what time."""

from typing import ClassVar

import msgspec

from services.contracts.analysis.breakdown import BreakdownField, Part
from services.contracts.analysis.report import Report, ReportCall
from services.contracts.analysis.times import Times
from services.contracts.config import Funnel


class FunnelStage(msgspec.Struct, kw_only=True):
    """In any order, stage k is to have filled k of the stages, whichever."""

    name: str
    count: int
    of_first: float | None
    """share of those who entered stage one; None when nobody did"""
    of_previous: float | None
    dropped: int
    """reached the stage before but not this one"""
    from_previous: Times | None
    from_first: Times | None


class FunnelPoint(msgspec.Struct, kw_only=True):
    at: int
    """UNIX ms at which the interval begins"""
    counts: list[int]
    """of each stage, of those whose best try began in the interval"""


class FunnelPart(Part, kw_only=True):
    counts: list[int]
    """of each stage, of those whose stage one happened in such a session"""
    duration: float | None
    """median seconds from the first stage to the last"""


class FunnelReport(Report, kw_only=True):
    """No stages: none configured."""

    funnel: Funnel
    stages: list[FunnelStage]
    series: list[FunnelPoint]
    """every interval of the period; adds up to the stages"""
    by: BreakdownField | None = None
    parts: list[FunnelPart] = []
    """of the breakdown asked for, most who entered first; add up to the stages"""
    before: "FunnelReport | None" = None
    """the same of the period it is compared with, where it was asked to"""


class GetFunnel(ReportCall[FunnelReport]):
    """The configured funnel, or the one given ad hoc. First-stage events count that lie in the period; later ones may
    lie up to the window after it."""

    address: ClassVar[str] = "analysis.funnel"
    funnel: Funnel | None = None
    by: BreakdownField | None = None
    """break down"""
