"""From what a tracker sent to what is recorded: kinds told apart, times put on the server's clock, addresses
reduced."""

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from edge.collect.addresses import reduced, without_query
from edge.collect.channels import channel
from edge.collect.configs import CachedConfig
from edge.collect.tickets import Session
from edge.metrics import EVENTS_RETIMED
from edge.times import milliseconds
from services.contracts import frames
from services.contracts.errors import InvalidInput
from services.contracts.frames import Packed, Retimed
from services.contracts.tracking import Detail, Kind, Sent

LATEST_MS = 24 * 3600 * 1000
"""events that are later than this are taken at receive time"""
AHEAD_MS = 5_000
"""events may be ahead by the time that hello was on its way, which is in the skew; beyond it the clock is wrong"""

encode = msgspec.json.Encoder().encode


def pack(events: Sequence[Sent], session: Session, config: CachedConfig, received: int) -> msgspec.Raw:
    """The events as the record keeps them, in the order sent.

    Raises:
        InvalidInput: `field` is the path of what is missing, e.g. `events[3].event`.
    """
    if len(events) > 1:
        _refuse_second_record(events)
    packed: list[Packed] = []
    marks: list[Retimed] = []
    for index, sent in enumerate(events):
        at = received
        if sent.timestamp is not None:
            own = own_time(sent.timestamp, session.skew)
            at = _believed(own, received)
            if at != own and not received < own <= received + AHEAD_MS:
                marks.append(Retimed(received, index, own))
        packed.append(_packed(sent, index, session, config, at))
    for mark in marks:
        EVENTS_RETIMED.labels("late" if mark.own < received else "ahead").inc()
    return msgspec.Raw(encode([*packed, *marks]))


def own_time(timestamp: float, skew: int) -> int:
    """A tracker's time on the server's clock, UNIX ms, whether it is to be believed or not."""
    return milliseconds(timestamp) + skew


def corrected(timestamp: float | None, skew: int, received: int) -> int:
    """A tracker's time on the server's clock, UNIX ms: its own up to a day late, else when it was received."""
    return received if timestamp is None else _believed(own_time(timestamp, skew), received)


def _believed(own: int, received: int) -> int:
    """Nothing happens after it was received."""
    return own if received - LATEST_MS <= own <= received else received


def kind_of(sent: Sent) -> Kind | None:
    """The kind that the fields tell, in the seed's own terms; None when they tell none."""
    event = sent.event
    if event is None:
        return None
    if event.kind is not None:
        return event.kind
    if event.name is not None:
        return "custom"
    if event.next is not None:
        return "url"
    if event.X is not None and event.Y is not None:
        if event.target is not None and sent.type == 0:
            return "click"
        return "move" if event.elapsed is not None or sent.type == 1 else None
    return "hover" if event.target is not None and event.elapsed is not None else None


NEEDS: dict[Kind, tuple[str, ...]] = {
    "click": ("X", "Y", "target"),
    "url": ("next",),
    "hover": ("elapsed", "target"),
    "seen": ("target",),
    "move": ("X", "Y"),
    "custom": ("name",),
}


def _packed(sent: Sent, index: int, session: Session, config: CachedConfig, at: int) -> Packed:
    if sent.type == "start":
        return _start(sent, at, session)
    kind = kind_of(sent)
    if kind is None or sent.event is None:
        raise InvalidInput(
            "an event is a click {X, Y, target}, a URL change {elapsed, next}, a hover {elapsed, target}, "
            "a move {X, Y, elapsed}, or has a name",
            field=f"events[{index}].event",
        )
    for needed in NEEDS[kind]:
        if getattr(sent.event, needed) in (None, ""):
            raise InvalidInput(f"a {kind} needs it", field=f"events[{index}].event.{needed}")
    return _event(kind, sent.event, at, config)


def _refuse_second_record(events: Sequence[Sent]) -> None:
    """A record is 17 bytes of JSON and becomes the session's whole facts: one is enough."""
    records = [index for index, sent in enumerate(events) if sent.type == "start"]
    if len(records) > 1:
        raise InvalidInput("a frame holds one session record at most", field=f"events[{records[1]}].type")


def _event(kind: Kind, event: Detail, at: int, config: CachedConfig) -> Packed:
    if kind == "move":
        return frames.Move(at, _whole(event.X), _whole(event.Y), _ms(event.elapsed))
    if kind == "click":
        return frames.Click(
            at,
            _whole(event.X),
            _whole(event.Y),
            event.target or "",
            event.text or "",
            _whole(event.page_w),
            _whole(event.page_h),
            _ms(event.hover),
            event.rage,
            event.dead,
        )
    if kind == "url":
        url, params = reduced(event.next or "", config.keep_query, config.keep_fragment)
        scroll = -1 if event.scroll is None else round(event.scroll)
        return frames.Page(at, url, _ms(event.elapsed), event.title or "", scroll, params)
    if kind == "hover":
        return frames.Hover(at, event.target or "", _ms(event.elapsed), event.outcome or "")
    if kind == "seen":
        return frames.Seen(at, event.target or "")
    return frames.Custom(
        at, event.name or "", event.value, (event.currency or "").upper(), event.props if event.props else {}
    )


def _start(sent: Sent, at: int, session: Session) -> Packed:
    """The seed's session record: it fills what hello did not know."""
    known = session.start
    if sent.meta is None:
        return msgspec.structs.replace(known, at=at)
    device = sent.meta.device
    facts = msgspec.structs.replace(
        known, at=at, browser=known.browser or device.browser or "", os=known.os or device.os or ""
    )
    referrer = without_query(sent.meta.referrer or "")
    if not known.referrer and referrer and referrer.partition("/")[0] != host_of(session.origin):
        facts = msgspec.structs.replace(facts, referrer=referrer, channel=channel(referrer, known.params))
    return facts


@lru_cache(1024)
def host_of(origin: str) -> str:
    return (urlsplit(origin).hostname or "").removeprefix("www.")


def _whole(value: float | None) -> int:
    return 0 if value is None else round(value)


def _ms(seconds: float | None) -> int:
    return 0 if seconds is None else round(seconds * 1000)
