"""What happens now, and how far the projection is."""

from typing import ClassVar

from services.contracts.analysis.report import Freshness, OfApp
from services.contracts.messages import Call, Event


class Activity(Event):
    """What happens in an app now; told at most four times a second for every app where something changed."""

    address: ClassVar[str] = "analysis/activity"
    app: str
    at: int
    """UNIX ms"""
    visitors: int
    """with a sign of life in the last 5 minutes"""
    events: int
    """projected since the last telling"""
    page_views: int
    clicks: int
    pages: list[tuple[str, int]] = []
    """the pages those visitors are on now, most visitors first, at most 10"""


class GetActivity(OfApp[Activity]):
    """The state now, counts zero: what a dashboard shows before the next telling. For the edge, which has checked the
    right to see."""

    address: ClassVar[str] = "analysis.activity"


class Progress(Freshness, kw_only=True):
    frames: int
    """projected so far"""
    events: int
    """of trackers (n >= 1)"""


class GetProgress(Call[Progress]):
    """How far the projection is; for operators and tests."""

    address: ClassVar[str] = "analysis.progress"
