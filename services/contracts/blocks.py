"""What a block of an imported file holds: the events of many sessions at once, as columns.

A block is told in one piece and kept as one document of the record, where each session's frame of its own would cost
as much as twenty events. `encoded` and `decoded` are its way over the wire and into the record.

    rows       the events, those of a session together, each session's in the order of the file
    kind       of each row, numbered as the tags of `frames.Packed`
    columns    of each kind its `FIELDS`, as many values as there are rows of the kind; text as its place in `texts`
    starts     the Starts, one a row of kind 0; where a session begins its first row is one

Numbers are kept as small as their column allows, times as the difference to the row before.
"""

import zlib
from collections.abc import Collection, Iterator, Sequence
from itertools import compress
from typing import Any, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Seen, Start

Column = NDArray[Any]  # Any: each column has its own type

FIELDS: dict[type[Packed], tuple[str, ...]] = {
    Click: ("x", "y", "target", "text", "page_w", "page_h", "hover", "flags"),
    Page: ("url", "elapsed", "title", "scroll", "params"),
    Hover: ("target", "elapsed", "outcome"),
    Seen: ("target",),
    Move: ("x", "y", "elapsed"),
    Custom: ("name", "value", "currency", "props"),
    Left: ("goodbye",),
}
TEXTS = frozenset({"target", "text", "url", "title", "params", "outcome", "name", "currency", "props"})
"""fields whose values are places in `texts`; `params` and `props` are JSON there, empty where there are none"""
RAGE, DEAD = 4, 8
"""the flags of a click"""

SESSION = 16
"""bytes of a session's id"""
MOST = 2**31 - 1
"""of any number but a time"""
LARGEST = 64_000_000
"""bytes, decompressed"""


def tag(kind: type[Packed]) -> int:
    """The number of a kind."""
    return cast(int, kind.__struct_config__.tag)


_FIELDS = {(tag(kind), field) for kind, fields in FIELDS.items() for field in fields}


class BlockInvalid(ValueError):
    """What should be a block is none."""


class Block(msgspec.Struct):
    sessions: list[bytes]
    """ids, each once"""
    begins: Column
    """whether a session begins here"""
    lengths: Column
    """rows of each session"""
    time: Column
    """UNIX ms of each row"""
    kind: Column
    starts: list[Start]
    texts: list[str]
    """the first is empty"""
    columns: dict[tuple[int, str], Column]
    """by the number of the kind and the field"""

    def counts(self) -> tuple[int, int]:
        """How many sessions begin here, and how many events the others of its rows are that a tracker would send."""
        begun = int(np.count_nonzero(self.begins))
        return begun, len(self.kind) - begun - int(np.count_nonzero(self.kind == tag(Left)))

    def begun(self) -> Iterator[tuple[bytes, Start]]:
        """The sessions that begin here, with their facts."""
        first = np.cumsum(self.lengths) - self.lengths
        place = np.cumsum(self.kind == 0) - 1
        for session in np.flatnonzero(self.begins).tolist():
            yield self.sessions[session], self.starts[place[first[session]]]

    def events(self) -> Iterator[list[Packed]]:
        """Of each session in turn."""
        rows = _events(self)
        for length in self.lengths.tolist():
            yield [next(rows) for _ in range(length)]

    def without(self, gone: Collection[bytes]) -> "Block":
        """As if these sessions had never been in it: no word that only they said is left."""
        return self._where([session not in gone for session in self.sessions])

    def only(self, wanted: Collection[bytes]) -> "Block":
        """As if only these sessions had been in it."""
        return self._where([session in wanted for session in self.sessions])

    def _where(self, kept: Sequence[bool]) -> "Block":
        if all(kept):
            return self
        keep = np.array(kept, np.bool_)
        rows = np.repeat(keep, self.lengths)
        columns = {
            (kind, field): column[rows[self.kind == kind]] for (kind, field), column in self.columns.items()
        }
        said = [column for (_, field), column in columns.items() if field in TEXTS]
        used = np.unique(np.concatenate([np.zeros(1, np.int64), *said]))
        return Block(
            sessions=list(compress(self.sessions, kept)),
            begins=self.begins[keep],
            lengths=self.lengths[keep],
            time=self.time[rows],
            kind=self.kind[rows],
            starts=list(compress(self.starts, rows[self.kind == tag(Start)].tolist())),
            texts=[self.texts[place] for place in used.tolist()],
            columns={
                key: np.searchsorted(used, column) if key[1] in TEXTS else column
                for key, column in columns.items()
            },
        )


class _Numbers(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    type: str
    data: bytes


class _Content(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    sessions: bytes
    begins: _Numbers
    lengths: _Numbers
    first: int
    later: _Numbers
    """time of each row after that of the row before"""
    kind: _Numbers
    starts: list[Start]
    texts: list[str]
    columns: list[tuple[int, str, _Numbers]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Content).decode
_from_json = msgspec.json.Decoder(dict[str, str | float | bool | None]).decode


def encoded(block: Block) -> bytes:
    first = int(block.time[0]) if len(block.time) else 0
    content = _Content(
        b"".join(block.sessions),
        _small(block.begins),
        _small(block.lengths),
        first,
        _small(np.diff(block.time, prepend=first)),
        _small(block.kind),
        block.starts,
        block.texts,
        [(kind, field, _small(column)) for (kind, field), column in block.columns.items() if len(column)],
    )
    return zlib.compress(_encode(content), 1)


def decoded(data: bytes) -> Block:
    """Raises BlockInvalid."""
    try:
        unzip = zlib.decompressobj()
        content = _decode(unzip.decompress(data, LARGEST))
        ids = content.sessions
        block = Block(
            sessions=[ids[at : at + SESSION] for at in range(0, len(ids), SESSION)],
            begins=_large(content.begins).astype(np.bool_),
            lengths=_large(content.lengths),
            time=_large(content.later).cumsum() + content.first,
            kind=_large(content.kind),
            starts=content.starts,
            texts=content.texts,
            columns={(kind, field): _large(numbers) for kind, field, numbers in content.columns},
        )
    except (zlib.error, msgspec.MsgspecError, ValueError, TypeError) as error:
        raise BlockInvalid(f"{type(error).__name__}: {error}") from error
    _check(block)
    return block


def _check(block: Block) -> None:
    """Raises BlockInvalid where the parts do not fit each other."""
    kinds = np.bincount(block.kind[(block.kind >= 0) & (block.kind < 8)], minlength=8)
    ends = block.lengths.cumsum()
    said = [column for (_, field), column in block.columns.items() if field in TEXTS]
    if not (
        len(block.sessions) == len(block.begins) == len(block.lengths)
        and all(len(session) == SESSION for session in block.sessions)
        and len(block.lengths)
        and block.lengths.min() > 0
        and ends[-1] == len(block.time) == len(block.kind) == kinds.sum()
        and len(block.starts) == kinds[0]
        and not block.kind[(ends - block.lengths)[block.begins]].any()
    ):
        raise BlockInvalid("sessions, rows and starts do not fit each other")
    if not (block.texts and block.texts[0] == ""):
        raise BlockInvalid("the first text is not empty")
    for kind, field in _FIELDS:
        if len(block.columns.setdefault((kind, field), np.zeros(0, np.int64))) != kinds[kind]:
            raise BlockInvalid(f"not as many {field} as there are rows of kind {kind}")
    if block.columns.keys() != _FIELDS:
        raise BlockInvalid("there are columns that no kind has")
    if any(
        len(column) and column.dtype == np.int64 and abs(column).max() > MOST
        for column in block.columns.values()
    ):
        raise BlockInvalid("a number is too large")
    if any(len(column) and not 0 <= column.min() <= column.max() < len(block.texts) for column in said):
        raise BlockInvalid("a text is meant that is not there")


def _small(column: Column) -> _Numbers:
    """In as few bytes as hold the largest of them."""
    if column.dtype.kind == "f":
        return _Numbers("<f8", column.astype("<f8").tobytes())
    low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
    for type_ in ("|u1", "<u2", "<u4") if low >= 0 else ("|i1", "<i2", "<i4"):
        limits = np.iinfo(type_)
        if limits.min <= low and high <= limits.max:
            break
    else:
        type_ = "<i8"
    return _Numbers(type_, column.astype(type_).tobytes())


_TYPES = frozenset(("|u1", "<u2", "<u4", "|i1", "<i2", "<i4", "<i8", "<f8"))


def _large(numbers: _Numbers) -> Column:
    if numbers.type not in _TYPES:
        raise ValueError(f"numbers of type {numbers.type!r}")
    column = np.frombuffer(numbers.data, numbers.type)
    return column if numbers.type == "<f8" else column.astype(np.int64)


def _events(block: Block) -> Iterator[Packed]:
    of_kind = {tag(kind): _of_kind(block, kind) for kind in FIELDS} | {0: iter(block.starts)}
    return (next(of_kind[kind]) for kind in block.kind.tolist())


def _of_kind(block: Block, kind: type[Packed]) -> Iterator[Packed]:
    number = tag(kind)
    given = {field: block.columns[number, field] for field in FIELDS[kind]}
    values: dict[str, list[Any]] = {  # Any: of the field's own type
        field: [block.texts[code] for code in column.tolist()] if field in TEXTS else column.tolist()
        for field, column in given.items()
    }
    if kind is Click:
        flags = values.pop("flags")
        values["rage"] = [bool(flag & RAGE) for flag in flags]
        values["dead"] = [bool(flag & DEAD) for flag in flags]
    elif kind is Page or kind is Custom:
        name = "params" if kind is Page else "props"
        values[name] = [_from_json(text) if text else {} for text in values[name]]
        if kind is Custom:
            values["value"] = [None if value != value else value for value in values["value"]]
    elif kind is Left:
        values["goodbye"] = list(map(bool, values["goodbye"]))
    at = block.time[block.kind == number].tolist()
    return map(kind, at, *values.values())
