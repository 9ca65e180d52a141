"""What a tracker sends: hello, messages on the stream, the beacon. Read with `forbid_unknown_fields` off: fields we
do not know are ignored, a known field of a wrong type is an error that names it (`$.events[3].event.X`).
"""

from typing import Annotated, Literal

import msgspec

from services.contracts.config import Button, Campaign, Funnel

Time = Annotated[float, msgspec.Meta(ge=0, le=1e14)]
"""UNIX milliseconds; values below 1e11 are seconds"""
Seconds = Annotated[float, msgspec.Meta(ge=0, le=604_800)]
Coordinate = Annotated[float, msgspec.Meta(ge=-100_000, le=10_000_000)]
Extent = Annotated[float, msgspec.Meta(ge=0, le=10_000_000)]
Url = Annotated[str, msgspec.Meta(max_length=4096)]
Target = Annotated[str, msgspec.Meta(max_length=512)]
Text = Annotated[str, msgspec.Meta(max_length=300)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
EventName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{3}$")]
Outcome = Literal["leave", "click"]
Props = Annotated[
    dict[
        Annotated[str, msgspec.Meta(min_length=1, max_length=100)],
        Annotated[str, msgspec.Meta(max_length=500)] | float | bool | None,
    ],
    msgspec.Meta(max_length=30),
]
FrameNumber = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
SessionPass = Annotated[str, msgspec.Meta(max_length=6000)]

Kind = Literal["click", "url", "hover", "seen", "move", "custom"]


class Hello(msgspec.Struct, kw_only=True):
    """Body of `POST /api/hello`. `browser` and `OS` serve only where the user agent says nothing."""

    session_start: Time | None = None
    referrer: Url | None = None
    browser: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    OS: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    url: Url | None = None
    title: Text | None = None
    screen: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    """CSS pixels, `1920x1080`"""
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    timezone: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    visitor: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    session: SessionPass | None = None
    """the pass of the session to resume"""
    last_event: Time | None = None
    """when that session last had an event, by the tracker's clock"""
    sent_at: Time | None = None


class TrackerCapture(msgspec.Struct):
    moves: bool
    hover: bool
    fragment: bool
    """another fragment is another page"""


class TrackerConfig(msgspec.Struct):
    funnel: Funnel
    buttons: list[Button]
    campaigns: list[Campaign]
    capture: TrackerCapture


class Welcome(msgspec.Struct):
    """Answer to hello."""

    ticket: str
    expires_in: int
    """seconds"""
    session: str
    """the session pass, opaque to the tracker"""
    visitor: str | None
    resumed: bool
    config: TrackerConfig


class Detail(msgspec.Struct):
    """The fields of every kind of event; which are there tells the kind, unless `kind` does."""

    kind: Kind | None = None
    X: Coordinate | None = None
    Y: Coordinate | None = None
    target: Target | None = None
    elapsed: Seconds | None = None
    next: Url | None = None
    text: Text | None = None
    page_w: Extent | None = None
    page_h: Extent | None = None
    hover: Seconds | None = None
    rage: bool = False
    dead: bool = False
    outcome: Outcome | None = None
    title: Text | None = None
    scroll: Percent | None = None
    name: EventName | None = None
    props: Props | None = None
    value: float | None = None
    currency: Currency | None = None


class Device(msgspec.Struct):
    os: Annotated[str, msgspec.Meta(max_length=60)] | None = None
    browser: Annotated[str, msgspec.Meta(max_length=60)] | None = None


class StartMeta(msgspec.Struct):
    device: Device = msgspec.field(default_factory=Device)
    referrer: Url | None = None


class Sent(msgspec.Struct):
    """One event `E` of the seed: a click, URL change, hover, move …, or the session record (`type: "start"`)."""

    type: Literal[0, 1, "start"]
    timestamp: Time | None = None
    event: Detail | None = None
    meta: StartMeta | None = None


class StreamMessage(msgspec.Struct):
    """Anything a tracker may say on the stream: a frame (`n`, `events`), one bare event, or `goodbye`."""

    n: FrameNumber | None = None
    events: Annotated[list[Sent], msgspec.Meta(min_length=1, max_length=500)] | None = None
    session: SessionPass | None = None
    """the pass of the earlier session that a left-over frame belongs to"""
    type: Literal[0, 1, "start", "goodbye"] | None = None
    timestamp: Time | None = None
    event: Detail | None = None
    meta: StartMeta | None = None


class BeaconFrame(msgspec.Struct):
    n: FrameNumber
    events: Annotated[list[Sent], msgspec.Meta(min_length=1, max_length=500)]
    session: SessionPass | None = None


class Beacon(msgspec.Struct):
    """Body of `POST /api/beacon` (text/plain)."""

    session: SessionPass
    frames: Annotated[list[BeaconFrame], msgspec.Meta(max_length=200)]
    goodbye: bool = False


class BeaconTaken(msgspec.Struct):
    acks: list[int]
