"""Frames as the record keeps them, turned into typed columns: one numpy array a column of the
events' tables, of `deeds` and of `sessions`.

Everything that can't be read is skipped by the frame and told: one broken frame never stops the others.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from itertools import chain

import duckdb
import msgspec
import numpy as np

from services.analysis.dictionaries import Dictionaries
from services.analysis.record import Document, begins, number
from services.analysis.rows import Column, Columns
from services.contracts.blocks import Block
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Retimed, Seen, Start

KINDS: dict[type, int] = {Start: 0, Click: 1, Page: 2, Hover: 3, Seen: 4, Move: 5, Custom: 6, Left: 7}
OUTCOMES = {"leave": 1, "click": 2}
RAGE, DEAD, GOODBYE = 4, 8, 16

_ALL = ("app", "session", "time", "n", "i")
TABLES: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "page_views": ((KINDS[Page],), (*_ALL, "page", "before", "elapsed", "scroll", "params")),
    "clicks": ((KINDS[Click],), (*_ALL, "target", "x", "y", "elapsed", "flags", "page", "page_w")),
    "hovers": ((KINDS[Hover],), (*_ALL, "target", "elapsed", "flags")),
    "seen": ((KINDS[Seen],), (*_ALL, "target")),
    "moves": ((KINDS[Move],), (*_ALL, "x", "y", "elapsed", "page", "page_w")),
    "customs": ((KINDS[Custom],), (*_ALL, "name", "value", "currency", "props")),
    "signs": ((KINDS[Start], KINDS[Left]), (*_ALL, "kind", "flags")),
}
"""where the kinds are kept, and what of them"""

_one = msgspec.json.Decoder(list[Packed])
_many = msgspec.json.Decoder(list[list[Packed]])
_encode = msgspec.json.encode

_INTEGERS = {
    "time": np.int64,
    "kind": np.uint8,
    "page": np.int32,
    "target": np.int32,
    "name": np.int32,
    "x": np.int32,
    "y": np.int32,
    "elapsed": np.int32,
    "flags": np.uint8,
    "page_w": np.int32,
    "scroll": np.int8,
    "props": np.int32,
    "params": np.int32,
    "currency": np.int32,
}


class Skipped(msgspec.Struct):
    """A frame that could not be read."""

    key: bytes
    why: str


def skipped(document: Document, error: Exception) -> Skipped:
    key = document["_id"]
    return Skipped(
        bytes(key) if isinstance(key, bytes) else str(key).encode(), f"{type(error).__name__}: {error}"[:500]
    )


class Decoded(msgspec.Struct):
    """Frames and their events, side by side."""

    documents: list[Document]
    events: list[list[Packed]]
    skipped: list[Skipped]
    retimed: dict[bytes, list[Retimed]]
    """the marks of each frame that has any, taken out of its events"""


class Parts(msgspec.Struct):
    """What the documents of a batch hold, session by session: each frame is one, and each session of a block."""

    sessions: list[bytes]
    apps: list[str]
    document: Column
    """the place of its document"""
    n: Column
    lengths: Column
    """events of each"""
    begins: Column
    """whether its session says so"""
    starts: list[tuple[int, Start]]
    """of those that begin with one, by their place"""


def parts_of(decoded: Decoded, blocks: Sequence[tuple[Document, Block]]) -> Parts:
    """Frames first."""
    frames = decoded.documents
    begun = [begins(document) for document in frames]
    starts: list[tuple[int, Start]] = [
        (place, events[0])
        for place, (begin, events) in enumerate(zip(begun, decoded.events, strict=True))
        if begin and events and isinstance(events[0], Start)
    ]
    parts = Parts(
        sessions=[document["_id"][:16] for document in frames],
        apps=[str(document["app"]) for document in frames],
        document=np.arange(len(frames)),
        n=np.array([number(document["_id"]) for document in frames], np.int64),
        lengths=np.fromiter(map(len, decoded.events), np.int64, len(frames)),
        begins=np.array(begun, np.bool_),
        starts=starts,
    )
    for place, (document, block) in enumerate(blocks, len(frames)):
        first, count = len(parts.sessions), len(block.sessions)
        begin = np.flatnonzero(block.begins) + first
        parts.starts += zip(begin.tolist(), (start for _, start in block.begun()), strict=True)
        parts.sessions += block.sessions
        parts.apps += [str(document["app"])] * count
        parts.document = np.append(parts.document, np.full(count, place))
        parts.n = np.append(parts.n, np.full(count, number(document["_id"])))
        parts.lengths = np.append(parts.lengths, block.lengths)
        parts.begins = np.append(parts.begins, block.begins)
    return parts


def decode(documents: Sequence[Document]) -> Decoded:
    try:
        # One call for all of them: half the time of one call each.
        events = _many.decode(b"[" + b",".join([document["events"] for document in documents]) + b"]")
    except (msgspec.MsgspecError, KeyError, TypeError):
        return decode_one_by_one(documents)
    return Decoded(list(documents), events, [], _marks(documents, events))


def _marks(documents: Sequence[Document], frames: Sequence[list[Packed]]) -> dict[bytes, list[Retimed]]:
    marks: dict[bytes, list[Retimed]] = {}
    for document, events in zip(documents, frames, strict=True):
        while events and isinstance(events[-1], Retimed):
            marks.setdefault(bytes(document["_id"]), []).append(events[-1])
            events.pop()
    return marks


def decode_one_by_one(documents: Sequence[Document]) -> Decoded:
    """The slow way, which finds out who is to blame."""
    decoded = Decoded([], [], [], {})
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


def empty_rows(count: int) -> Columns:
    """The columns of all kinds, for so many events, as they stand where a kind has no such thing."""
    return {
        **{name: np.zeros(count, dtype) for name, dtype in _INTEGERS.items()},
        "value": np.full(count, np.nan),
    }


def frame_rows(
    decoded: Decoded, dictionaries: Dictionaries, connection: duckdb.DuckDBPyConnection
) -> Columns:
    """All the events in the order of their frames, with the columns of all kinds.

    Raises OverflowError where a number does not fit its column.
    """
    flat = list(chain.from_iterable(decoded.events))
    columns = empty_rows(len(flat))
    columns["time"] = np.array([event.at for event in flat], np.int64)
    kind = columns["kind"] = np.array([KINDS[type(event)] for event in flat], np.uint8)

    def put(column: str, rows: Column, values: Sequence[float]) -> None:
        columns[column][rows] = np.array(values, columns[column].dtype)

    moves = [event for event in flat if type(event) is Move]
    if moves:
        rows = np.flatnonzero(kind == KINDS[Move])
        put("x", rows, [event.x for event in moves])
        put("y", rows, [event.y for event in moves])
        put("elapsed", rows, [event.elapsed for event in moves])
    clicks = [event for event in flat if type(event) is Click]
    if clicks:
        rows = np.flatnonzero(kind == KINDS[Click])
        put("x", rows, [event.x for event in clicks])
        put("y", rows, [event.y for event in clicks])
        targets = [event.target for event in clicks]
        put("target", rows, dictionaries.targets.code(targets, connection, [event.text for event in clicks]))
        put("page_w", rows, [event.page_w for event in clicks])
        put("elapsed", rows, [event.hover for event in clicks])
        put("flags", rows, [RAGE * event.rage + DEAD * event.dead for event in clicks])
    pages = [event for event in flat if type(event) is Page]
    if pages:
        rows = np.flatnonzero(kind == KINDS[Page])
        urls = [event.url for event in pages]
        put("page", rows, dictionaries.pages.code(urls, connection, [event.title for event in pages]))
        put("elapsed", rows, [event.elapsed for event in pages])
        put("scroll", rows, [event.scroll for event in pages])
        put("params", rows, dictionaries.params.code([as_text(event.params) for event in pages], connection))
    hovers = [event for event in flat if type(event) is Hover]
    if hovers:
        rows = np.flatnonzero(kind == KINDS[Hover])
        put("target", rows, dictionaries.targets.code([event.target for event in hovers], connection))
        put("elapsed", rows, [event.elapsed for event in hovers])
        put("flags", rows, [OUTCOMES.get(event.outcome, 0) for event in hovers])
    seen = [event for event in flat if type(event) is Seen]
    if seen:
        rows = np.flatnonzero(kind == KINDS[Seen])
        put("target", rows, dictionaries.targets.code([event.target for event in seen], connection))
    customs = [event for event in flat if type(event) is Custom]
    if customs:
        rows = np.flatnonzero(kind == KINDS[Custom])
        put("name", rows, dictionaries.names.code([event.name for event in customs], connection))
        put("value", rows, [np.nan if event.value is None else event.value for event in customs])
        put("currency", rows, dictionaries.words.code([event.currency for event in customs], connection))
        put("props", rows, dictionaries.props.code([as_text(event.props) for event in customs], connection))
    if goodbyes := [index for index, event in enumerate(flat) if type(event) is Left and event.goodbye]:
        columns["flags"][goodbyes] = GOODBYE
    return columns


def in_order(
    rows: Columns, parts: Parts, apps: Sequence[int], sessions: Sequence[int], kept: Column
) -> Columns:
    """The rows of those parts that are `kept`, in the order sent, those of a session together; `apps` and `sessions`
    are the numbers of each part's. So they are kept: reports find most of what they put in order in order already, and
    columns of runs are small.
    """
    lengths = parts.lengths
    ends = lengths.cumsum()
    rows["app"] = np.repeat(np.array(apps, np.int32), lengths)
    rows["session"] = np.repeat(np.array(sessions, np.int32), lengths)
    rows["n"] = np.repeat(parts.n, lengths)
    rows["i"] = (np.arange(lengths.sum()) - np.repeat(ends - lengths, lengths)).astype(np.uint16)
    # The start of a session is a row of `sessions`.
    started = (rows["kind"] == KINDS[Start]) & (rows["i"] == 0) & np.repeat(parts.begins, lengths)
    order = np.lexsort((rows["i"], rows["n"], rows["time"], rows["session"]))
    order = order[(~started & np.repeat(kept, lengths))[order]]
    return {name: column[order] for name, column in rows.items()}


def by_table(events: Columns) -> Iterator[tuple[str, Columns]]:
    """The rows of each kind's table; none where there are none."""
    for table, (kinds, names) in TABLES.items():
        rows = np.flatnonzero(np.isin(events["kind"], kinds))
        if len(rows):
            yield table, {name: events[name][rows] for name in names}


def of_trackers(events: Columns) -> Column:
    """Which of them a tracker sent; the others the edge saw itself."""
    mask: Column = (events["n"] > 0) & (events["kind"] != KINDS[Left])
    return mask


def deeds(events: Columns) -> Columns:
    """The rows of `deeds`, one for each session."""
    first = np.flatnonzero(np.insert(np.diff(events["session"]) != 0, 0, True))

    def count(which: Column) -> Column:
        return np.add.reduceat(which, first, dtype=np.int32)

    return {
        "app": events["app"][first],
        "session": events["session"][first],
        "last_sign": np.maximum.reduceat(events["time"], first),
        "events": count(of_trackers(events)),
        "page_views": count(events["kind"] == KINDS[Page]),
        "clicks": count(events["kind"] == KINDS[Click]),
    }


def retimed_columns(
    decoded: Decoded, apps: Sequence[int], sessions: Sequence[int], kept: Column
) -> Columns | None:
    """The rows of `retimed`, of those frames that are `kept`."""
    if not decoded.retimed:
        return None
    marks = [
        (apps[place], sessions[place], mark.at, number(document["_id"]), mark.i, mark.own)
        for place, document in enumerate(decoded.documents)
        for mark in decoded.retimed.get(bytes(document["_id"]), ())
        if kept[place]
    ]
    if not marks:
        return None
    names = ("app", "session", "time", "n", "i", "own")
    return {name: np.array([mark[place] for mark in marks], np.int64) for place, name in enumerate(names)}


def session_columns(
    starts: Sequence[Start],
    apps: Sequence[int],
    sessions: Sequence[int],
    visitors: Sequence[int],
    dictionaries: Dictionaries,
    connection: duckdb.DuckDBPyConnection,
) -> Columns:
    """The rows of `sessions`, one for each start."""
    columns: Columns = {
        "session": np.array(sessions, np.int32),
        "app": np.array(apps, np.int32),
        "visitor": np.array(visitors, np.int64),
        "started": np.array([start.at for start in starts], np.int64),
        "came_back": np.array([start.returning for start in starts], np.bool_),
        "left_out": np.array([start.left_out() for start in starts], np.uint8),
    }
    coded = {
        **{
            field: (dictionaries.words, [getattr(start, field) for start in starts])
            for field in ("browser", "os", "device", "screen", "language", "timezone", "country", "channel")
        },
        "referrer": (dictionaries.referrers, [start.referrer for start in starts]),
        "landing": (dictionaries.pages, [start.landing for start in starts]),
        "params": (dictionaries.params, [as_text(start.params) for start in starts]),
    }
    for field, (dictionary, values) in coded.items():
        columns[field] = np.array(dictionary.code(values, connection), np.int32)
    return columns


def as_text(mapping: dict[str, str] | dict[str, str | float | bool | None]) -> str:
    return _encode(mapping).decode() if mapping else ""


def visitor_number(visitor: str, session: bytes) -> int:
    """A visitor as a signed 64-bit integer; who has no id is somebody else in every session."""
    digest = blake2b(visitor.encode() if visitor else session, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
