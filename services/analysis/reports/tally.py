"""What happened to the interesting buttons, counted by where it belongs: an interval, a part of a breakdown."""

from typing import Any  # the fields of a Struct are of several types

import numpy as np

from services.analysis.reports.times import medians
from services.analysis.reports.touches import CLICKED, HOVERED, KINDS, SAW, Touches
from services.analysis.rows import Column
from services.analysis.ways import counted_once

Counts = dict[str, Any]
"""the fields of ButtonCounts"""


class Tally:
    def __init__(self, buttons: int, places: int) -> None:
        self.buttons, self.places = buttons, places
        self.people = np.zeros(buttons * places * KINDS, np.int64)
        self.clicks = np.zeros(buttons * places, np.int64)
        self.firsts: list[tuple[Column, Column, Column]] = []
        """where it belongs, ms it took, whether since the page's entry"""

    def add(self, found: Touches, place: Column, first_place: Column) -> None:
        """The places of all that happened, and of the first clicks."""
        here = found.all["button"].astype(np.int32) * self.places + place
        kind = found.all["kind"]
        self.people += counted_once(here * KINDS + kind, found.all["who"], len(self.people))
        self.clicks += np.bincount(here[kind == CLICKED], minlength=len(self.clicks))
        first_here = found.firsts["button"].astype(np.int32) * self.places + first_place
        self.firsts.append((first_here, found.firsts["took"], found.firsts["of_page"]))

    def counts(self) -> list[list[Counts]]:
        """Of each button, in each place."""
        here, ms, of_page = (np.concatenate([part[column] for part in self.firsts]) for column in range(3))
        size = len(self.clicks)
        since_start, since_entry = (medians(ms[which], here[which], size) for which in (~of_page, of_page))
        people = self.people.reshape(-1, KINDS)
        counts = [
            {
                "saw": saw,
                "hovered": hovered,
                "clicked": clicked,
                "clicks": clicks,
                "from_session_start": start,
                "from_page_entry": entry,
            }
            for saw, hovered, clicked, clicks, start, entry in zip(
                *(people[:, kind].tolist() for kind in (SAW, HOVERED, CLICKED)),
                self.clicks.tolist(),
                since_start,
                since_entry,
                strict=True,
            )
        ]
        return [counts[begin : begin + self.places] for begin in range(0, size, self.places)]
