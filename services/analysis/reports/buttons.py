"""Interesting buttons: seen, hovered, clicked, and the time to click; with trend and breakdown."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np

from services.analysis.breakdown import MOST_PARTS, OTHER, know_parts, named
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.tally import Tally
from services.analysis.reports.times import edges, measured
from services.analysis.reports.touches import CLICKED, Touches, touches
from services.analysis.rows import Column, first
from services.analysis.ways import by_number, fetch, parts
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.buttons import ButtonPart, ButtonPoint, ButtonReport, ButtonsReport
from services.contracts.analysis.times import Times

LEFT, WENT_ON = 1, 2
"""flags of a hover: how it ended"""

_SPANS = ("hover_leave", "hover_click", "from_session_start", "from_page_entry")
Spans = dict[str, list[tuple[Column, Column]]]
"""of each span the buttons and the ms it took, part by part"""


def buttons(on: Reading, by: BreakdownField | None = None) -> ButtonsReport:
    """One for each button configured, in their order. Raises InvalidInput."""
    begins = intervals.beginnings(on.period)
    asked = on.config.buttons
    if not asked:
        return ButtonsReport(**on.about(), buttons=[], by=by)
    know_parts(on, by)
    on.connection.register("wanted", on.matcher.buttons(asked, on.connection).columns)
    try:
        name_of = _names(on)
        source = _source(on)
        kept = _kept(source(), name_of) if by else []
        whole, trend = Tally(len(asked), 1), Tally(len(asked), len(begins))
        broken_down = Tally(len(asked), len(kept) + 1) if by else None
        spans: Spans = {name: [] for name in _SPANS}
        for found in source():
            now, firsts = found.all, found.firsts
            whole.add(found, np.zeros_like(now["session"]), np.zeros_like(firsts["session"]))
            times = (now["time"], firsts["clicked"])
            trend.add(found, *(np.searchsorted(begins, time, side="right") - 1 for time in times))
            if broken_down:
                broken_down.add(found, *(_place(name_of[rows["session"]], kept) for rows in (now, firsts)))
            for name, rows, ms, those in (
                ("hover_leave", found.hovers, "elapsed", found.hovers["flags"] & LEFT > 0),
                ("hover_click", found.hovers, "elapsed", found.hovers["flags"] & WENT_ON > 0),
                ("from_session_start", firsts, "took", ~firsts["of_page"]),
                ("from_page_entry", firsts, "took", firsts["of_page"]),
            ):
                spans[name].append((rows["button"][those], rows[ms][those]))
    finally:
        on.connection.unregister("wanted")
    totals, series, took = whole.counts(), trend.counts(), _times(on, spans, len(asked))
    by_part = _parts(on, broken_down, kept) if broken_down else [[] for _ in asked]
    return ButtonsReport(
        **on.about(),
        buttons=[
            ButtonReport(
                name=button.name,
                selector=button.selector,
                saw=total["saw"],
                hovered=total["hovered"],
                clicked=total["clicked"],
                clicks=total["clicks"],
                hover_leave=took["hover_leave"][place],
                hover_click=took["hover_click"][place],
                from_session_start=took["from_session_start"][place],
                from_page_entry=took["from_page_entry"][place],
                series=[ButtonPoint(at=at, **point) for at, point in zip(begins, series[place], strict=True)],
                parts=by_part[place],
            )
            for place, (button, (total,)) in enumerate(zip(asked, totals, strict=True))
        ],
        by=by,
    )


def _names(on: Reading) -> Column:
    """The part of the breakdown of each session, by its number; 0 where it is in none."""
    rows = fetch(on, "select session, name from parts")
    row = first(on.connection, "select coalesce(max(session), 0) from session_ids")
    name_of = np.zeros(1 + (row[0] if row else 0), np.int32)
    name_of[rows["session"]] = rows["name"]
    return name_of


def _source(on: Reading) -> Callable[[], Iterable[Touches]]:
    """What fits into memory is read once, however often it is gone through."""
    if parts(on) > 1:
        return lambda: touches(on)
    once = list(touches(on))
    return lambda: once


def _kept(those: Iterable[Touches], name_of: Column) -> list[int]:
    """The parts of the breakdown that stand for themselves: those with most clicks."""
    clicks = there = np.zeros(int(name_of.max(initial=0)) + 1, np.int64)
    for found in those:
        name = name_of[found.all["session"]]
        there = there + np.bincount(name, minlength=len(there))
        clicks = clicks + np.bincount(name[found.all["kind"] == CLICKED], minlength=len(clicks))
    names = np.flatnonzero(there)
    return names[np.argsort(-clicks[names], kind="stable")][:MOST_PARTS].tolist()


def _place(names: Column, kept: Sequence[int]) -> Column:
    """Where they stand among the kept; behind them those that do not."""
    place = np.full(max([int(names.max(initial=0)), *kept]) + 1, len(kept), np.int32)
    place[list(kept)] = np.arange(len(kept))
    return place[names]


def _parts(on: Reading, tally: Tally, kept: Sequence[int]) -> list[list[ButtonPart]]:
    """Of each button those parts in which anything happened to it, most clicks first."""
    said = named(on, kept)
    found = []
    for counts in tally.counts():
        there = [
            (-of["clicks"], name, of)
            for name, of in zip([*kept, OTHER], counts, strict=True)
            if of["saw"] or of["hovered"] or of["clicked"]
        ]
        rows = [(*said(name), of) for _, name, of in sorted(there, key=lambda one: one[:2])]
        found.append([ButtonPart(kind=kind, value=value, **of) for kind, value, of in rows])
    return found


def _times(on: Reading, spans: Spans, buttons: int) -> dict[str, list[Times | None]]:
    """Of each span, for each button."""
    of = edges(on.connection)
    took: dict[str, list[Times | None]] = {}
    for name, found in spans.items():
        button, ms = (np.concatenate([rows[column] for rows in found]) for column in (0, 1))
        ms = ms[by_number(button)]
        ends = np.bincount(button, minlength=buttons).cumsum().tolist()
        took[name] = [measured(ms[begin:end], of) for begin, end in pairwise([0, *ends])]
    return took
