"""Interesting buttons: seen, hovered, clicked, and the time to click."""

from typing import ClassVar

import msgspec

from services.contracts.analysis.report import Report, ReportCall
from services.contracts.analysis.times import Times


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


class ButtonsReport(Report, kw_only=True):
    buttons: list[ButtonReport]


class GetButtons(ReportCall[ButtonsReport]):
    address: ClassVar[str] = "analysis.buttons"
