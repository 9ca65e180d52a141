"""From the lines of a block to what is recorded of them: the same events as a tracker's, at the lines' own times, as
columns.

A field is taken of all lines at once: nothing is made for a single event after its line is decoded. That goes as long
as every line has what its kind needs; `Unclean` says that one has not, and `checking` tells which.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from edge.bulk.checking import Rules, kind_of, moment
from edge.bulk.lines import Reject
from edge.bulk.starting import address_of, given, start
from edge.bulk.visits import Found, Visits
from edge.times import SECONDS_BELOW
from services.contracts.blocks import DEAD, FIELDS, RAGE, Block, Column, tag
from services.contracts.bulk import Line
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Seen, Start

KINDS: dict[str | None, int] = {
    "start": tag(Start),
    "click": tag(Click),
    "url": tag(Page),
    "hover": tag(Hover),
    "seen": tag(Seen),
    "move": tag(Move),
    "custom": tag(Custom),
    "left": tag(Left),
}

_encode = msgspec.json.Encoder().encode


class Unclean(Exception):
    """Some line lacks what it needs."""


class Texts(dict[str | None, int]):
    """Each text once, by its place in `all`."""

    def __init__(self) -> None:
        super().__init__({None: 0, "": 0})
        self.all = [""]

    def __missing__(self, text: str) -> int:
        place = self[text] = len(self.all)
        self.all.append(text)
        return place

    def places(self, texts: Sequence[str | None]) -> Column:
        return np.fromiter(map(self.__getitem__, texts), np.int64, len(texts))

    def some(self, texts: Sequence[str | None]) -> Column:
        """Raises Unclean where one is empty."""
        places = self.places(texts)
        if not places.all():
            raise Unclean
        return places

    def json(self, mapping: object) -> int:
        return self[_encode(mapping).decode()] if mapping else 0


async def pack(lines: Sequence[Line], rules: Rules, visits: Visits, places: Sequence[int]) -> Block:
    """`places`: where in the file the lines begin. Lets others have their turn in between.

    Raises Unclean, before it has touched the visits.
    """
    kind, at, texts = _kinds(lines), _times(lines, rules), Texts()
    columns: dict[tuple[int, str], Column] = {}
    for type_, columns_of in _COLUMNS.items():
        await asyncio.sleep(0)
        of_kind = [lines[row] for row in np.flatnonzero(kind == tag(type_)).tolist()]
        found = columns_of(of_kind, texts, rules)
        columns |= {(tag(type_), field): column for field, column in zip(FIELDS[type_], found, strict=True)}
    await asyncio.sleep(0)
    return _arranged(lines, kind, at, texts, columns, visits.find(lines, at, places), rules)


def _arranged(
    lines: Sequence[Line],
    kind: Column,
    at: Column,
    texts: Texts,
    columns: dict[tuple[int, str], Column],
    found: Found,
    rules: Rules,
) -> Block:
    """The rows of a session together, and before the line with which it begins a Start, unless it is one."""
    known = dict.fromkeys(np.flatnonzero(kind == tag(Start)).tolist(), False) | dict(found.begun)
    starts = {row: start(lines[row], int(at[row]), rules, before) for row, before in known.items()}
    begun = np.array([row for row, _ in found.begun], np.int64)
    added = begun[kind[begun] != tag(Start)]
    session = np.concatenate([found.of, found.of[added]])
    place = np.concatenate([np.arange(len(kind)) * 2 + 1, added * 2])
    order = np.lexsort((place, session))
    line = (place // 2)[order]
    """of each row, the line it comes from"""
    kinds = np.concatenate([kind, np.full(len(added), tag(Start))])[order]
    within = np.empty(len(kind), np.int64)
    """of each line, its place among those of its kind"""
    for number in KINDS.values():
        of_kind = np.flatnonzero(kind == number)
        within[of_kind] = np.arange(len(of_kind))
    begins = np.zeros(len(found.sessions), np.bool_)
    begins[found.of[begun]] = True
    return Block(
        sessions=found.sessions,
        begins=begins,
        lengths=np.bincount(session, minlength=len(found.sessions)),
        time=at[line],
        kind=kinds,
        starts=[starts[row] for row in line[kinds == tag(Start)].tolist()],
        texts=texts.all,
        columns={
            (number, field): column[within[line[kinds == number]]]
            for (number, field), column in columns.items()
        },
    )


def _kinds(lines: Sequence[Line]) -> Column:
    given: Sequence[str | None] = [line.kind for line in lines]
    if None in given:
        try:
            given = [line.kind or kind_of(line) for line in lines]
        except Reject as reject:
            raise Unclean from reject
    return np.fromiter(map(KINDS.__getitem__, given), np.int64, len(given))


def _times(lines: Sequence[Line], rules: Rules) -> Column:
    """UNIX ms."""
    given: list[Any] = [line.time for line in lines]  # Any: what numpy takes for numbers
    try:
        times = np.array(given, np.float64)
        times = np.where(times < SECONDS_BELOW, times * 1000, times)
    except ValueError:
        try:
            times = np.array([moment(time) for time in given], np.float64)
        except Reject as reject:
            raise Unclean from reject
    if not ((times >= rules.earliest) & (times < rules.latest + 1)).all():
        raise Unclean
    return times.astype(np.int64)


def _whole(values: Sequence[float | None], unit: int = 1, missing: int = 0) -> Column:
    """Rounded, in a unit of which the values have so many."""
    numbers = np.array(values, np.float64)
    return np.rint(np.where(np.isnan(numbers), missing, numbers * unit)).astype(np.int64)


def _some(values: Sequence[float | None], unit: int = 1) -> Column:
    """As `_whole`. Raises Unclean where one is missing."""
    if None in values:
        raise Unclean
    return _whole(values, unit)


def _clicks(lines: Sequence[Line], texts: Texts, _: Rules) -> tuple[Column, ...]:
    return (
        _some([line.X for line in lines]),
        _some([line.Y for line in lines]),
        texts.some([line.target for line in lines]),
        texts.places([line.text for line in lines]),
        _whole([line.page_w for line in lines]),
        _whole([line.page_h for line in lines]),
        _whole([line.hover for line in lines], 1000),
        np.array([RAGE * line.rage + DEAD * line.dead for line in lines], np.int64),
    )


def _pages(lines: Sequence[Line], texts: Texts, rules: Rules) -> tuple[Column, ...]:
    kept: dict[str, tuple[int, int]] = {}
    urls = [line.next or line.url or "" for line in lines]
    for address in dict.fromkeys(urls):
        if not address:
            raise Unclean
        reduced, parameters = address_of(address, rules)
        kept[address] = (texts[reduced], texts.json(parameters))
    url, params = np.array([kept[address] for address in urls], np.int64).reshape(-1, 2).T
    for row, line in enumerate(lines):
        if line.params is not None:
            params[row] = texts.json(given(line.params))
    return (
        url,
        _whole([line.elapsed for line in lines], 1000),
        texts.places([line.title for line in lines]),
        _whole([line.scroll for line in lines], missing=-1),
        params,
    )


def _hovers(lines: Sequence[Line], texts: Texts, _: Rules) -> tuple[Column, ...]:
    return (
        texts.some([line.target for line in lines]),
        _some([line.elapsed for line in lines], 1000),
        texts.places([line.outcome for line in lines]),
    )


def _seen(lines: Sequence[Line], texts: Texts, _: Rules) -> tuple[Column, ...]:
    return (texts.some([line.target for line in lines]),)


def _moves(lines: Sequence[Line], _: Texts, __: Rules) -> tuple[Column, ...]:
    return (
        _some([line.X for line in lines]),
        _some([line.Y for line in lines]),
        _whole([line.elapsed for line in lines], 1000),
    )


def _customs(lines: Sequence[Line], texts: Texts, _: Rules) -> tuple[Column, ...]:
    return (
        texts.some([line.name for line in lines]),
        np.array([line.value for line in lines], np.float64),
        texts.places([line.currency and line.currency.upper() for line in lines]),
        np.array([texts.json(line.props) for line in lines], np.int64),
    )


def _left(lines: Sequence[Line], _: Texts, __: Rules) -> tuple[Column, ...]:
    return (np.array([line.goodbye for line in lines], np.int64),)


_COLUMNS: dict[type[Packed], Callable[[Sequence[Line], Texts, Rules], tuple[Column, ...]]] = {
    Click: _clicks,
    Page: _pages,
    Hover: _hovers,
    Seen: _seen,
    Move: _moves,
    Custom: _customs,
    Left: _left,
}
"""The fields of each kind, in the order of `FIELDS`. They raise Unclean."""
