"""Values by group, told part by part: what is asked of all of a group, as its median, when all are there. They are then
gone through in pieces, on all cores; kept are the values alone, 4 bytes each, in a file where they are many."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import msgspec
import numpy as np

from services.analysis.cores import worked
from services.analysis.rows import Column
from services.analysis.spill import Kept, Spill
from services.analysis.ways import changes

AT_ONCE = 1 << 17
"""values of a piece, or all of a group that has more: few, so that what puts them in order stays in a core's cache"""


class Part(msgspec.Struct):
    groups: Column
    """ascending"""
    begins: Column
    """of each group's values, and the end of the last"""
    values: Column


class _Told(msgspec.Struct):
    """A part whose values are set aside."""

    groups: Column
    begins: Column
    values: Kept


class Grouped:
    """Of groups and values, both not below 0."""

    def __init__(self, groups: int, spill: Spill) -> None:
        self.groups = groups
        self._spill = spill
        self._parts: list[_Told] = []

    def add(self, part: Part) -> None:
        self._parts.append(_Told(part.groups, part.begins, self._spill.keep(part.values)))

    def present(self) -> Column:
        """The groups that have any."""
        return np.unique(np.concatenate([np.zeros(0, np.int64), *(part.groups for part in self._parts)]))

    def of(self, group: int) -> Column:
        """Its values."""
        values = [np.zeros(0, np.uint32)]
        for part in self._parts:
            here = np.searchsorted(part.groups, (group, group + 1))
            values.append(part.values.rows(*part.begins[here].tolist()))
        return np.concatenate(values)

    def regrouped(self, to: Column, groups: int) -> "Grouped":
        """With the values of each group in the one that it goes over to."""
        found = Grouped(groups, self._spill)
        for part in worked(self._parts, partial(_regrouped, to)):
            if isinstance(part, _Told):
                found._parts.append(part)
            else:
                found.add(part)
        return found

    def medians(self) -> list[float | None]:
        """Of each group; None of an empty one."""
        found: list[float | None] = [None] * self.groups
        for groups, medians in worked(self._pieces(), lambda values: _medians(*values())):
            for group, median in zip(groups.tolist(), medians.tolist(), strict=True):
                found[group] = median
        return found

    def counted_once(self) -> Column:
        """How many values there are in each group, one that is there several times counted once."""
        counts = np.zeros(self.groups, np.int64)
        for groups, found in worked(self._pieces(), lambda values: _counted_once(*values())):
            counts[groups] = found
        return counts

    def _pieces(self) -> Iterator[Callable[[], tuple[Column, Column]]]:
        """What gives the groups and values of some groups; to be called in any thread."""
        sizes = np.zeros(self.groups, np.int64)
        for part in self._parts:
            sizes[part.groups] += np.diff(part.begins)
        ends = sizes.cumsum()
        total = int(ends[-1]) if self.groups else 0
        cuts = np.searchsorted(ends, np.arange(0, total, AT_ONCE), side="right")
        large = np.flatnonzero(sizes >= AT_ONCE)
        cuts = np.unique([*cuts, *large, *large + 1, self.groups])
        groups = np.array([np.searchsorted(part.groups, cuts) for part in self._parts])
        values = np.array([part.begins[at] for part, at in zip(self._parts, groups, strict=True)])
        for place, (low, high) in enumerate(pairwise(cuts.tolist())):
            if sizes[low:high].any():
                here = slice(place, place + 2)
                yield partial(self._piece, low, high, groups[:, here].tolist(), values[:, here].tolist())

    def _piece(
        self, low: int, high: int, groups: list[list[int]], values: list[list[int]]
    ) -> tuple[Column, Column]:
        """Of the groups from `low` to before `high` each value's group, or the group of all where it is one, and the
        values. `groups` and `values`: where those of each part begin and end."""
        there = [
            (part, slice(*of), rows)
            for part, of, rows in zip(self._parts, groups, values, strict=True)
            if of[0] < of[1]
        ]
        found = np.concatenate([part.values.rows(*rows) for part, _, rows in there])
        if high - low == 1:
            return np.array([low]), found
        group = np.concatenate([part.groups[of] for part, of, _ in there])
        lengths = np.concatenate([np.diff(part.begins[of.start : of.stop + 1]) for part, of, _ in there])
        return np.repeat(group, lengths), found


def grouped(group: Column, values: Column) -> Part:
    """Of groups in ascending order."""
    begins = np.flatnonzero(changes(group))
    small = values.max(initial=0) < 2**32
    return Part(group[begins], np.append(begins, len(group)), values.astype(np.uint32) if small else values)


def grouped_once(group: Column, values: Column) -> Part:
    """Likewise; of what is there several times in a row, once: then there is less to keep."""
    new = np.flatnonzero(changes(group, values))
    return grouped(group.take(new), values.take(new))


def by_group(group: Column, values: Column, once: bool = False) -> tuple[Column, Column]:
    """Sorted by group, then by value: as single numbers, which takes a fraction of what it takes to sort places.
    `once`: of equals the first alone."""
    bits = int(values.max(initial=0)).bit_length()
    width = bits + int(group.max(initial=0)).bit_length()
    if width > 64:
        order = np.lexsort((values, group))
        group, values = group.take(order), values.take(order)
        new = changes(group, values) if once else slice(None)
        return group[new], values[new]
    key: Column = group.astype(np.uint32 if width <= 32 else np.uint64)
    key <<= bits
    key |= values.astype(key.dtype, copy=False)
    key.sort()
    if once:
        key = key[changes(key)]
    return (key >> bits).astype(group.dtype), (key & ((1 << bits) - 1)).astype(values.dtype)


def _regrouped(to: Column, part: _Told) -> Part | _Told:
    groups = to.take(part.groups)
    if (groups[1:] >= groups[:-1]).all():  # they have other numbers or are one with the next, and that is all
        begins = np.append(changes(groups), True)
        return _Told(groups[begins[:-1]], part.begins[begins], part.values)
    return grouped(*by_group(to.take(np.repeat(part.groups, np.diff(part.begins))), part.values.rows()))


def _medians(group: Column, values: Column) -> tuple[Column, Column]:
    if len(group) == 1:  # there may be many values: not sorted, which takes several times their memory
        middle = [(len(values) - 1) // 2, len(values) // 2]
        values.partition(middle)
        return group, values[middle].astype(np.float64).mean(keepdims=True)
    group, values = by_group(group, values)
    begins = np.flatnonzero(changes(group))
    counts = np.diff(np.append(begins, len(group)))
    low, high = (values[begins + (counts - less) // 2].astype(np.float64) for less in (1, 0))
    return group[begins], (low + high) / 2


def _counted_once(group: Column, values: Column) -> tuple[Column, Column]:
    if len(group) == 1 and values.max() < 8 * len(values):  # likewise
        there = np.zeros(int(values.max()) + 1, np.bool_)
        there[values] = True
        return group, np.array([np.count_nonzero(there)])
    if len(group) < len(values):
        group = np.repeat(group, len(values))
    group, _ = by_group(group, values, once=True)
    begins = np.flatnonzero(changes(group))
    return group[begins], np.diff(np.append(begins, len(group)))
