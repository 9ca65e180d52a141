"""Frames as the record keeps them, turned into the typed columns of the events' tables: some hundred at a time, so that
what is made for each event stays in the processor's cache until it is gone, which takes less than half the time.

Everything that can't be read is skipped by the frame and told: one broken frame never stops the others.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeVar

import msgspec
import numpy as np

from services.analysis.columns import (
    DEAD,
    GOODBYE,
    KINDS,
    OUTCOMES,
    RAGE,
    Skipped,
    as_text,
    empty_rows,
    skipped,
)
from services.analysis.dictionaries import Dictionaries
from services.analysis.record import KeptFrames
from services.analysis.rows import Column, Columns, Connection
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Retimed, Seen, Start

AT_ONCE = 500
"""frames"""

_one = msgspec.json.Decoder(list[Packed])
_many = msgspec.json.Decoder(list[list[Packed]])


class _Decoded(msgspec.Struct):
    """Frames and their events, side by side."""

    frames: KeptFrames
    events: list[list[Packed]]
    skipped: list[Skipped]
    retimed: dict[int, list[Retimed]]
    """the marks of each frame that has any, by its place, taken out of its events"""


class FrameRows(msgspec.Struct):
    """Frames and what they hold, side by side."""

    keys: list[bytes]
    """the `_id` of each"""
    apps: list[str]
    begins: list[bool]
    """whether a session begins with it"""
    lengths: list[int]
    """events of each"""
    starts: list[tuple[int, Start]]
    """the first events of those with which a session begins, by their place"""
    retimed: dict[int, list[Retimed]]
    """the marks of each frame that has any, by its place"""
    skipped: list[Skipped]
    rows: Columns
    """all the events in the order of their frames, with the columns of all kinds"""


def frame_rows(frames: KeptFrames, dictionaries: Dictionaries, connection: Connection | None) -> FrameRows:
    """`connection` may be None where the dictionaries hold all there is in memory."""
    found = FrameRows([], [], [], [], [], {}, [], {})
    parts = [empty_rows(0)]
    for at in range(0, len(frames), AT_ONCE):
        some = frames.some(slice(at, at + AT_ONCE))
        decoded = _decode(some)
        try:
            parts.append(_rows(decoded.events, dictionaries, connection))
        except OverflowError:
            decoded = _decode_one_by_one(some)
            parts.append(_rows(decoded.events, dictionaries, connection))
        first = len(found.keys)
        found.starts += _starts(decoded, first)
        found.retimed |= {first + place: marks for place, marks in decoded.retimed.items()}
        found.keys += decoded.frames.keys
        found.apps += decoded.frames.apps
        found.begins += decoded.frames.begins
        found.lengths += map(len, decoded.events)
        found.skipped += decoded.skipped
    found.rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return found


def _starts(decoded: _Decoded, first: int) -> list[tuple[int, Start]]:
    """`first`: the place of the first of these frames."""
    begun = [place for place, begins in enumerate(decoded.frames.begins) if begins]
    return [
        (first + place, events[0])
        for place in begun
        if (events := decoded.events[place]) and isinstance(events[0], Start)
    ]


def _decode(frames: KeptFrames) -> _Decoded:
    try:
        # One call for all of them: half the time of one call each.
        events = _many.decode(b"[" + b",".join(frames.events) + b"]")
    except (msgspec.MsgspecError, TypeError):
        return _decode_one_by_one(frames)
    return _Decoded(frames, events, [], _marks(events))


def _marks(frames: Sequence[list[Packed]]) -> dict[int, list[Retimed]]:
    marks: dict[int, list[Retimed]] = {}
    for place, events in enumerate(frames):
        while events and isinstance(events[-1], Retimed):
            marks.setdefault(place, []).append(events[-1])
            events.pop()
    return marks


def _decode_one_by_one(frames: KeptFrames) -> _Decoded:
    """The slow way, which finds out who is to blame."""
    good: list[int] = []
    decoded = _Decoded(frames, [], [], {})
    for place, packed in enumerate(frames.events):
        try:
            events = _one.decode(packed)
            _check_ranges([events])
        except (msgspec.MsgspecError, OverflowError, TypeError) as error:
            decoded.skipped.append(skipped(frames.keys[place], error))
            continue
        good.append(place)
        decoded.events.append(events)
    decoded.frames = frames.only(good)
    decoded.retimed = _marks(decoded.events)
    return decoded


def _check_ranges(frames: list[list[Packed]]) -> None:
    """Raises OverflowError where a number does not fit its column."""
    flat = list(chain.from_iterable(frames))
    np.array([event.at for event in flat], np.int64)
    clicks = [event for event in flat if type(event) is Click]
    numbers = [n for e in clicks for n in (e.x, e.y, e.page_w, e.hover)]
    numbers += [n for e in flat if type(e) is Move for n in (e.x, e.y, e.elapsed)]
    numbers += [e.elapsed for e in flat if type(e) is Page or type(e) is Hover]
    np.array(numbers, np.int32)
    np.array([e.scroll for e in flat if type(e) is Page], np.int8)


def _rows(
    frames: Sequence[list[Packed]], dictionaries: Dictionaries, connection: Connection | None
) -> Columns:
    """Raises OverflowError where a number does not fit its column."""
    flat = list(chain.from_iterable(frames))
    columns = empty_rows(len(flat))
    columns["time"] = np.array([event.at for event in flat], np.int64)
    kind = columns["kind"] = np.array([KINDS[type(event)] for event in flat], np.uint8)
    of = _by_kind(flat)

    def put(column: str, rows: Column, values: Sequence[float]) -> None:
        columns[column][rows] = np.array(values, columns[column].dtype)

    if moves := of(Move):
        rows = np.flatnonzero(kind == KINDS[Move])
        put("x", rows, [event.x for event in moves])
        put("y", rows, [event.y for event in moves])
        put("elapsed", rows, [event.elapsed for event in moves])
    if clicks := of(Click):
        rows = np.flatnonzero(kind == KINDS[Click])
        put("x", rows, [event.x for event in clicks])
        put("y", rows, [event.y for event in clicks])
        targets = [event.target for event in clicks]
        put("target", rows, dictionaries.targets.code(targets, connection, [event.text for event in clicks]))
        put("page_w", rows, [event.page_w for event in clicks])
        put("elapsed", rows, [event.hover for event in clicks])
        put("flags", rows, [RAGE * event.rage + DEAD * event.dead for event in clicks])
    if pages := of(Page):
        rows = np.flatnonzero(kind == KINDS[Page])
        urls = [event.url for event in pages]
        put("page", rows, dictionaries.pages.code(urls, connection, [event.title for event in pages]))
        put("elapsed", rows, [event.elapsed for event in pages])
        put("scroll", rows, [event.scroll for event in pages])
        params = [as_text(event.params) if event.params else "" for event in pages]
        put("params", rows, dictionaries.params.code(params, connection))
    if hovers := of(Hover):
        rows = np.flatnonzero(kind == KINDS[Hover])
        put("target", rows, dictionaries.targets.code([event.target for event in hovers], connection))
        put("elapsed", rows, [event.elapsed for event in hovers])
        put("flags", rows, [OUTCOMES.get(event.outcome, 0) for event in hovers])
    if seen := of(Seen):
        rows = np.flatnonzero(kind == KINDS[Seen])
        put("target", rows, dictionaries.targets.code([event.target for event in seen], connection))
    if customs := of(Custom):
        rows = np.flatnonzero(kind == KINDS[Custom])
        put("name", rows, dictionaries.names.code([event.name for event in customs], connection))
        put("value", rows, [np.nan if event.value is None else event.value for event in customs])
        put("currency", rows, dictionaries.words.code([event.currency for event in customs], connection))
        put("props", rows, dictionaries.props.code([as_text(event.props) for event in customs], connection))
    if left := of(Left):
        rows = np.flatnonzero(kind == KINDS[Left])
        put("flags", rows, [GOODBYE * event.goodbye for event in left])
    return columns


E = TypeVar("E", bound=Packed)


def _by_kind(events: Sequence[Packed]) -> Callable[[type[E]], list[E]]:
    """The events of each kind, in their order."""
    found: dict[type, list[Any]] = {kind: [] for kind in KINDS}  # Any: of the kind
    for event in events:
        found[type(event)].append(event)
    return lambda kind: found[kind]
