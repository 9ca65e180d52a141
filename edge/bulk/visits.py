"""Which session a line of an import belongs to, and what must be kept to say so after a break.

A session is what the line names; else a visitor's events belong together until 30 minutes are silent. Its id is a
digest of app, import and name, or of visitor and the place of its first line: the same whenever the file is read.
Only so many sessions are held open, the latest used; for more of them at the same time a visitor begins anew.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec
import numpy as np

from services.contracts.blocks import Column
from services.contracts.bulk import Line

HELD = 40_000
"""open sessions of a generation; two generations are kept"""
SILENCE_MS = 30 * 60 * 1000


class Visit(msgspec.Struct, array_like=True):
    id: bytes
    last: int
    """UNIX ms of its last event"""


class Found(NamedTuple):
    """The sessions of some lines."""

    sessions: list[bytes]
    of: Column
    """of each line, its session's place in `sessions`"""
    begun: list[tuple[int, bool]]
    """the lines (by their place) with which a session begins; whether the visitor was seen before"""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[dict[str, Visit], dict[str, Visit]]).decode


class Visits:
    def __init__(self, app: str, import_id: str, kept: bytes = b"") -> None:
        self._key = blake2b(f"{app}\0{import_id}".encode(), digest_size=32).digest()
        self._older: dict[str, Visit] = {}
        self._newer: dict[str, Visit] = {}
        if kept:
            self._older, self._newer = _decode(kept)

    def find(self, lines: Sequence[Line], at: Column, places: Sequence[int]) -> Found:
        """The sessions of lines at these times (UNIX ms) that begin at these places of the file."""
        finding = _Finding(self, lines, places)
        names = [line.session for line in lines]
        unnamed = names.count(None)
        if not unnamed:
            of = finding.named(names, at)
        elif unnamed == len(lines):
            of = finding.unnamed([line.visitor for line in lines], at)
        else:
            of = finding.one_by_one(at)
        return Found(list(finding.sessions), of, finding.begun)

    def of(self, visitor: str, session: str | None, at: int, place: int) -> tuple[Visit, bool, bool]:
        """The visit of an event at `at` on the line that begins at `place`; whether it begins with it; whether the
        visitor was seen before."""
        key = visitor if session is None else f"\0{session}"
        visit = self._newer.get(key)
        if visit is None:
            visit = self._older.get(key)
            if visit is not None:
                self._newer[key] = visit
        if visit is not None and (session is not None or -SILENCE_MS <= at - visit.last <= SILENCE_MS):
            visit.last = max(visit.last, at)
            return visit, False, True
        name = f"{visitor}\0{place}" if session is None else key
        fresh = Visit(blake2b(name.encode(), key=self._key, digest_size=16).digest(), at)
        self._newer[key] = fresh
        return fresh, True, visit is not None

    def rotate(self) -> None:
        """Forget who has long not been seen. Only between blocks, so that it is the same at every reading."""
        if len(self._newer) > HELD:
            self._older, self._newer = self._newer, {}

    def keep(self) -> bytes:
        return _encode((self._older, self._newer))


class _Finding:
    """Lines of which one after the other is looked at only where that makes a difference."""

    def __init__(self, visits: Visits, lines: Sequence[Line], places: Sequence[int]) -> None:
        self.sessions: dict[bytes, int] = {}
        self.begun: list[tuple[int, bool]] = []
        self._visits = visits
        self._lines = lines
        self._places = places

    def named(self, names: Sequence[str | None], at: Column) -> Column:
        codes, count = _numbered(names)
        first = np.zeros(count, np.int64)
        first[codes[::-1]] = np.arange(len(names))[::-1]
        last = np.zeros(count, np.int64)
        np.maximum.at(last, codes, at)
        return self._each(first, at[first], last)[codes]

    def unnamed(self, visitors: Sequence[str], at: Column) -> Column:
        """Runs of a visitor's lines without a silence between them."""
        codes, _ = _numbered(visitors)
        order = np.argsort(codes, kind="stable")
        times = at[order]
        other, gap = np.diff(codes[order]) != 0, np.diff(times)
        if (gap[~other] < 0).any():
            return self.one_by_one(at)
        begin = np.flatnonzero(np.insert(other | (gap > SILENCE_MS), 0, True))
        lengths = np.diff(begin, append=len(order))
        of = np.empty(len(order), np.int64)
        of[order] = np.repeat(self._each(order[begin], times[begin], times[begin + lengths - 1]), lengths)
        return of

    def one_by_one(self, at: Column) -> Column:
        return self._each(np.arange(len(at)), at, at)

    def _each(self, rows: Column, at: Column, last: Column) -> Column:
        """Of each run of lines of one visit, given by its first line and that one's time and the last's."""
        of = [self._one(*run) for run in zip(rows.tolist(), at.tolist(), last.tolist(), strict=True)]
        return np.array(of, np.int64)

    def _one(self, row: int, at: int, last: int) -> int:
        line = self._lines[row]
        visit, begins, known = self._visits.of(line.visitor, line.session, at, self._places[row])
        visit.last = max(visit.last, last)
        if begins:
            self.begun.append((row, known))
        return self.sessions.setdefault(visit.id, len(self.sessions))


def _numbered(names: Sequence[str | None]) -> tuple[Column, int]:
    """Each name's number, and how many names there are."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.fromiter(map(numbers.__getitem__, names), np.int64, len(names)), len(numbers)
