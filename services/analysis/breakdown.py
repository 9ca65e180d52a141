"""Which part of a breakdown each session belongs to, for any audience or campaign field."""

from collections.abc import Callable, Iterable
from typing import cast, get_args

import numpy as np

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports.campaigns import know_traffic
from services.analysis.rows import Column, first, texts
from services.analysis.ways import fetch
from services.contracts.analysis.breakdown import BreakdownField, PartKind
from services.contracts.analysis.campaigns import CampaignField
from services.contracts.filters import Audience

MOST_PARTS = 20
"""named; the others are `other`"""
OTHER = -1


def fact(by: Audience) -> str:
    """What `facts` say of a session, as a number, in SQL."""
    return "came_back::integer" if by == "visitor" else by


def know_parts(on: Reading, by: BreakdownField) -> None:
    """Make the temporary views `parts` and `part_names` of queries/parts.sql."""
    if by in get_args(Audience):
        on.give("asked", {"field": texts([by])})
        on.connection.execute(query("parts").replace("{fact}", fact(cast(Audience, by))))
    else:
        know_traffic(on, cast(CampaignField, by))
        on.connection.execute("create or replace temp view parts as from traffic")
        on.connection.execute("create or replace temp view part_names as from traffic_names")


def part_of_sessions(on: Reading) -> Column:
    """The part that each session belongs to, by its number; 0 where it is in none."""
    rows = fetch(on, "select session, name from parts")
    row = first(on.connection, "select coalesce(max(session), 0) from session_ids")
    part_of = np.zeros(1 + (row[0] if row else 0), np.int32)
    part_of[rows["session"]] = rows["name"]
    return part_of


def named(on: Reading, names: Iterable[int]) -> Callable[[int], tuple[PartKind, str | None]]:
    """What the numbers of these parts stand for."""
    rows = on.connection.execute(
        "select name, text from part_names where name in (select unnest($names::integer[]))",
        {"names": sorted(set(names))},
    ).fetchall()
    known: dict[int, str] = dict(rows)

    def said(name: int) -> tuple[PartKind, str | None]:
        if name == OTHER:
            return "other", None
        return ("value", known[name]) if known.get(name) else ("unknown", None)

    return said
