"""The tries at a funnel, and the best of each visitor (or session): the definition of DESIGN section 4 as a pass over
sorted columns, all tries at once, stage by stage.

    sequential   a try begins at an event that fills stage one; each next stage is filled by the first later event
                 that fits it
    strict       likewise, but that event must be the very next click, page or custom event, whichever the stage asks
    any          a try begins at an event that fills any stage; the next event that fits a stage still open fills it
                 (of several the last), and to reach stage k is to have filled k of them

One event fills one stage, since the next is always a later one. All lies within the window from the try's first event,
inclusive. A try ends at its first completion, and every event that can begin one begins one.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.analysis.rows import Column
from services.analysis.ways import Places
from services.contracts.config import Funnel

Bits = NDArray[np.bool_]


class Way(msgspec.Struct):
    """Events in the order of ways.by_people."""

    who: Column
    time: Column
    kind: Column
    stages: Column


class Best(msgspec.Struct):
    """The best try of each who began one."""

    places: NDArray[np.int64]
    """a row a try, a column a stage: the place of the event that filled it"""
    reached: NDArray[np.int64]
    """how many stages"""


def best_tries(way: Way, funnel: Funnel, kinds: list[int], start: int, end: int) -> Best:
    """`kinds`: of event, of each stage. Tries begin from `start` to before `end` (UNIX ms)."""
    count = len(funnel.stages)
    begins = way.stages > 0 if funnel.order == "any" else way.stages & 1 > 0
    begins &= (way.time >= start) & (way.time < end)
    first = np.flatnonzero(begins)
    if not len(first):
        return Best(np.zeros((0, count), np.int64), np.zeros(0, np.int64))
    reached, last = np.ones(len(first), np.int64), first.copy()
    going = np.flatnonzero(~_outdone(way, begins)[first])
    following = _following(way, funnel, kinds)
    for filled, places in _walk(way, funnel, following, first[going]):
        reached[going[filled]] += 1
        last[going[filled]] = places
    # The furthest try; of these the one that got there first; of these the shortest.
    bits = len(way.who).bit_length()
    rank = reached << 2 * bits | (len(way.who) - last) << bits | first
    each = np.flatnonzero(np.insert(np.diff(way.who[first]) != 0, 0, True))
    best = np.maximum.reduceat(rank, each)
    first, reached = best & (1 << bits) - 1, best >> 2 * bits
    found = np.full((len(first), count), -1, np.int64)
    found[:, 0] = first
    for stage, (filled, places) in enumerate(_walk(way, funnel, following, first), start=1):
        found[filled, stage] = places
    return Best(found, reached)


def _outdone(way: Way, begins: Bits) -> Bits:
    """Whether the event is followed at once by another that begins a try and fills the same single stage: whatever
    the earlier try goes on to reach, the later reaches too, in less time."""
    single = way.stages & (way.stages - 1) == 0
    again = begins[1:] & single[1:] & (way.who[1:] == way.who[:-1]) & (way.stages[1:] == way.stages[:-1])
    return np.append(again, False)


def _walk(
    way: Way, funnel: Funnel, following: list[Places], first: Places
) -> Iterator[tuple[Places, Places]]:
    """For stage two and each later one: which of the tries that began there filled it, and where."""
    window, nowhere = funnel.window * 1000, len(way.who)
    going, place = np.arange(len(first)), first
    still_open = np.full(len(first), (1 << len(following)) - 1, np.int64)
    for stage in range(1, len(following)):
        if funnel.order == "any":
            still_open &= ~_highest(way.stages[place] & still_open)
            then = np.full(len(place), nowhere, np.int64)
            for other, following_it in enumerate(following):
                asking = still_open & 1 << other > 0
                np.minimum(then, np.where(asking, following_it[place], nowhere), out=then)
        else:
            then = following[stage][place]
        there = np.flatnonzero(then < nowhere)
        if funnel.order == "strict":
            there = there[way.stages[then[there]] >> stage & 1 > 0]
        begun, then = first[going[there]], then[there]
        fits = (way.who[then] == way.who[begun]) & (way.time[then] - way.time[begun] <= window)
        going, place, still_open = going[there[fits]], then[fits], still_open[there[fits]]
        yield going, place


def _following(way: Way, funnel: Funnel, kinds: list[int]) -> list[Places]:
    """For each stage, of each event, where the next later one is that fills it; in strict order, or ends the try."""
    if funnel.order == "strict":
        of_kind = {kind: _next(way.kind == kind) for kind in set(kinds)}
        return [of_kind[kind] for kind in kinds]
    return [_next(way.stages >> stage & 1 > 0) for stage in range(len(kinds))]


def _next(fits: Bits) -> Places:
    """For each place the next later one that fits; one behind the last where there is none."""
    fitting = np.append(np.flatnonzero(fits), len(fits))
    return np.repeat(fitting, np.diff(fitting, prepend=0))


def _highest(bits: Places) -> Places:
    """The highest bit alone."""
    _, exponent = np.frexp(bits.astype(np.float64))
    return np.where(bits > 0, 1 << np.maximum(exponent - 1, 0).astype(np.int64), 0)
