"""The reports on visits once more, in plain, slow, obvious Python."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from statistics import mean, median

from services.analysis.reports.intervals import beginnings
from services.contracts.analysis.audience import AudienceRow
from services.contracts.analysis.pages import PageRow
from services.contracts.analysis.retention import Cohort
from services.contracts.analysis.scope import Period
from services.contracts.analysis.sessions import Happened, Happening
from services.contracts.filters import Condition, Filter
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Seen
from tests.unit.services.analysis.visits import Visit

SITE = "https://x.test"
KINDS: dict[type[Packed], Happening] = {
    Page: "page",
    Click: "click",
    Hover: "hover",
    Seen: "seen",
    Move: "move",
    Custom: "custom",
    Left: "left",
}


def begun(visits: Sequence[Visit], period: Period) -> list[Visit]:
    return [v for v in visits if not v.bot and period.start <= v.started < period.end]


def page_views(visit: Visit) -> list[Page]:
    return [event for *_, event in visit.ordered() if isinstance(event, Page)]


def clicks(visit: Visit) -> int:
    return sum(isinstance(event, Click) for *_, event in visit.ordered())


def last_sign(visit: Visit) -> int:
    """Without any, its start."""
    return max((at for at, *_ in visit.ordered()), default=visit.started)


def duration(visit: Visit) -> float:
    return max(last_sign(visit) - visit.started, 0) / 1000


def bounced(visit: Visit) -> bool:
    return len(page_views(visit)) == 1 and clicks(visit) == 0 and duration(visit) < 10


def pages(visits: Sequence[Visit], period: Period) -> list[PageRow]:
    rows = []
    chosen = begun(visits, period)
    for url in {page.url for visit in chosen for page in page_views(visit)}:
        views, entries, exits = 0, 0, 0
        visitors, seconds, scrolls, bounces = set(), [], [], []
        for visit in chosen:
            walk = page_views(visit)
            end = max(visit.started, last_sign(visit))
            for place, page in enumerate(walk):
                if page.url != url:
                    continue
                views += 1
                visitors.add(visit.visitor)
                following = walk[place + 1] if place + 1 < len(walk) else None
                seconds.append((following.at if following else end) - page.at)
                if following and following.scroll >= 0:
                    scrolls.append(following.scroll)
                if place == 0:
                    entries += 1
                    bounces.append(bounced(visit))
                exits += following is None
        rows.append(
            PageRow(
                path=url.removeprefix(SITE),
                title="",
                views=views,
                visitors=len(visitors),
                entries=entries,
                exits=exits,
                seconds=median(max(ms, 0) / 1000 for ms in seconds),
                scroll=mean(scrolls) if scrolls else None,
                bounce_rate=mean(bounces) if bounces else None,
            )
        )
    return sorted(rows, key=lambda row: (-row.views, row.path))


def audience(visits: Sequence[Visit], period: Period, value_of: Callable[[Visit], str]) -> list[AudienceRow]:
    rows = []
    chosen = begun(visits, period)
    for value in {value_of(visit) for visit in chosen}:
        those = [visit for visit in chosen if value_of(visit) == value]
        rows.append(
            AudienceRow(
                value=value,
                visitors=len({visit.visitor for visit in those}),
                sessions=len(those),
                page_views=sum(len(page_views(visit)) for visit in those),
                bounce_rate=mean(map(bounced, those)),
                duration=median(map(duration, those)),
                pages_per_session=mean(len(page_views(visit)) for visit in those),
            )
        )
    return sorted(rows, key=lambda row: (-row.visitors, -row.sessions, row.value))


def retention(visits: Sequence[Visit], period: Period) -> list[Cohort]:
    begins = beginnings(period)
    came: dict[str, set[int]] = {}
    for visitor in {visit.visitor for visit in visits if not visit.bot}:
        starts = [visit.started for visit in visits if visit.visitor == visitor and not visit.bot]
        if period.start <= min(starts) < period.end:
            came[visitor] = {bisect_right(begins, start) - 1 for start in starts if start < period.end}
    cohorts = []
    for cohort, begin in enumerate(begins):
        members = [places for places in came.values() if min(places) == cohort]
        counts = [sum(place in places for places in members) for place in range(cohort, len(begins))]
        cohorts.append(Cohort(begins=begin, visitors=len(members), came=counts))
    return cohorts


def timeline(visit: Visit) -> list[Happened]:
    found = []
    for at, _, _, event in visit.ordered():
        happened = Happened(
            at=at,
            kind=KINDS[type(event)],
            what="",
            label="",
            seconds=0,
            x=0,
            y=0,
            rage=False,
            dead=False,
            outcome="",
            value=None,
            currency="",
            props={},
        )
        if isinstance(event, Page):
            happened.what = event.url.removeprefix(SITE)
        if isinstance(event, Click | Hover | Seen):
            happened.what = event.target
        if isinstance(event, Click | Move):
            happened.x, happened.y = event.x, event.y
        if isinstance(event, Hover | Move):
            happened.seconds = event.elapsed / 1000
        if isinstance(event, Hover):
            happened.outcome = event.outcome  # type: ignore[assignment]  # one of its three
        if isinstance(event, Custom):
            happened.what = event.name
        found.append(happened)
    return found


def meets(visit: Visit, filters: Sequence[Filter]) -> bool:
    return all(any(_holds(visit, one) for one in each.either) for each in filters)


def _holds(visit: Visit, condition: Condition) -> bool:
    walk = [page.url.removeprefix(SITE) for page in page_views(visit)]
    start = visit.start()
    values = {
        "browser": [start.browser],
        "visitor": ["returning" if start.returning else "new"],
        "utm_source": [start.params.get("utm_source", "")],
        "page": walk,
        "entry": walk[:1],
        "exit": walk[-1:],
        "event": [event.name for *_, event in visit.ordered() if isinstance(event, Custom)],
    }[condition.field]
    return any(_matches(value, parts) for value in values for parts in condition.any_of) != condition.negated


def _matches(value: str, parts: Sequence[str]) -> bool:
    if len(parts) == 1:
        return value == parts[0]
    first, *middle, last = parts
    if not (value.startswith(first) and value.endswith(last) and len(value) >= len(first) + len(last)):
        return False
    rest = value[len(first) : len(value) - len(last)]
    for part in middle:
        place = rest.find(part)
        if place < 0:
            return False
        rest = rest[place + len(part) :]
    return True
