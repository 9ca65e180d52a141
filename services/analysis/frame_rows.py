"""Frames as the record keeps them, turned into the typed columns of the events' tables: some hundred at a time, so that
what is made for each event stays in the processor's cache until it is gone, which takes less than half the time.

Everything that can't be read is skipped by the frame and told: one broken frame never stops the others.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, TypeVar

import duckdb
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
from services.analysis.record import Document, begins
from services.analysis.rows import Column, Columns
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Retimed, Seen, Start

AT_ONCE = 500
"""frames"""

_one = msgspec.json.Decoder(list[Packed])
_many = msgspec.json.Decoder(list[list[Packed]])


class _Decoded(msgspec.Struct):
    """Frames and their events, side by side."""

    documents: list[Document]
    events: list[list[Packed]]
    skipped: list[Skipped]
    retimed: dict[bytes, list[Retimed]]
    """the marks of each frame that has any, taken out of its events"""


class FrameRows(msgspec.Struct):
    """Frames and what they hold, side by side."""

    documents: list[Document]
    lengths: list[int]
    """events of each"""
    starts: list[tuple[int, Start]]
    """the first events of those with which a session begins, by their place"""
    retimed: dict[bytes, list[Retimed]]
    """the marks of each frame that has any"""
    skipped: list[Skipped]
    rows: Columns
    """all the events in the order of their frames, with the columns of all kinds"""


def frame_rows(
    documents: Sequence[Document], dictionaries: Dictionaries, connection: duckdb.DuckDBPyConnection
) -> FrameRows:
    found = FrameRows([], [], [], {}, [], {})
    parts = [empty_rows(0)]
    for at in range(0, len(documents), AT_ONCE):
        some = documents[at : at + AT_ONCE]
        decoded = _decode(some)
        try:
            parts.append(_rows(decoded.events, dictionaries, connection))
        except OverflowError:
            decoded = _decode_one_by_one(some)
            parts.append(_rows(decoded.events, dictionaries, connection))
        found.starts += _starts(decoded, len(found.documents))
        found.documents += decoded.documents
        found.lengths += map(len, decoded.events)
        found.retimed |= decoded.retimed
        found.skipped += decoded.skipped
    found.rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return found


def _starts(decoded: _Decoded, first: int) -> list[tuple[int, Start]]:
    """`first`: the place of the first of these frames."""
    return [
        (place, events[0])
        for place, (document, events) in enumerate(zip(decoded.documents, decoded.events, strict=True), first)
        if begins(document) and events and isinstance(events[0], Start)
    ]


def _decode(documents: Sequence[Document]) -> _Decoded:
    try:
        # One call for all of them: half the time of one call each.
        events = _many.decode(b"[" + b",".join([document["events"] for document in documents]) + b"]")
    except (msgspec.MsgspecError, KeyError, TypeError):
        return _decode_one_by_one(documents)
    return _Decoded(list(documents), events, [], _marks(documents, events))


def _marks(documents: Sequence[Document], frames: Sequence[list[Packed]]) -> dict[bytes, list[Retimed]]:
    marks: dict[bytes, list[Retimed]] = {}
    for document, events in zip(documents, frames, strict=True):
        while events and isinstance(events[-1], Retimed):
            marks.setdefault(bytes(document["_id"]), []).append(events[-1])
            events.pop()
    return marks


def _decode_one_by_one(documents: Sequence[Document]) -> _Decoded:
    """The slow way, which finds out who is to blame."""
    decoded = _Decoded([], [], [], {})
    for document in documents:
        try:
            events = _one.decode(document["events"])
            _check_ranges([events])
        except (msgspec.MsgspecError, OverflowError, KeyError, TypeError) as error:
            decoded.skipped.append(skipped(document, error))
            continue
        decoded.documents.append(document)
        decoded.events.append(events)
    decoded.retimed = _marks(decoded.documents, decoded.events)
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
    frames: Sequence[list[Packed]], dictionaries: Dictionaries, connection: duckdb.DuckDBPyConnection
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
        put("params", rows, dictionaries.params.code([as_text(event.params) for event in pages], connection))
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
