"""Interesting buttons: seen, hovered, clicked, and the time to click."""

from typing import ClassVar

import msgspec

from services.contracts.analysis.breakdown import BreakdownField, PartKind
from services.contracts.analysis.report import Report, ReportCall
from services.contracts.analysis.times import Times


class ButtonCounts(msgspec.Struct, kw_only=True):
    saw: int
    """visitors"""
    hovered: int
    """visitors"""
    clicked: int
    """visitors"""
    clicks: int
    from_session_start: float | None
    """median seconds"""
    from_page_entry: float | None
    """median seconds"""


class ButtonPoint(ButtonCounts, kw_only=True):
    at: int
    """UNIX ms at which the interval begins"""


class ButtonPart(ButtonCounts, kw_only=True):
    """By the session in which it happened."""

    kind: PartKind
    value: str | None


class ButtonReport(msgspec.Struct, kw_only=True):
    name: str
    selector: str
    saw: int
    """visitors who had it in view"""
    hovered: int
    """visitors"""
    clicked: int
    """visitors"""
    clicks: int
    hover_leave: Times | None
    """dwell of hovers that ended without a click"""
    hover_click: Times | None
    """dwell of hovers that ended in a click"""
    from_session_start: Times | None
    """session start to the session's first click on it"""
    from_page_entry: Times | None
    """entry of the page to the first click on it of that page view"""

    series: list[ButtonPoint]
    """every interval of the period"""
    parts: list[ButtonPart] = []
    """of the breakdown asked for, most clicks first; their clicks add up, a visitor may be in several"""


class ButtonsReport(Report, kw_only=True):
    buttons: list[ButtonReport]
    by: BreakdownField | None = None
    before: "ButtonsReport | None" = None
    """the same of the period it is compared with, where it was asked to"""


class GetButtons(ReportCall[ButtonsReport]):
    address: ClassVar[str] = "analysis.buttons"
    by: BreakdownField | None = None
    """break down"""
