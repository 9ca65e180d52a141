"""The sessions themselves: a list, and what happened in one."""

from typing import Any  # a row holds what was asked for

import msgspec

from services.analysis.columns import DEAD, OUTCOMES, RAGE
from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.rows import first
from services.analysis.ways import fetch
from services.contracts.analysis.sessions import (
    Happened,
    Happening,
    SessionReport,
    SessionRow,
    SessionsReport,
)
from services.contracts.errors import SessionUnknown

MOST_HAPPENED = 5_000

_FACTS = ("browser", "os", "device", "screen", "language", "timezone", "country", "channel")
_KINDS: tuple[Happening, ...] = ("start", "click", "page", "hover", "seen", "move", "custom", "left")
_OUTCOMES = {number: name for name, number in OUTCOMES.items()}
_params = msgspec.json.Decoder(dict[str, str])
_props = msgspec.json.Decoder(dict[str, str | float | bool | None])


def sessions(on: Reading, most: int = 50, skip: int = 0) -> SessionsReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    period = {"start": on.period.start, "end": on.period.end, "most": most, "skip": skip}
    rows = _listed(on, "started >= $start and started < $end", period)
    return SessionsReport(**on.about(), sessions=_count(on), rows=list(map(_row, rows)))


def session(on: Reading, asked: str) -> SessionReport:
    """One of the app, whenever it was. Raises SessionUnknown, InvalidInput."""
    intervals.check(on.period)
    number = first(
        on.connection,
        "select session from session_ids semi join chosen using (session) where high = $high and low = $low",
        {"high": int(asked[:16], 16), "low": int(asked[16:], 16)},
    )
    if number is None:
        raise SessionUnknown("there is no such session in this app")
    (listed,) = _listed(on, "session = $session", {"session": number[0], "most": 1, "skip": 0})
    happened = on.connection.execute(
        query("timeline"), {"session": number[0], "most": MOST_HAPPENED}
    ).fetchall()
    return SessionReport(**on.about(), session=_row(listed), happened=[_happened(row) for row in happened])


def _listed(on: Reading, which: str, parameters: dict[str, int]) -> list[tuple[Any, ...]]:
    """The latest `most` of those behind the first `skip`. They are a table first: then DuckDB knows how few they are,
    and looks all else up for them."""
    latest = f"""
        select session, visitor, started from chosen where {which}
        order by started desc, session desc limit $most offset $skip
        """
    on.give("listed", fetch(on, latest, parameters))
    facts = ", ".join(f"coalesce({fact}_words.text, '')" for fact in _FACTS)
    joins = "\n".join(
        f"left join words as {fact}_words on {fact}_words.id = sessions.{fact}" for fact in _FACTS
    )
    sql = query("sessions").replace("{facts}", facts).replace("{joins}", joins)
    return on.connection.execute(sql).fetchall()


def _count(on: Reading) -> int:
    row = first(
        on.connection,
        "select count(*) from chosen where started >= $start and started < $end",
        {"start": on.period.start, "end": on.period.end},
    )
    return int(row[0]) if row else 0


def _row(row: tuple[Any, ...]) -> SessionRow:
    high, low, visitor, started, duration, events, page_views, clicks, returning, *texts = row
    *facts, referrer, landing, entry, exit_, params = texts
    return SessionRow(
        session=f"{high:016x}{low:016x}",
        visitor=f"{visitor % 2**64:016x}",
        started=started,
        duration=duration,
        events=events,
        page_views=page_views,
        clicks=clicks,
        returning=returning,
        referrer=referrer,
        landing=landing,
        entry=entry,
        exit=exit_,
        params=_params.decode(params) if params else {},
        **dict(zip(_FACTS, facts, strict=True)),
    )


def _happened(row: tuple[Any, ...]) -> Happened:
    at, kind, what, label, seconds, x, y, flags, value, currency, props = row
    return Happened(
        at=at,
        kind=_KINDS[kind],
        what=what,
        label=label,
        seconds=seconds,
        x=x,
        y=y,
        rage=bool(flags & RAGE),
        dead=bool(flags & DEAD),
        outcome=_OUTCOMES.get(flags & 3, ""),  # type: ignore[arg-type]  # the keys of OUTCOMES are these
        value=value,
        currency=currency,
        props=_props.decode(props) if props else {},
    )
