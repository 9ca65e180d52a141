"""The funnel: who reaches which stage, when, and how long it takes."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.analysis.breakdown import MOST_PARTS, OTHER, know_parts, named, part_of_sessions
from services.analysis.cores import beside, worked
from services.analysis.matching import CLICK, CUSTOM, PAGE, of_stage
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.times import Edges, edges, measured
from services.analysis.reports.tries import Way, best_tries
from services.analysis.rows import Column, Columns
from services.analysis.sheaves import Bound, Sheaves, bound
from services.analysis.ways import Whose, by_number, by_people, events, in_order, some_sessions, whose
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.funnel import FunnelPart, FunnelPoint, FunnelReport, FunnelStage
from services.contracts.analysis.scope import Period
from services.contracts.config import FEWEST_STAGES, MOST_STAGES, Funnel
from services.contracts.errors import InvalidInput

_TABLES = {CLICK: ("clicks", "target"), PAGE: ("page_views", "page"), CUSTOM: ("customs", "name")}
"""of each kind of event, and the column that says what it was about"""

_KIND = MOST_STAGES
"""bits of `fills` below those that say the event's kind: one a stage"""


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
    """of the event that each ended with: session, time and what else was wanted"""


def funnel(on: Reading, asked: Funnel | None = None, by: BreakdownField | None = None) -> FunnelReport:
    """The configured funnel, or the one asked for; broken down by a field where one is given. Raises InvalidInput."""
    asked = asked or on.config.funnel
    begins = intervals.beginnings(on.period)
    if not asked.stages:
        return FunnelReport(**on.about(), funnel=asked, stages=[], series=[], by=by)
    part_of: list[Column] = []

    def find_parts() -> None:
        if by:
            know_parts(on, by)
            part_of.append(part_of_sessions(on))

    tried = _all_tried(on, asked, find_parts)
    return FunnelReport(
        **on.about(),
        funnel=asked,
        stages=_stages(asked, tried, edges(on.connection)),
        series=_series(tried, begins),
        by=by,
        parts=_parts(on, tried, part_of[0][tried.session]) if by else [],
    )


def _all_tried(on: Reading, asked: Funnel, also_asked: Callable[[], None]) -> Tried:
    """Raises InvalidInput."""
    reached, sessions, kept = [], [], []
    for ended in tries(on, asked, also_asked=also_asked):
        reached.append(ended.tried.reached)
        sessions.append(ended.tried.session)
        kept.append(on.spill.keep(ended.tried.times))  # the largest
    times = np.empty((sum(map(len, reached)), len(asked.stages)), np.int64)
    end = 0
    for part in kept:
        begin, end = end, end + len(part)
        times[begin:end] = part.rows()
    return Tried(np.concatenate(reached), times, np.concatenate(sessions))


def tries(
    on: Reading, asked: Funnel, also: Sequence[str] = (), also_asked: Callable[[], None] = lambda: None
) -> Iterator[Ended]:
    """Of some visitors after others: the events are read and put in order session by session, and gone through visitor
    by visitor. `also`: columns of the events that are wanted of the last of each try. `also_asked`: what else asks
    DuckDB, while those that were read are gone through; between what is told nobody else may.

    Raises InvalidInput.
    """
    if not FEWEST_STAGES <= len(asked.stages) <= MOST_STAGES:
        raise InvalidInput(f"a funnel has {FEWEST_STAGES} to {MOST_STAGES} stages", field="stages")
    kinds = [of_stage(stage, stage.values()[0])[0] for stage in asked.stages]
    chosen = some_sessions(on, "select session, visitor from chosen")
    parts = [part for _, part in whose(on, chosen, asked.per)]
    wanted = _bits(on.matcher.stages(asked.stages, on.connection).columns)
    bits = (len(parts) - 1).bit_length()

    def bind(read: tuple[Whose, Columns]) -> Bound:
        part, rows = read
        who = part.who(rows["session"])
        order = in_order(rows, who)
        kept = {"who": who >> bits, **{name: rows[name] for name in ("session", "time", "fills", *also)}}
        return bound(who & (1 << bits) - 1, 1 << bits, kept, order)

    sheaves = Sheaves(1 << bits, on.spill)
    for part in worked(_read(on, asked, kinds, wanted, parts), bind):
        sheaves.add(part)

    with beside(also_asked):
        yield from worked(sheaves.each(), lambda rows: _best(rows(), asked, kinds, on.period, also))


def _read(
    on: Reading, asked: Funnel, kinds: list[int], wanted: Columns, parts: list[Whose]
) -> Iterator[tuple[Whose, Columns]]:
    """The events that can fill a stage, and which; in strict order all of these kinds."""
    window = {"app": on.app, "start": on.period.start, "until": on.period.end + asked.window * 1000}
    on.give("wanted", wanted)
    stages_of = {kind: _by_subject(wanted, kind) for kind in sorted(set(kinds))}
    for part in parts:
        found = []
        for kind, stages in stages_of.items():
            table, subject = _TABLES[kind]
            if asked.order == "strict":
                rows = events(on, "strict", part, window, table=table, subject=subject)
                fills = stages[np.minimum(rows.pop("subject"), len(stages) - 1)]
            else:
                rows = events(on, "funnel", part, {**window, "kind": kind}, table=table, subject=subject)
                fills = rows.pop("stages")
            found.append({**rows, "fills": fills | np.uint16(kind << _KIND)})
        yield part, {name: np.concatenate([rows.pop(name) for rows in found]) for name in list(found[0])}


def _by_subject(wanted: Columns, kind: int) -> Column:
    """The stages that each subject fills, the last for all beyond."""
    those = np.flatnonzero(wanted["kind"] == kind)
    subject = wanted["subject"][those]
    stages = np.zeros(int(subject.max(initial=0)) + 2, np.uint16)
    stages[subject] = wanted["stages"][those]
    return stages


def _best(rows: Columns, asked: Funnel, kinds: list[int], period: Period, also: Sequence[str]) -> Ended:
    """Of some visitors, from all their events."""
    order = by_people(rows["who"], rows["time"])
    who, time, fills = (rows[name].take(order) for name in ("who", "time", "fills"))
    way = Way(who, time, kind=fills >> _KIND, stages=fills & (1 << _KIND) - 1)
    best = best_tries(way, asked, kinds, period.start, period.end)
    first = order[best.places[:, 0]]
    last = order[best.places[np.arange(len(best.reached)), best.reached - 1]]
    times = way.time[best.places] if len(way.time) else best.places
    return Ended(
        Tried(best.reached.astype(np.int8), times, rows["session"][first]),
        {name: rows[name][last] for name in ("session", "time", *also)},
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


def _parts(on: Reading, tried: Tried, name: Column) -> list[FunnelPart]:
    """By the part to which the session belongs in which stage one happened."""
    entered = np.bincount(name)
    kept = [one for one in np.argsort(-entered, kind="stable")[:MOST_PARTS].tolist() if entered[one]]
    there = kept if len(kept) == np.count_nonzero(entered) else [*kept, OTHER]
    said = named(on, kept)
    place = np.full(len(entered), len(kept), np.uint8)
    place[kept] = np.arange(len(kept))
    of_part = place.take(name)
    order = by_number(of_part)
    ends = np.bincount(of_part, minlength=len(there)).cumsum()
    found = []
    for one, end, begin in zip(there, ends.tolist(), [0, *ends.tolist()], strict=False):
        kind, value = said(one)
        those = order[begin:end]
        reached = tried.reached.take(those)
        whole = those[reached == tried.times.shape[1]]
        took = tried.times[whole, -1] - tried.times[whole, 0]
        found.append(
            FunnelPart(
                kind=kind,
                value=value,
                counts=[int(np.count_nonzero(reached > stage)) for stage in range(tried.times.shape[1])],
                duration=float(np.median(took)) / 1000 if len(took) else None,
            )
        )
    return found
