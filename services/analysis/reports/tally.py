"""What happened to the interesting buttons, counted by where it belongs: an interval, a part of a breakdown."""

from collections.abc import Callable
from typing import Any  # the fields of a Struct are of several types

import msgspec
import numpy as np

from services.analysis.grouped import Grouped, Part, by_group, grouped
from services.analysis.reports.touches import CLICKED, HOVERED, KINDS, SAW, Touches
from services.analysis.rows import Column, Columns
from services.analysis.spill import Spill

Counts = dict[str, Any]
"""the fields of ButtonCounts"""


class Tallied(msgspec.Struct):
    """What some sessions come to."""

    clicks: Column
    people: Part
    from_start: Part
    from_entry: Part


class Tally:
    def __init__(self, buttons: int, places: int, spill: Spill) -> None:
        self.buttons, self.places = buttons, places
        self._spill = spill
        self.clicks = np.zeros(buttons * places, np.int64)
        self.people = Grouped(buttons * KINDS * places, spill)
        """by button, kind and place"""
        self.from_start, self.from_entry = (Grouped(buttons * places, spill) for _ in range(2))
        """ms to the first click"""

    def of_part(self, found: Touches, place: Callable[[Columns], Column]) -> Tallied:
        """`place`: where the rows of Touches belong. Changes nothing: for any thread."""
        number = np.int32 if self.people.groups < 2**31 else np.int64
        acts = found.acts["thing"] * number(self.places) + place(found.acts)
        clicks, firsts = (
            rows["button"] * number(self.places) + place(rows) for rows in (found.clicks, found.firsts)
        )
        of_page = found.firsts["of_page"]
        return Tallied(
            clicks=np.bincount(clicks, minlength=len(self.clicks)),
            people=grouped(*by_group(acts, found.acts["who"], once=True)),
            from_start=grouped(*by_group(firsts[~of_page], found.firsts["took"][~of_page])),
            from_entry=grouped(*by_group(firsts[of_page], found.firsts["took"][of_page])),
        )

    def add(self, part: Tallied) -> None:
        self.clicks += part.clicks
        self.people.add(part.people)
        self.from_start.add(part.from_start)
        self.from_entry.add(part.from_entry)

    def busiest(self, most: int) -> list[int]:
        """The places in which anything happened, those with most clicks first."""
        there = np.unique(self.people.present() % self.places)
        clicks = self.clicks.reshape(self.buttons, -1).sum(axis=0)
        busiest: list[int] = there[np.argsort(-clicks[there], kind="stable")][:most].tolist()
        return busiest

    def kept(self, places: list[int]) -> "Tally":
        """With these places alone, in their order, and one more for all others."""
        found = Tally(self.buttons, len(places) + 1, self._spill)
        place = np.full(self.places, len(places), np.int64)
        place[places] = np.arange(len(places))

        def to(lists: int) -> Column:
            """Where each place in each of the lists goes."""
            return (np.arange(lists)[:, np.newaxis] * found.places + place).ravel()

        np.add.at(found.clicks, to(self.buttons), self.clicks)
        found.people = self.people.regrouped(to(self.buttons * KINDS), found.people.groups)
        found.from_start = self.from_start.regrouped(to(self.buttons), found.from_start.groups)
        found.from_entry = self.from_entry.regrouped(to(self.buttons), found.from_entry.groups)
        return found

    def counts(self) -> list[list[Counts]]:
        """Of each button, in each place."""
        happened = _happened(self.people, self.clicks, self.places)
        counts = [
            {
                **count,
                "from_session_start": None if start is None else start / 1000,
                "from_page_entry": None if entry is None else entry / 1000,
            }
            for count, start, entry in zip(
                happened, self.from_start.medians(), self.from_entry.medians(), strict=True
            )
        ]
        return [counts[begin : begin + self.places] for begin in range(0, len(counts), self.places)]

    def totals(self) -> list[Counts]:
        """Of each button, in all places together, without the medians."""
        people = self.people.regrouped(np.arange(self.people.groups) // self.places, self.buttons * KINDS)
        return _happened(people, self.clicks.reshape(self.buttons, -1).sum(axis=1), 1)


def _happened(people: Grouped, clicks: Column, places: int) -> list[Counts]:
    by_kind = people.counted_once().reshape(-1, KINDS, places)
    return [
        {"saw": saw, "hovered": hovered, "clicked": clicked, "clicks": times}
        for saw, hovered, clicked, times in zip(
            *(by_kind[:, kind].ravel().tolist() for kind in (SAW, HOVERED, CLICKED)),
            clicks.tolist(),
            strict=True,
        )
    ]
