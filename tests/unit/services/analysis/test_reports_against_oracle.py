"""The reports and the oracle give the same answers on small random histories: ties in time, stages repeated and
skipped, window edges, sessions at the period's edges, over midnight and a clock change, several tabs of one visitor,
frames out of order.
"""

import itertools
import os
from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.analysis.reports.buttons import buttons
from services.analysis.reports.campaigns import campaigns
from services.analysis.reports.dropped import dropped
from services.analysis.reports.funnel import funnel
from services.analysis.reports.heatmap import heatmap
from services.analysis.reports.journey import journey
from services.analysis.reports.overview import overview
from services.contracts.analysis.breakdown import BreakdownField
from services.contracts.analysis.campaigns import CampaignField
from services.contracts.analysis.dropped import DroppedReport
from services.contracts.analysis.funnel import FunnelReport
from services.contracts.analysis.heatmap import Heat
from services.contracts.analysis.journey import Direction
from services.contracts.analysis.scope import Interval, Period
from services.contracts.config import Button, Campaign, Funnel, Stage
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Seen
from tests.unit.services.analysis import oracle
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import Visit

pytestmark = pytest.mark.usefixtures("small_parts")

SITE = "https://x.test"
STEP = 4_000
"""ms; times are few, so that they collide"""

MIDNIGHT = 1_776_981_600_000
"""of 24 April 2026 in Cairo, whose clock then says 01:00"""

intervals: st.SearchStrategy[Interval] = st.sampled_from(["hour", "day"])
moments = st.integers(-6, 6).map(lambda step: MIDNIGHT + step * STEP)
targets = st.sampled_from(["body>a#one", "body>button.two", "body>p"])


def events(at: int) -> st.SearchStrategy[Packed]:
    return st.one_of(
        st.sampled_from("abc").map(lambda page: Page(at, f"{SITE}/{page}")),
        st.sampled_from("abc").map(lambda page: Page(at, f"{SITE}/{page}")),
        targets.map(lambda target: Click(at, 1, 2, target)),
        targets.map(lambda target: Seen(at, target)),
        st.builds(Hover, st.just(at), targets, st.integers(0, 5000), st.sampled_from(["", "leave", "click"])),
        st.sampled_from("abc").map(lambda name: Custom(at, name)),
        st.just(Move(at, 3, 4, 5)),
    )


frames = st.one_of(
    st.lists(moments.flatmap(events), min_size=1, max_size=4),
    moments.flatmap(lambda at: st.lists(events(at), min_size=1, max_size=4)),  # all in one millisecond
)


@st.composite
def visits(draw: st.DrawFn) -> list[Visit]:
    found = []
    for _ in range(draw(st.integers(0, 5))):
        numbers = draw(st.lists(st.integers(1, 9), max_size=4, unique=True))
        sent: list[tuple[int, list[Packed]]] = [(n, draw(frames)) for n in numbers]
        if draw(st.booleans()):
            left = draw(moments)
            sent.append((-left, [Left(left)]))
        found.append(
            Visit(draw(st.sampled_from("XYZ")), draw(moments), sent, bot=draw(st.integers(0, 9)) == 0)
        )
    return found


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(moments)
    end = start + draw(st.integers(1, 14)) * STEP
    return Period(start=start, end=end, tz="Africa/Cairo", interval=draw(intervals))


@st.composite
def stages(draw: st.DrawFn) -> tuple[Stage, Callable[[Packed], bool]]:
    """A stage, and what fills it in plain words."""
    names = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True))
    any_of = [f"/{name}" for name in names]
    which = draw(st.integers(0, 8))
    if which <= 1:
        stage = Stage(name="s", trigger="url", any_of=any_of)
        return stage, lambda event: isinstance(event, Page) and event.url[-2:] in any_of
    if which == 2:
        return Stage(name="s", trigger="url", match="prefix", value="/"), lambda event: isinstance(
            event, Page
        )
    if which == 3:
        return Stage(name="s", trigger="event", any_of=names), (
            lambda event: isinstance(event, Custom) and event.name in names
        )
    if which == 4:
        return Stage(name="s", trigger="click", value="#one"), (
            lambda event: isinstance(event, Click) and event.target == "body>a#one"
        )
    if which == 5:
        return Stage(name="s", trigger="url", match="glob", any_of=[f"*{name}" for name in names]), (
            lambda event: isinstance(event, Page) and event.url[-2:] in any_of
        )
    if which == 6:
        return Stage(name="s", trigger="url", match="regex", value=f"^/[{''.join(names)}]$"), (
            lambda event: isinstance(event, Page) and event.url[-2:] in any_of
        )
    if which == 7:
        return Stage(name="s", trigger="click", match="glob", value="body>*.two"), (
            lambda event: isinstance(event, Click) and event.target == "body>button.two"
        )
    return Stage(name="s", trigger="click", value="body"), lambda event: isinstance(event, Click)


TIMES = int(os.environ.get("THOROUGH", "1"))
"""as many histories as usual, and where it is more than once, other ones in each run"""

thorough = settings(
    max_examples=200 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=TIMES == 1,
)


@thorough
@given(history=visits(), period=periods())
def test_overview(asking: Asking, history: list[Visit], period: Period) -> None:
    answer = asking(overview, history, period)
    assert (answer.totals, answer.series) == oracle.overview(history, period)


@settings(thorough, max_examples=300 * TIMES)
@given(
    history=visits(),
    period=periods(),
    chosen=st.lists(stages(), min_size=2, max_size=4),
    order=st.sampled_from(["sequential", "strict", "any"]),
    per=st.sampled_from(["visitor", "session"]),
    window=st.integers(1, 10).map(lambda step: step * STEP // 1000),
    by=st.sampled_from([None, "browser", "visitor", "campaign"]),
    facts=st.lists(
        st.builds(
            dict,
            browser=st.sampled_from(["", "Chrome", "Safari"]),
            returning=st.booleans(),
            params=st.sampled_from([{}, {"utm_campaign": "x"}]),
        ),
        min_size=5,
        max_size=5,
    ),
)
def test_funnel(
    asking: Asking,
    history: list[Visit],
    period: Period,
    chosen: list[tuple[Stage, Callable[[Packed], bool]]],
    order: str,
    per: str,
    window: int,
    by: BreakdownField | None,
    facts: list[dict[str, Any]],
) -> None:
    asked = Funnel(stages=[stage for stage, _ in chosen], order=order, per=per, window=window)  # type: ignore[arg-type]
    for visit, fact in zip(history, facts, strict=False):
        visit.facts = fact
    earlier = range(1, len(asked.stages))
    answer, *gone = asking(
        lambda on: (funnel(on, asked, by), *(dropped(on, stage, asked) for stage in earlier)), history, period
    )
    assert isinstance(answer, FunnelReport)

    def fills(stage: int, event: Packed) -> bool:
        return chosen[stage][1](event)

    assert close(answer.stages, oracle.funnel(history, period, asked, fills))
    assert answer.series == oracle.funnel_series(history, period, asked, fills)
    for stage, report in zip(earlier, gone, strict=True):
        assert isinstance(report, DroppedReport)
        expected = oracle.dropped(history, period, asked, fills, stage)
        assert {one.page: one.count for one in report.went_to} == Counter(one.page for one in expected)
        assert sorted(report.sessions, key=str) == sorted(expected, key=str)
        assert [one.at for one in report.sessions] == sorted((one.at for one in expected), reverse=True)
        assert report.dropped == answer.stages[stage].dropped
    if by is not None:
        named: dict[str, Callable[[Visit], str | None]] = {
            "browser": lambda visit: visit.start().browser or None,
            "visitor": lambda visit: "returning" if visit.start().returning else "new",
            "campaign": lambda visit: visit.start().params.get("utm_campaign"),
        }
        parts = oracle.funnel_parts(history, period, asked, fills, named[by])
        assert sorted(answer.parts, key=lambda part: part.value or "") == parts


@thorough
@given(
    history=visits(),
    period=periods(),
    by=st.sampled_from([None, "browser"]),
    browsers=st.lists(st.sampled_from(["", "Chrome", "Safari"]), min_size=5, max_size=5),
)
def test_buttons(
    asking: Asking, history: list[Visit], period: Period, by: BreakdownField | None, browsers: list[str]
) -> None:
    for visit, browser in zip(history, browsers, strict=False):
        visit.facts = {"browser": browser}
    asked = [
        Button(name="one", selector="#one"),
        Button(name="two", selector="button"),
        Button(name="any", selector="body *"),
    ]
    means = {"#one": "body>a#one", "button": "body>button.two"}
    answer = asking(lambda on: buttons(on, by), history, period, {"buttons": asked}).buttons
    for button in answer:
        assert sum(part.clicks for part in button.parts) == (button.clicks if by else 0)
        assert sum(point.clicks for point in button.series) == button.clicks
        button.parts.sort(key=lambda part: part.value or "")
    expected = oracle.buttons(
        history,
        period,
        asked,
        lambda button, target: means.get(button.selector, target) == target,
        (lambda visit: visit.start().browser or None) if by else None,
    )
    assert close(answer, expected)


@settings(thorough, max_examples=300 * TIMES)
@given(
    history=visits(),
    period=periods(),
    page=st.sampled_from([None, None, "/a", "/b", "/nowhere"]),
    direction=st.sampled_from(["forward", "back"]),
    depth=st.integers(2, 5),
    named=st.integers(1, 3),
)
def test_journey(
    asking: Asking,
    history: list[Visit],
    period: Period,
    page: str | None,
    direction: Direction,
    depth: int,
    named: int,
) -> None:
    report = asking(lambda on: journey(on, page, direction, depth, named), history, period)
    names = [[node.page for node in column if node.page is not None] for column in report.columns]
    columns, links = oracle.journey(history, period, page, direction, depth, names)
    assert report.columns == columns
    found: list[dict[tuple[int, int], int]] = [{} for _ in range(depth - 1)]
    for link in report.links:
        found[link.column][link.source, link.target] = link.count
    assert found == links
    # Those named are the most frequent of all, and none is left out that could be named.
    every, _ = oracle.journey(history, period, page, direction, depth, [["/a", "/b", "/c"]] * depth)
    for column, all_ in zip(report.columns, every, strict=True):
        counts = sorted((node.count for node in all_ if node.page and node.count), reverse=True)
        assert [node.count for node in column if node.page] == counts[:named]
        assert sum(node.count for node in column) == report.sessions


OWN = [
    Campaign(name="Spring", suffix="s", cost=10, currency="EUR"),
    Campaign(name="Autumn", suffix="a", cost=5),
]

traffic: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    params=st.dictionaries(
        st.sampled_from(
            ["campaign", "utm_source", "utm_medium", "utm_campaign", "utm_term", "gclid", "fbclid", "ref"]
        ),
        st.sampled_from(["s", "x", "Y"]),
        max_size=3,
    ),
    referrer=st.sampled_from(["", "", "news.example/a"]),
    channel=st.sampled_from(["Direct", "Email", ""]),
)


@settings(thorough, max_examples=150 * TIMES)
@given(
    history=visits(),
    facts=st.lists(traffic, min_size=5, max_size=5),
    worth=st.lists(st.sampled_from([None, 2.5, 20]), min_size=1, max_size=9),
    period=periods(),
    by=st.sampled_from(get_args(CampaignField)),
    goal=stages(),
)
def test_campaigns(
    asking: Asking,
    history: list[Visit],
    facts: list[dict[str, Any]],
    worth: list[float | None],
    period: Period,
    by: CampaignField,
    goal: tuple[Stage, Callable[[Packed], bool]],
) -> None:
    values = itertools.cycle(worth)
    for visit, came in zip(history, facts, strict=False):
        visit.facts = came
        for event in (event for _, sent in visit.frames for event in sent if isinstance(event, Custom)):
            event.value, event.currency = next(values), "EUR" if event.name == "a" else ""
    stage, converts = goal
    config = {
        "funnel": Funnel(stages=[Stage(name="first", trigger="url", value="/"), stage]),
        "campaigns": OWN,
    }
    report = asking(lambda on: campaigns(on, by), history, period, config)
    assert {row.name: row for row in report.rows} == oracle.campaigns(history, period, by, OWN, converts)
    assert sum(row.sessions for row in report.rows) == report.sessions
    for touch in ("first_touch", "last_touch"):
        assert sum(getattr(row, touch).conversions for row in report.rows) == report.conversions


DEVICES = ["", "desktop", "mobile"]


@st.composite
def pointing(draw: st.DrawFn) -> list[Visit]:
    """Visits whose frames arrive in the order sent."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        at = draw(moments)
        sent: list[tuple[int, list[Packed]]] = []
        for n in range(1, draw(st.integers(1, 4)) + 1):
            frame: list[Packed] = []
            for _ in range(draw(st.integers(1, 4))):
                at += draw(st.sampled_from([0, STEP]))
                x, y, width = (
                    draw(st.sampled_from(which)) for which in ([-3, 0, 250, 600], [0, 333], [0, 500])
                )
                one_of: list[Packed] = [Click(at, x, y, "p", page_w=width), Move(at, x, y, width)]
                one_of += [Page(at, f"{SITE}/{name}", scroll=max(-1, min(x, 100))) for name in "ab"]
                frame.append(draw(st.sampled_from(one_of)))
            sent.append((n, frame))
        facts = {"screen": draw(st.sampled_from(["", "1000x1"])), "device": draw(st.sampled_from(DEVICES))}
        visitor = draw(st.sampled_from("XY"))
        found.append(Visit(visitor, MIDNIGHT, sent, draw(st.integers(0, 9)) == 0, facts))
    return found


@settings(thorough, max_examples=300 * TIMES)
@given(
    history=pointing(),
    period=periods(),
    page=st.sampled_from(["/a", "/b"]),
    device=st.sampled_from([None, "desktop", "mobile"]),
)
def test_heatmap(asking: Asking, history: list[Visit], period: Period, page: str, device: str | None) -> None:
    clicks, moves, scroll = asking(
        lambda on: [heatmap(on, page, heat, device) for heat in get_args(Heat)], history, period
    )
    history = [visit for visit in history if device in (None, visit.start().device)]
    for report in (clicks, moves):
        cells, events, visitors = oracle.heatmap(history, period, page, report.heat)
        assert close(sorted(report.cells), cells)
        assert (report.events, report.visitors) == (events, visitors)
    assert [depth.views for depth in scroll.depths] == oracle.depths(history, period, page)


def close(answer: object, expected: object) -> bool:
    """Equal but for the last digits of the means."""

    def rounded(value: object) -> object:
        if isinstance(value, float):
            return round(value, 6)
        if isinstance(value, dict):
            return {key: rounded(item) for key, item in value.items()}
        return [rounded(item) for item in value] if isinstance(value, list) else value

    got, wanted = rounded(msgspec.to_builtins(answer)), rounded(msgspec.to_builtins(expected))
    assert got == wanted
    return True
