"""Campaigns: from the sessions' traffic to who was brought, what it came to and what it cost."""

from collections import defaultdict

import msgspec
import numpy as np

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.reports import intervals
from services.analysis.reports.counted import Counts, counted, present
from services.analysis.reports.visits import in_turn
from services.analysis.rows import texts
from services.analysis.ways import ascending, fetch
from services.contracts.analysis.campaigns import (
    CampaignField,
    CampaignRow,
    CampaignsReport,
    Credit,
    Money,
)
from services.contracts.click_ids import CLICK_IDS
from services.contracts.config import Campaign

MOST_ROWS = 1_000


class Earned(msgspec.Struct):
    conversions: int = 0
    value: dict[str, float] = {}


Earnings = dict[tuple[str, str], Earned]
"""by touch (`first`, `last`) and name"""


def campaigns(on: Reading, by: CampaignField = "campaign") -> CampaignsReport:
    """Raises InvalidInput."""
    intervals.check(on.period)
    know_traffic(on, by)
    period = {"start": on.period.start, "end": on.period.end}
    came = _came(on, period)
    earned = _earnings(on, {**period, "app": on.app})
    own = {campaign.name: campaign for campaign in on.config.campaigns} if by == "campaign" else {}
    names = list(dict.fromkeys([*own, *came, *(name for _, name in earned)]))
    names.sort(key=lambda name: -came[name].sessions if name in came else 0)
    shown = [name for place, name in enumerate(names) if place < MOST_ROWS or name in own]
    return CampaignsReport(
        **on.about(),
        by=by,
        goal=on.config.funnel.stages[-1].name if on.config.funnel.stages else None,
        sessions=sum(one.sessions for one in came.values()),
        conversions=sum(one.conversions for (touch, _), one in earned.items() if touch == "last"),
        rows=[_row(name, own.get(name), came.get(name), earned) for name in shown],
        left_out=len(names) - len(shown),
    )


def know_traffic(on: Reading, by: CampaignField) -> None:
    """Make the temporary tables `traffic` and `traffic_names` of queries/traffic.sql."""
    clicks = [(name, source, medium) for name, (source, medium) in CLICK_IDS.items()]
    name, source, medium = (texts(column) for column in zip(*clicks, strict=True))
    place = np.arange(1, len(clicks) + 1, dtype=np.int32)
    own = on.config.campaigns
    tables = {
        "click_ids": {"place": place, "name": name, "source": source, "medium": medium},
        "asked": {"field": texts([by])},
        "own": {"suffix": texts([one.suffix for one in own]), "name": texts([one.name for one in own])},
    }
    for table, columns in tables.items():
        on.give(table, columns)
    on.connection.execute(query("traffic"))


def _came(on: Reading, period: dict[str, int]) -> dict[str, Counts]:
    """Who came in the period, by name; most sessions first."""
    begun = "select session, visitor, started, name from traffic where started >= $start and started < $end"
    sessions = ascending(fetch(on, begun, period))
    names, groups = present(sessions.pop("name"))
    (counts,) = counted(on, in_turn(sessions), [groups])
    said: dict[int, str] = dict(on.connection.execute("select name, text from traffic_names").fetchall())
    found = [(said[name], of) for name, of in zip(names.tolist(), counts, strict=True) if of]
    return dict(sorted(found, key=lambda row: (-row[1].sessions, row[0])))


def _earnings(on: Reading, period: dict[str, int]) -> Earnings:
    stages = on.config.funnel.stages
    earned: Earnings = defaultdict(Earned)
    if not stages:
        return earned
    wanted = on.matcher.stages(stages[-1:], on.connection).columns
    on.give("wanted", {name: wanted[name] for name in ("kind", "subject")})
    kinds = ", ".join(map(str, np.unique(wanted["kind"]).tolist()))
    rows = on.connection.execute(query("conversions").replace("{kinds}", kinds), period).fetchall()
    for touch, name, currency, amount in rows:
        if currency is None:
            earned[touch, name].conversions = int(amount)
        else:
            earned[touch, name].value[currency] = amount
    return earned


def _row(name: str, own: Campaign | None, came: Counts | None, earned: Earnings) -> CampaignRow:
    first, last = (_credit(earned.get((touch, name), Earned()), own) for touch in ("first", "last"))
    return CampaignRow(
        name=name or None,
        suffix=own.suffix if own else None,
        visitors=came.visitors if came else 0,
        sessions=came.sessions if came else 0,
        bounce_rate=came.bounce_rate if came else None,
        first_touch=first,
        last_touch=last,
        cost=None if own is None or own.cost is None else Money(amount=own.cost, currency=own.currency or ""),
    )


def _credit(earned: Earned, own: Campaign | None) -> Credit:
    roi = None
    if own is not None and own.cost:
        roi = (earned.value.get(own.currency or "", 0) - own.cost) / own.cost
    return Credit(
        conversions=earned.conversions,
        value=[Money(amount=amount, currency=currency) for currency, amount in sorted(earned.value.items())],
        roi=roi,
    )
