"""The reports and the live activity, owned by the service `analysis`. What a number means is said
where the number is; how it is found, in `services/analysis/queries`.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.config import Funnel
from services.contracts.messages import Actor, Call, Event

Interval = Literal["hour", "day", "week", "month"]


class Period(msgspec.Struct, kw_only=True):
    start: int
    """UNIX ms, inclusive"""
    end: int
    """UNIX ms, exclusive"""
    tz: Annotated[str, msgspec.Meta(max_length=60)] = "UTC"
    """IANA name; intervals begin at its local midnight"""
    interval: Interval = "day"


class Report(msgspec.Struct, kw_only=True):
    """What every report says of itself."""

    as_of: int
    """UNIX ms: everything recorded before is counted"""
    complete: bool
    """False while the projection is being rebuilt"""


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


class GetOverview(Call[Overview]):
    """Raises AppUnknown, InvalidInput (period, time zone)."""

    address: ClassVar[str] = "analysis.overview"
    actor: Actor
    app: str
    period: Period
    compare: Literal["previous", "year"] | None = None


class Bucket(msgspec.Struct):
    upto: float | None
    """seconds, inclusive; None: the last bucket, open to the right"""
    count: int


class Times(msgspec.Struct, kw_only=True):
    """How long it took, in seconds."""

    count: int
    mean: float
    median: float
    p25: float
    p75: float
    p90: float
    histogram: list[Bucket]


class FunnelStage(msgspec.Struct, kw_only=True):
    name: str
    count: int
    of_first: float | None
    """share of those who entered stage one; None when nobody did"""
    of_previous: float | None
    dropped: int
    """reached the stage before but not this one"""
    from_previous: Times | None
    from_first: Times | None


class FunnelReport(Report, kw_only=True):
    """No stages: none configured."""

    funnel: Funnel
    stages: list[FunnelStage]


class GetFunnel(Call[FunnelReport]):
    """The configured funnel, or the one given ad hoc. First-stage events count that lie in the period; later ones may
    lie up to the window after it. Raises AppUnknown, InvalidInput.
    """

    address: ClassVar[str] = "analysis.funnel"
    actor: Actor
    app: str
    period: Period
    funnel: Funnel | None = None


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


class GetButtons(Call[ButtonsReport]):
    """Raises AppUnknown, InvalidInput."""

    address: ClassVar[str] = "analysis.buttons"
    actor: Actor
    app: str
    period: Period


class Activity(Event):
    """What happens in an app now; told at most once a second for every app where something changed."""

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


class GetActivity(Call[Activity]):
    """The state now, counts zero: what a dashboard shows before the next telling. For the edge, which has checked the
    right to see."""

    address: ClassVar[str] = "analysis.activity"
    app: str


class Progress(Report, kw_only=True):
    frames: int
    """projected so far"""
    events: int
    """of trackers (n >= 1)"""


class GetProgress(Call[Progress]):
    """How far the projection is; for operators and tests."""

    address: ClassVar[str] = "analysis.progress"
