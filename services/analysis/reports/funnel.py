"""The funnel: who reaches which stage, when, and how long it takes."""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.analysis.breakdown import MOST_PARTS, OTHER, know_parts, named, part_of_sessions
from services.analysis.cores import worked
from services.analysis.matching import CLICK, CUSTOM, PAGE, of_stage
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.times import Edges, edges, measured
from services.analysis.reports.tries import Way, best_tries
from services.analysis.rows import Column, Columns
from services.analysis.sheaves import Bound, Sheaves, bound
from services.analysis.ways import NOBODY, Whose, ascending, events, fetch, in_order, whose
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.funnel import FunnelPart, FunnelPoint, FunnelReport, FunnelStage
from services.contracts.analysis.scope import Period
from services.contracts.config import Funnel
from services.contracts.errors import InvalidInput

_TABLES = {CLICK: ("clicks", "target"), PAGE: ("page_views", "page"), CUSTOM: ("customs", "name")}
"""of each kind of event, and the column that says what it was about"""


class Tried(msgspec.Struct):
    """The best tries, one of each visitor (or session) that began one: of some of them, or of all."""

    reached: NDArray[np.int8]
    """how many stages"""
    times: NDArray[np.int64]
    """UNIX ms, a column a stage; what lies beyond the reached means nothing"""
    session: Column
    """of the event that began it"""


class Ended(msgspec.Struct):
    tried: Tried
    last: Columns
    """of the event that each ended with: session, time, n, i"""


def funnel(on: Reading, asked: Funnel | None = None, by: BreakdownField | None = None) -> FunnelReport:
    """The configured funnel, or the one asked for; broken down by a field where one is given. Raises InvalidInput."""
    asked = asked or on.config.funnel
    begins = intervals.beginnings(on.period)
    if not asked.stages:
        return FunnelReport(**on.about(), funnel=asked, stages=[], series=[], by=by)
    tried = _all_tried(on, asked)
    return FunnelReport(
        **on.about(),
        funnel=asked,
        stages=_stages(asked, tried, edges(on.connection)),
        series=_series(tried, begins),
        by=by,
        parts=_parts(on, tried, by) if by else [],
    )


def _all_tried(on: Reading, asked: Funnel) -> Tried:
    """Raises InvalidInput."""
    reached, sessions, kept = [], [], []
    for ended in tries(on, asked):
        reached.append(ended.tried.reached)
        sessions.append(ended.tried.session)
        kept.append(on.spill.keep(ended.tried.times))  # the largest
    times = np.empty((sum(map(len, reached)), len(asked.stages)), np.int64)
    end = 0
    for part in kept:
        begin, end = end, end + len(part)
        times[begin:end] = part.rows()
    return Tried(np.concatenate(reached), times, np.concatenate(sessions))


def tries(on: Reading, asked: Funnel) -> Iterator[Ended]:
    """Of some visitors after others: the events are read session by session, and gone through visitor by visitor.

    Raises InvalidInput.
    """
    if len(asked.stages) < 2:
        raise InvalidInput("a funnel has 2 to 12 stages", field="stages")
    kinds = [of_stage(stage, stage.values()[0])[0] for stage in asked.stages]
    chosen = ascending(fetch(on, "select session, visitor from chosen"))
    parts = [*whose(on, chosen["session"], chosen[asked.per])]
    del chosen
    wanted = _bits(on.matcher.stages(asked.stages, on.connection).columns)

    def bind(read: tuple[Whose, Columns]) -> Bound:
        part, rows = read
        of = part.who(rows["session"])
        sheaf = of % len(parts)
        sheaf[of == NOBODY] = len(parts)
        return bound(sheaf, len(parts), {**rows, "who": of})

    sheaves = Sheaves(len(parts), on.spill)
    for part in worked(_read(on, asked, set(kinds), wanted, parts), bind):
        sheaves.add(part)
    yield from worked(sheaves.each(), lambda rows: _best(rows(), asked, kinds, on.period))


def _read(
    on: Reading, asked: Funnel, kinds: set[int], wanted: Columns, parts: list[Whose]
) -> Iterator[tuple[Whose, Columns]]:
    """The events that can fill a stage, and which; in strict order all of these kinds."""
    window = {"app": on.app, "start": on.period.start, "until": on.period.end + asked.window * 1000}
    on.give("wanted", wanted)
    stages_of = {kind: _by_subject(wanted, kind) for kind in sorted(kinds)}
    for part in parts:
        found = []
        for kind, stages in stages_of.items():
            table, subject = _TABLES[kind]
            if asked.order == "strict":
                rows = events(on, "strict", part, window, table=table, subject=subject)
                rows["stages"] = stages[np.minimum(rows.pop("subject"), len(stages) - 1)]
            else:
                rows = events(on, "funnel", part, {**window, "kind": kind}, table=table, subject=subject)
            found.append({**rows, "kind": np.full(len(rows["session"]), kind, np.uint8)})
        yield part, {name: np.concatenate([rows.pop(name) for rows in found]) for name in list(found[0])}


def _by_subject(wanted: Columns, kind: int) -> Column:
    """The stages that each subject fills, the last for all beyond."""
    those = np.flatnonzero(wanted["kind"] == kind)
    subject = wanted["subject"][those]
    stages = np.zeros(int(subject.max(initial=0)) + 2, np.uint16)
    stages[subject] = wanted["stages"][those]
    return stages


def _best(rows: Columns, asked: Funnel, kinds: list[int], period: Period) -> Ended:
    """Of some visitors, from all their events."""
    order = in_order(*(rows[name] for name in ("who", "time", "n", "i", "session")))
    way = Way(*(rows[name][order] for name in ("who", "time", "kind", "stages")))
    best = best_tries(way, asked, kinds, period.start, period.end)
    first = order[best.places[:, 0]]
    last = order[best.places[np.arange(len(best.reached)), best.reached - 1]]
    times = way.time[best.places] if len(way.time) else best.places
    return Ended(
        Tried(best.reached.astype(np.int8), times, rows["session"][first]),
        {name: rows[name][last] for name in ("session", "time", "n", "i")},
    )


def _bits(wanted: Columns) -> Columns:
    """`wanted(stage, kind, subject)` as `wanted(kind, subject, stages)`: a bit a stage."""
    subjects, which = np.unique(
        np.stack([wanted["kind"], wanted["subject"]], axis=1), axis=0, return_inverse=True
    )
    stages = np.zeros(len(subjects), np.uint16)
    np.bitwise_or.at(stages, which, (1 << (wanted["stage"] - 1)).astype(np.uint16))
    return {"kind": subjects[:, 0].copy(), "subject": subjects[:, 1].copy(), "stages": stages}


def _stages(asked: Funnel, tried: Tried, of: Edges) -> list[FunnelStage]:
    stages: list[FunnelStage] = []
    first = before = len(tried.reached)
    for place, stage in enumerate(asked.stages):
        those = np.flatnonzero(tried.reached > place)
        here = tried.times[those, place]
        count = len(here)
        stages.append(
            FunnelStage(
                name=stage.name,
                count=count,
                of_first=count / first if first else None,
                of_previous=count / before if before else None,
                dropped=before - count,
                from_previous=measured(here - tried.times[those, place - 1], of) if place else None,
                from_first=measured(here - tried.times[those, 0], of) if place else None,
            )
        )
        before = count
    return stages


def _series(tried: Tried, begins: list[int]) -> list[FunnelPoint]:
    """By the interval in which the best try began."""
    interval = intervals.places(begins, tried.times[:, 0]).astype(np.int64)
    width = tried.times.shape[1] + 1
    ended = np.bincount(interval * width + tried.reached, minlength=len(begins) * width)
    reached = ended.reshape(-1, width)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return [
        FunnelPoint(at=at, counts=counts[1:]) for at, counts in zip(begins, reached.tolist(), strict=True)
    ]


def _parts(on: Reading, tried: Tried, by: BreakdownField) -> list[FunnelPart]:
    """By the session in which stage one happened."""
    know_parts(on, by)
    name = part_of_sessions(on)[tried.session]
    entered = np.bincount(name)
    kept = [one for one in np.argsort(-entered, kind="stable")[:MOST_PARTS].tolist() if entered[one]]
    there = kept if len(kept) == np.count_nonzero(entered) else [*kept, OTHER]
    said = named(on, kept)
    found = []
    for one in there:
        here = ~np.isin(name, kept) if one == OTHER else name == one
        kind, value = said(one)
        reached, times = tried.reached[here], tried.times[here]
        whole = times[reached == times.shape[1]]
        found.append(
            FunnelPart(
                kind=kind,
                value=value,
                counts=[int(np.count_nonzero(reached > stage)) for stage in range(times.shape[1])],
                duration=float(np.median(whole[:, -1] - whole[:, 0])) / 1000 if len(whole) else None,
            )
        )
    return found
