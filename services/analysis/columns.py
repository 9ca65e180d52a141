"""The typed columns of what is projected, one numpy array each: of the events' tables, of `deeds` and of `sessions`."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b

import msgspec
import numpy as np

from services.analysis.dictionaries import Dictionaries
from services.analysis.rows import Column, Columns, Connection
from services.contracts.frames import Click, Custom, Hover, Left, Move, Page, Seen, Start

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
_TABLE_OF_KIND = np.zeros(len(KINDS), np.uint8)
for _place, (_kinds, _) in enumerate(TABLES.values()):
    _TABLE_OF_KIND[[*_kinds]] = _place

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


def skipped(key: object, error: Exception) -> Skipped:
    """`key`: the `_id`, whatever it is."""
    return Skipped(
        bytes(key) if isinstance(key, bytes) else str(key).encode(), f"{type(error).__name__}: {error}"[:500]
    )


def empty_rows(count: int) -> Columns:
    """The columns of all kinds, for so many events, as they stand where a kind has no such thing."""
    return {
        **{name: np.zeros(count, dtype) for name, dtype in _INTEGERS.items()},
        "value": np.full(count, np.nan),
    }


def by_table(events: Columns) -> Iterator[tuple[str, Columns]]:
    """The rows of each kind's table; none where there are none."""
    tables = _TABLE_OF_KIND[events["kind"]]
    for place, (table, (_, names)) in enumerate(TABLES.items()):
        rows = np.flatnonzero(tables == place)
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


def session_columns(
    starts: Sequence[Start],
    apps: Sequence[int],
    sessions: Sequence[int],
    visitors: Sequence[int],
    dictionaries: Dictionaries,
    connection: Connection,
) -> Columns:
    """The rows of `sessions`, one for each start."""
    columns: Columns = {
        "session": np.array(sessions, np.int32),
        "app": np.array(apps, np.int32),
        "visitor": np.array(visitors, np.int32),
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


def visitor_hash(visitor: str, session: bytes) -> int:
    """A visitor's id as a signed 64-bit integer; who has no id is somebody else in every session."""
    digest = blake2b(visitor.encode() if visitor else session, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
