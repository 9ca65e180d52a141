"""The journey: sessions as paths of pages, column by column from where they are looked at."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from services.analysis.cores import worked
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.paths import Paths, known
from services.analysis.rows import Column, Columns, first
from services.analysis.spill import Kept
from services.analysis.ways import Whose, changes, events, in_order, some_sessions, whose
from services.contracts.analysis.journey import (
    Direction,
    JourneyLink,
    JourneyNode,
    JourneyReport,
)

Steps = NDArray[np.int32]
"""a row a session, a column a step: the page's id, LEFT after the last"""

LEFT, NO_PAGE = -1, -2


def journey(
    on: Reading, page: str | None = None, direction: Direction = "forward", depth: int = 5, named: int = 10
) -> JourneyReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    paths = [
        [on.spill.keep(np.ascontiguousarray(pages)) for pages in part.T]
        for part in _paths(on, page, direction, depth)
    ]
    pages, columns, places = known(on), [], []
    for step in range(depth):
        nodes, of_pages = _column([part[step] for part in paths], pages, named)
        columns.append(nodes)
        places.append(of_pages)
    texts = _texts(on, {id_ for nodes in columns for id_, _ in nodes if isinstance(id_, int)})
    return JourneyReport(
        **on.about(),
        sessions=sum(len(part[0]) for part in paths),
        columns=[
            [
                JourneyNode(kind="page", page=texts[id_], count=count)
                if isinstance(id_, int)
                else JourneyNode(kind="exit" if id_ == "exit" else "other", page=None, count=count)
                for id_, count in nodes
            ]
            for nodes in columns
        ],
        links=[
            JourneyLink(column=step, source=source, target=target, count=count)
            for step, links in enumerate(_links(paths, places))
            for source, target, count in links
        ],
    )


def _paths(on: Reading, page: str | None, direction: Direction, depth: int) -> Iterator[Steps]:
    """Session after session, in parts that are read one after another."""
    period = {"start": on.period.start, "end": on.period.end}
    begun = "select session from chosen where started >= $start and started < $end"
    from_page = None if page is None else _id_of(on, page)

    def read() -> Iterator[tuple[Whose, Columns]]:
        same = Paths(on)
        for _, part in whose(on, some_sessions(on, begun, period), "session"):
            rows = events(on, "journey", part, {"app": on.app})
            rows["page"] = same.of(rows["page"])
            yield part, rows

    def of_part(read: tuple[Whose, Columns]) -> Steps:
        part, rows = read
        order = in_order(rows, part.who(rows["session"]))
        session, entered = rows["session"].take(order), rows["page"].take(order)
        # Repeats are folded.
        new = changes(session, entered)
        session, entered = session[new], entered[new]
        if direction == "back":
            session, entered = session[::-1], entered[::-1]
        return _from(session, entered, from_page, depth)

    return worked(read(), of_part)


def _from(session: Column, entered: Column, page: int | None, depth: int) -> Steps:
    """From each session's first page on, or from where it first is the page."""
    begins = np.arange(len(session)) if page is None else np.flatnonzero(entered == page)
    place = begins[changes(session[begins])]
    paths = np.full((len(place), depth), LEFT, np.int32)
    going = np.arange(len(place))
    for step in range(depth):
        paths[going, step] = entered[place]
        there = np.flatnonzero(place + 1 < len(session))
        there = there[session[place[there] + 1] == session[place[there]]]
        going, place = going[there], place[there] + 1
    return paths


def _column(paths: Sequence[Kept], pages: int, named: int) -> tuple[list[tuple[int | str, int]], Column]:
    """What stands in a column with its counts, and the place in it of each page, from LEFT on."""
    counts = np.zeros(pages - LEFT, np.int64)
    for part in paths:
        np.add.at(counts, part.rows() - LEFT, 1)
    rank = np.argsort(-counts[1:], kind="stable") + 1
    rank = rank[: np.count_nonzero(counts[1:])]
    nodes: list[tuple[int | str, int]] = [(id_ + LEFT, int(counts[id_])) for id_ in rank[:named].tolist()]
    places = np.zeros(len(counts), np.uint16)
    places[rank[:named]] = np.arange(len(nodes))
    if len(rank) > named:
        places[rank[named:]] = len(nodes)
        nodes.append(("other", int(counts[rank[named:]].sum())))
    if counts[0]:
        places[0] = len(nodes)
        nodes.append(("exit", int(counts[0])))
    return nodes, places


def _links(paths: Sequence[Sequence[Kept]], places: Sequence[Column]) -> list[list[tuple[int, int, int]]]:
    """From each column to the next: place, place in the next, and how many sessions."""
    size = 1 + max(int(of_pages.max()) for of_pages in places)
    counts = np.zeros((len(places) - 1, size * size), np.int64)
    for part in paths:
        here = (of_pages[pages.rows() - LEFT] for of_pages, pages in zip(places, part, strict=True))
        for links, (source, target) in zip(counts, pairwise(here), strict=True):
            links += np.bincount(source.astype(np.int64) * size + target, minlength=size * size)
    return [
        [(link // size, link % size, int(links[link])) for link in np.flatnonzero(links).tolist()]
        for links in counts
    ]


def _id_of(on: Reading, page: str) -> int:
    """Of the first page with the path; an id that no page has where there is none."""
    row = first(on.connection, "select min(id) from pages where path = $page", {"page": page})
    return NO_PAGE if row is None or row[0] is None else int(row[0])


def _texts(on: Reading, ids: set[int]) -> dict[int, str]:
    rows = on.connection.execute(
        "select id, path from pages semi join (select unnest($ids::integer[]) as id) using (id)",
        {"ids": sorted(ids)},
    ).fetchall()
    return {0: "", **dict(rows)}
