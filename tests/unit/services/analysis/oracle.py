"""The reports once more, in plain, slow, obvious Python, read off DESIGN section 4: what the SQL is compared
with."""

import itertools
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from services.analysis.reports.intervals import beginnings
from services.contracts.analysis.buttons import ButtonPart, ButtonPoint, ButtonReport
from services.contracts.analysis.campaigns import CampaignField, CampaignRow, Credit, Money
from services.contracts.analysis.dropped import DroppedSession
from services.contracts.analysis.funnel import FunnelPart, FunnelPoint, FunnelStage
from services.contracts.analysis.heatmap import Heat
from services.contracts.analysis.journey import Direction, JourneyNode
from services.contracts.analysis.overview import OverviewPoint, OverviewTotals
from services.contracts.analysis.scope import Period
from services.contracts.analysis.times import Bucket, Times
from services.contracts.click_ids import CLICK_IDS
from services.contracts.config import Button, Campaign, Funnel
from services.contracts.frames import Click, Custom, Hover, Move, Packed, Page, Seen
from tests.unit.services.analysis.visits import Visit

EDGES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800]
EDGES += [3600, 7200, 14400, 43200, 86400, 172800, 345600, 604800]

Fills = Callable[[int, Packed], bool]
"""does the event fill the stage (from 0)?"""


def quantile(values: list[float], share: float) -> float:
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def times(seconds: list[float]) -> Times | None:
    if not seconds:
        return None
    ordered = sorted(seconds)
    buckets = []
    for low, high in zip([float("-inf"), *EDGES], EDGES, strict=False):
        buckets.append(Bucket(high, sum(low < value <= high for value in ordered)))
    buckets.append(Bucket(None, sum(value > EDGES[-1] for value in ordered)))
    return Times(
        count=len(ordered),
        mean=sum(ordered) / len(ordered),
        median=quantile(ordered, 0.5),
        p25=quantile(ordered, 0.25),
        p75=quantile(ordered, 0.75),
        p90=quantile(ordered, 0.9),
        histogram=buckets,
    )


def overview(visits: Sequence[Visit], period: Period) -> tuple[OverviewTotals, list[OverviewPoint]]:
    def measured(chosen: list[Visit]) -> OverviewTotals:
        page_views = clicks = events = bounces = 0
        durations = []
        for visit in chosen:
            ordered = visit.ordered()
            pages = sum(isinstance(event, Page) for *_, event in ordered)
            clicks = sum(isinstance(event, Click) for *_, event in ordered)
            last = max([visit.started, *(at for at, *_ in ordered)])
            duration = (last - visit.started) / 1000
            durations.append(duration)
            page_views += pages
            events += sum(n > 0 for _, n, _, _ in ordered)
            bounces += pages == 1 and clicks == 0 and duration < 10
        count = len(chosen)
        return OverviewTotals(
            visitors=len({visit.visitor for visit in chosen}),
            sessions=count,
            page_views=page_views,
            events=events,
            bounce_rate=bounces / count if count else None,
            duration=median(durations) if count else None,
            pages_per_session=page_views / count if count else None,
        )

    people = [v for v in visits if not v.bot and period.start <= v.started < period.end]
    begins = beginnings(period)
    points = []
    for place, begin in enumerate(begins):
        totals = measured([v for v in people if bisect_right(begins, v.started) == place + 1])
        points.append(
            OverviewPoint(
                at=begin, visitors=totals.visitors, sessions=totals.sessions, page_views=totals.page_views
            )
        )
    return measured(people), points


@dataclass
class Try:
    """The best try of a visitor or session: the events that filled its stages, and the session each was in."""

    events: list[Packed]
    visits: list[Visit]


def tries(visits: Sequence[Visit], period: Period, asked: Funnel, fills: Fills) -> list[Try]:
    trigger = {"url": Page, "click": Click, "event": Custom}
    ways: dict[object, list[tuple[int, int, int, int, Packed]]] = {}
    for order, visit in enumerate(visits):
        if not visit.bot:
            who = visit.visitor if asked.per == "visitor" else order
            ways.setdefault(who, []).extend((at, order, n, i, e) for at, n, i, e in visit.ordered())
    stages = range(len(asked.stages))

    def in_any_order(way: list[Packed], start: int) -> list[int]:
        still_open, places = set(stages), []
        for place in range(start, len(way)):
            fit = [stage for stage in still_open if fills(stage, way[place])]
            if fit and way[place].at - way[start].at <= asked.window * 1000:
                still_open.remove(max(fit))
                places.append(place)
        return places

    def attempt(way: list[Packed], start: int) -> list[int]:
        """The places of the events that fill the stages, as far as it gets."""
        if asked.order == "any":
            return in_any_order(way, start)
        places = [start]
        while len(places) < len(stages):
            stage = len(places)
            for place in range(places[-1] + 1, len(way)):
                same_kind = isinstance(way[place], trigger[asked.stages[stage].trigger])
                if fills(stage, way[place]):
                    break
                if asked.order == "strict" and same_kind:
                    return places
            else:
                return places
            if way[place].at - way[start].at > asked.window * 1000:
                return places
            places.append(place)
        return places

    best: list[Try] = []
    for rows in ways.values():
        rows.sort(key=lambda row: row[:4])
        way = [event for *_, event in rows]
        found = [
            attempt(way, start)
            for start, event in enumerate(way)
            if any(fills(stage, event) for stage in (stages if asked.order == "any" else [0]))
            and period.start <= event.at < period.end
        ]
        if found:
            chosen = max(found, key=lambda places: (len(places), -places[-1], places[0]))
            best.append(Try([way[place] for place in chosen], [visits[rows[place][1]] for place in chosen]))
    return best


def funnel(visits: Sequence[Visit], period: Period, asked: Funnel, fills: Fills) -> list[FunnelStage]:
    best = [[event.at for event in one.events] for one in tries(visits, period, asked, fills)]
    found = []
    for number, stage in enumerate(asked.stages):
        reached = [times_ for times_ in best if len(times_) > number]
        before = [times_ for times_ in best if len(times_) > number - 1] if number else reached
        found.append(
            FunnelStage(
                name=stage.name,
                count=len(reached),
                of_first=len(reached) / len(best) if best else None,
                of_previous=len(reached) / len(before) if before else None,
                dropped=len(before) - len(reached),
                from_previous=times([(t[number] - t[number - 1]) / 1000 for t in reached])
                if number
                else None,
                from_first=times([(t[number] - t[0]) / 1000 for t in reached]) if number else None,
            )
        )
    return found


def funnel_series(visits: Sequence[Visit], period: Period, asked: Funnel, fills: Fills) -> list[FunnelPoint]:
    begins = beginnings(period)
    best = tries(visits, period, asked, fills)
    points = []
    for begin, end in zip(begins, [*begins[1:], period.end], strict=True):
        here = [one for one in best if begin <= one.events[0].at < end]
        counts = [sum(len(one.events) > stage for one in here) for stage in range(len(asked.stages))]
        points.append(FunnelPoint(at=begin, counts=counts))
    return points


def dropped(
    visits: Sequence[Visit], period: Period, asked: Funnel, fills: Fills, stage: int
) -> list[DroppedSession]:
    """Who got as far as the stage, with the path of the page entered next, None where the session ended."""
    found = []
    for one in tries(visits, period, asked, fills):
        if len(one.events) == stage:
            visit, last = one.visits[-1], one.events[-1]
            events = [event for *_, event in visit.ordered()]
            place = next(place for place, event in enumerate(events) if event is last)
            pages = [
                event.url.removeprefix("https://x.test")
                for event in events[place + 1 :]
                if isinstance(event, Page)
            ]
            found.append(DroppedSession(session=visit.session, at=last.at, page=pages[0] if pages else None))
    return found


def funnel_parts(
    visits: Sequence[Visit], period: Period, asked: Funnel, fills: Fills, named: Callable[[Visit], str | None]
) -> list[FunnelPart]:
    best = tries(visits, period, asked, fills)
    parts = []
    for value in {named(one.visits[0]) for one in best}:
        here = [one.events for one in best if named(one.visits[0]) == value]
        spans = [events[-1].at - events[0].at for events in here if len(events) == len(asked.stages)]
        parts.append(
            FunnelPart(
                kind="value" if value else "unknown",
                value=value,
                counts=[sum(len(events) > stage for events in here) for stage in range(len(asked.stages))],
                duration=median(spans) / 1000 if spans else None,
            )
        )
    return sorted(parts, key=lambda part: part.value or "")


@dataclass
class Attention:
    """What happened to a button, by the moment (UNIX ms) and visit."""

    saw: list[tuple[int, Visit]] = field(default_factory=list)
    hovered: list[tuple[int, Visit]] = field(default_factory=list)
    clicked: list[tuple[int, Visit]] = field(default_factory=list)
    leave: list[float] = field(default_factory=list)
    click: list[float] = field(default_factory=list)
    from_start: list[tuple[int, Visit, float]] = field(default_factory=list)
    from_entry: list[tuple[int, Visit, float]] = field(default_factory=list)


def attention(visits: Sequence[Visit], period: Period, means: Callable[[str], bool]) -> Attention:
    found = Attention()
    for visit in visits:
        entered: int | None = None
        clicked_in_session = clicked_on_page = False
        for at, _, _, event in [] if visit.bot else visit.ordered():
            counts = period.start <= at < period.end
            if isinstance(event, Page):
                entered, clicked_on_page = event.at, False
            if not isinstance(event, Click | Hover | Seen) or not means(event.target):
                continue
            if isinstance(event, Seen) and counts:
                found.saw.append((at, visit))
            if isinstance(event, Hover) and counts:
                found.hovered.append((at, visit))
                if event.outcome:
                    (found.leave if event.outcome == "leave" else found.click).append(event.elapsed / 1000)
            if isinstance(event, Click):
                if counts:
                    found.clicked.append((at, visit))
                    if not clicked_in_session:
                        found.from_start.append((at, visit, max(at - visit.started, 0) / 1000))
                    if entered is not None and not clicked_on_page:
                        found.from_entry.append((at, visit, (at - entered) / 1000))
                clicked_in_session = clicked_on_page = True
    return found


def buttons(
    visits: Sequence[Visit],
    period: Period,
    asked: Sequence[Button],
    means: Callable[[Button, str], bool],
    named: Callable[[Visit], str | None] | None,
) -> list[ButtonReport]:
    def people(rows: Sequence[tuple[int, Visit]]) -> int:
        return len({visit.visitor for _, visit in rows})

    def counts(all_: Attention, here: Callable[[int, Visit], bool]) -> dict[str, Any]:
        clicks = [row for row in all_.clicked if here(*row)]
        starts = [took for at, visit, took in all_.from_start if here(at, visit)]
        entries = [took for at, visit, took in all_.from_entry if here(at, visit)]
        return {
            "saw": people([row for row in all_.saw if here(*row)]),
            "hovered": people([row for row in all_.hovered if here(*row)]),
            "clicked": people(clicks),
            "clicks": len(clicks),
            "from_session_start": median(starts) if starts else None,
            "from_page_entry": median(entries) if entries else None,
        }

    reports = []
    for button in asked:
        all_ = attention(visits, period, lambda target: means(button, target))  # noqa: B023
        begins = beginnings(period)
        series = [
            ButtonPoint(at=begin, **counts(all_, lambda at, _: begin <= at < end))  # noqa: B023
            for begin, end in zip(begins, [*begins[1:], period.end], strict=True)
        ]
        parts = []
        if named is not None:
            values = {named(visit) for _, visit in (*all_.saw, *all_.hovered, *all_.clicked)}
            for value in sorted(values, key=lambda one: one or ""):
                here = counts(all_, lambda _, visit: named(visit) == value)  # noqa: B023
                parts.append(ButtonPart(kind="value" if value else "unknown", value=value, **here))
        reports.append(
            ButtonReport(
                name=button.name,
                selector=button.selector,
                saw=people(all_.saw),
                hovered=people(all_.hovered),
                clicked=people(all_.clicked),
                clicks=len(all_.clicked),
                hover_leave=times(all_.leave),
                hover_click=times(all_.click),
                from_session_start=times([took for *_, took in all_.from_start]),
                from_page_entry=times([took for *_, took in all_.from_entry]),
                series=series,
                parts=parts,
            )
        )
    return reports


def journey(
    visits: Sequence[Visit],
    period: Period,
    page: str | None,
    direction: Direction,
    depth: int,
    named: Sequence[Sequence[str]],
) -> tuple[list[list[JourneyNode]], list[dict[tuple[int, int], int]]]:
    """Columns, and of each the links to the next (by places) with their counts; `named` are the pages to name in
    each column."""
    ways = []
    for visit in visits:
        if visit.bot or not period.start <= visit.started < period.end:
            continue
        views = [
            event.url.removeprefix("https://x.test")
            for *_, event in visit.ordered()
            if isinstance(event, Page)
        ]
        way = [view for view, before in zip(views, [None, *views], strict=False) if view != before]
        if direction == "back":
            way.reverse()
        if page is not None:
            way = way[way.index(page) :] if page in way else []
        if way:
            ways.append(way)
    columns: list[list[JourneyNode]] = []
    places: list[list[int]] = []
    for step in range(depth):
        there = [way[step] if len(way) > step else None for way in ways]
        names = named[step]
        kinds = ["exit" if at is None else at if at in names else "other" for at in there]
        order = [*names, *(kind for kind in ("other", "exit") if kind in kinds)]
        columns.append(
            [
                JourneyNode(kind="page", page=name, count=kinds.count(name))
                if name in names
                else JourneyNode(kind=name, page=None, count=kinds.count(name))  # type: ignore[arg-type]
                for name in order
            ]
        )
        places.append([order.index(kind) for kind in kinds])
    links: list[dict[tuple[int, int], int]] = []
    for source, target in itertools.pairwise(places):
        pairs = list(zip(source, target, strict=True))
        links.append({pair: pairs.count(pair) for pair in set(pairs)})
    return columns, links


def traffic(visit: Visit, by: CampaignField, own: Sequence[Campaign]) -> str:
    """Where a session came from; empty where nothing names it."""
    start = visit.start()
    given = start.params
    utm_source, utm_medium = given.get("utm_source", "").lower(), given.get("utm_medium", "").lower()
    click = next((name for name in CLICK_IDS if name in given), "")
    source = utm_source or (CLICK_IDS[click][0] if click and not utm_medium else "")
    medium = utm_medium or (CLICK_IDS[click][1] if click else "")
    if not source and not medium and "utm_campaign" not in given:
        host = start.referrer.partition("/")[0]
        source = host or given.get("source", given.get("ref", "")).lower()
        medium = "referral" if host else ""
    names = [campaign.name for campaign in own if campaign.suffix == given.get("campaign")]
    return {
        "campaign": (names or [given.get("utm_campaign", given.get("campaign", ""))])[0],
        "source": source,
        "medium": medium,
        "term": given.get("utm_term", ""),
        "content": given.get("utm_content", ""),
        "click_id": click,
        "channel": start.channel,
    }[by]


def campaigns(
    visits: Sequence[Visit],
    period: Period,
    by: CampaignField,
    own: Sequence[Campaign],
    converts: Callable[[Packed], bool],
) -> dict[str | None, CampaignRow]:
    people = [visit for visit in visits if not visit.bot]

    def name(visit: Visit) -> str | None:
        return traffic(visit, by, own) or None

    def bounced(visit: Visit) -> bool:
        events = visit.ordered()
        pages = sum(isinstance(event, Page) for *_, event in events)
        clicks = sum(isinstance(event, Click) for *_, event in events)
        return pages == 1 and not clicks and max(at for at, *_ in events) - visit.started < 10_000

    credited: list[tuple[str, str | None, list[Custom]]] = []
    for visit in people:
        filling = [e for at, _, _, e in visit.ordered() if period.start <= at < period.end and converts(e)]
        if filling:
            place = visits.index(visit)
            upto = [v for v in people if v.visitor == visit.visitor]
            upto = [v for v in upto if (v.started, visits.index(v)) <= (visit.started, place)]
            upto.sort(key=lambda v: (v.started, visits.index(v)))
            sought = [v for v in upto if v.start().channel not in ("", "Direct")]
            customs = [event for event in filling if isinstance(event, Custom) and event.value is not None]
            credited.append(("first", name(upto[0]), customs))
            credited.append(("last", name(sought[-1] if sought else visit), customs))

    def credit(touch: str, of: str | None, campaign: Campaign | None) -> Credit:
        mine = [events for kind, where, events in credited if (kind, where) == (touch, of)]
        sums: dict[str, float] = {}
        for event in itertools.chain(*mine):
            sums[event.currency] = sums.get(event.currency, 0) + (event.value or 0)
        roi = None
        if campaign and campaign.cost:
            roi = (sums.get(campaign.currency or "", 0) - campaign.cost) / campaign.cost
        value = [Money(amount=sums[currency], currency=currency) for currency in sorted(sums)]
        return Credit(conversions=len(mine), value=value, roi=roi)

    rows = {}
    came = [visit for visit in people if period.start <= visit.started < period.end]
    mine = {campaign.name: campaign for campaign in own} if by == "campaign" else {}
    for of in {*map(name, came), *(where for _, where, _ in credited), *mine}:
        here = [visit for visit in came if name(visit) == of]
        campaign = mine.get(of or "")
        cost = campaign.cost if campaign else None
        rows[of] = CampaignRow(
            name=of,
            suffix=campaign.suffix if campaign else None,
            visitors=len({visit.visitor for visit in here}),
            sessions=len(here),
            bounce_rate=sum(map(bounced, here)) / len(here) if here else None,
            first_touch=credit("first", of, campaign),
            last_touch=credit("last", of, campaign),
            cost=None
            if campaign is None or cost is None
            else Money(amount=cost, currency=campaign.currency or ""),
        )
    return rows


def heatmap(
    visits: Sequence[Visit], period: Period, page: str, heat: Heat
) -> tuple[list[tuple[int, int, float]], int, int]:
    """Cells, events and visitors, of sessions that arrive in the order sent."""
    cells: dict[tuple[int, int], float] = {}
    events, visitors = 0, set()
    for visit in visits:
        here, width = "", int(visit.start().screen.partition("x")[0] or 0)
        for at, _, _, event in [] if visit.bot else visit.ordered():
            if isinstance(event, Page):
                here = event.url.removeprefix("https://x.test")
            if isinstance(event, Click):
                width = event.page_w or width
            fits = isinstance(event, Click if heat == "click" else Move) and here == page and width
            if fits and isinstance(event, Click | Move) and period.start <= at < period.end:
                column = min(max(event.x, 0) * 100 // width, 99)
                cell = (column, max(event.y, 0) * 100 // width)
                cells[cell] = cells.get(cell, 0) + (1 if isinstance(event, Click) else event.elapsed / 1000)
                events += 1
                visitors.add(visit.visitor)
    found = [(*cell, weight) for cell, weight in cells.items() if weight]
    return sorted(found), events, len(visitors)


def depths(visits: Sequence[Visit], period: Period, page: str) -> list[int]:
    """Views that saw the page down to 0, 10, … 100 percent."""
    seen = []
    for visit in visits:
        here = ""
        for at, _, _, event in [] if visit.bot else visit.ordered():
            if isinstance(event, Page):
                if here == page and event.scroll >= 0 and period.start <= at < period.end:
                    seen.append(event.scroll)
                here = event.url.removeprefix("https://x.test")
    return [sum(scroll >= percent for scroll in seen) for percent in range(0, 101, 10)]
