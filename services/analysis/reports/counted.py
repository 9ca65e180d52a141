"""Visits counted by groups: by the interval in which they began, by a fact of theirs."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from services.analysis.cores import worked
from services.analysis.grouped import Grouped, Part, grouped, grouped_once
from services.analysis.reading import Reading
from services.analysis.reports.visits import Begun, did
from services.analysis.rows import Column, Columns
from services.analysis.ways import Whose, by_number, events, whose


class Groups(msgspec.Struct):
    of: Column
    """of each session its group, from 0 on, in the order of Begun"""
    count: int


class Counts(msgspec.Struct, kw_only=True):
    """What the sessions of a group come to."""

    visitors: int
    sessions: int
    page_views: int
    events: int
    bounces: int
    duration: float
    """median seconds; nothing where there are no sessions"""

    @property
    def bounce_rate(self) -> float:
        return self.bounces / self.sessions

    @property
    def pages_per_session(self) -> float:
        return self.page_views / self.sessions


def present(ids: Column) -> tuple[Column, Groups]:
    """The ids that are there, ascending: a group each."""
    there = np.bincount(ids) > 0
    found = np.flatnonzero(there)
    return found, Groups((there.cumsum(dtype=np.int32) - 1)[ids], len(found))


class _Read(msgspec.Struct):
    """What is read of some sessions."""

    part: Whose
    here: slice
    """which they are of all"""
    deeds: Columns


class _Found(msgspec.Struct):
    """What they come to, by group."""

    sums: Columns
    visitors: Part
    ms: Part


_SUMS = ("sessions", "page_views", "events", "bounces")


def counted(on: Reading, those: Begun, by: Sequence[Groups]) -> list[list[Counts | None]]:
    """Of each group of each of these; None of one without sessions."""
    sums = [{name: np.zeros(groups.count, np.int64) for name in _SUMS} for groups in by]
    visitors, ms = ([Grouped(groups.count, on.spill) for groups in by] for _ in range(2))

    def of_part(read: _Read) -> list[_Found]:
        started, who = those.started[read.here], those.who[read.here]
        place = those.session[read.here] - read.part.first
        of = did(read.deeds, read.part.by_number(those.session, those.started), read.part.first)
        values = {
            "sessions": None,
            "page_views": of.page_views[place],
            "events": of.events[place],
            "bounces": of.bounced[place],
        }
        lasted = of.until[place] - started
        return [_found(groups.of[read.here], groups.count, values, who, lasted) for groups in by]

    for parts in worked(_read(on, those), of_part):
        for place, found in enumerate(parts):
            for name, column in found.sums.items():
                sums[place][name] += column
            visitors[place].add(found.visitors)
            ms[place].add(found.ms)
    return [_counts(*each) for each in zip(sums, visitors, ms, strict=True)]


def _read(on: Reading, those: Begun) -> Iterator[_Read]:
    begin = 0
    all_at_once = {"session": those.session, "who": those.who}
    for _, part in whose(on, [all_at_once], "who"):
        end = int(np.searchsorted(those.session, np.int32(part.last), side="right"))
        yield _Read(part, slice(begin, end), events(on, "did", part, {"app": on.app}))
        begin = end


def _found(group: Column, groups: int, values: dict[str, Column | None], who: Column, ms: Column) -> _Found:
    order = by_number(group)
    group_of = group[order]
    return _Found(
        sums={name: np.bincount(group, of, minlength=groups).astype(np.int64) for name, of in values.items()},
        visitors=grouped_once(group_of, who[order]),
        ms=grouped(group_of, ms[order]),
    )


def _counts(sums: Columns, visitors: Grouped, ms: Grouped) -> list[Counts | None]:
    people, medians = visitors.counted_once().tolist(), ms.medians()
    rows = zip(*(sums[name].tolist() for name in _SUMS), strict=True)
    return [
        None
        if median is None
        else Counts(
            visitors=visited,
            sessions=sessions,
            page_views=page_views,
            events=events_,
            bounces=bounces,
            duration=median / 1000,
        )
        for (sessions, page_views, events_, bounces), visited, median in zip(
            rows, people, medians, strict=True
        )
    ]
