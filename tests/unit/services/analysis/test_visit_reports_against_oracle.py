"""The reports on visits, and the filters of every report, against the oracle on small random histories."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.reports.audience import audience
from services.analysis.reports.overview import overview
from services.analysis.reports.pages import pages
from services.analysis.reports.retention import retention
from services.analysis.reports.sessions import session, sessions
from services.contracts.analysis.scope import Period
from services.contracts.filters import Condition, Filter
from services.contracts.frames import Page
from tests.unit.services.analysis import oracle, oracle_of_visits
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.test_reports_against_oracle import close, periods, thorough, visits
from tests.unit.services.analysis.visits import Visit

pytestmark = pytest.mark.usefixtures("small_parts")

DST = 1_774_652_400_000
"""2026-03-28 00:00 in Berlin, whose clock goes forward on the 29th"""
HOUR = 3_600_000

facts = st.fixed_dictionaries(
    {
        "browser": st.sampled_from(["", "Chrome", "Chromium", "Firefox"]),
        "returning": st.booleans(),
        "params": st.sampled_from([{}, {"utm_source": "news"}, {"utm_source": "newt", "gclid": "x"}]),
    }
)


@st.composite
def people(draw: st.DrawFn) -> list[Visit]:
    """Visits with facts, whose pages tell how far the one before was scrolled."""
    found = []
    for visit in draw(visits()):
        scrolled = [
            (
                n,
                [
                    Page(event.at, event.url, scroll=draw(st.sampled_from([-1, 0, 50, 100])))
                    if isinstance(event, Page)
                    else event
                    for event in events
                ],
            )
            for n, events in visit.frames
        ]
        found.append(replace(visit, frames=scrolled, facts=draw(facts)))
    return found


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    values = {
        "browser": [["Chrome"], ["Chrom", ""], ["", "o", ""], [""], ["", ""]],
        "visitor": [["new"], ["returning"]],
        "utm_source": [["news"], ["new", ""], [""], ["", "t"]],
        "page": [["/a"], ["/", ""], ["/b"]],
        "entry": [["/a"], ["/", ""], ["/b"]],
        "exit": [["/a"], ["/b"], ["", "c"]],
        "event": [["a"], ["b"], ["", ""]],
    }
    field = draw(st.sampled_from(sorted(values)))
    any_of = draw(st.lists(st.sampled_from(values[field]), min_size=1, max_size=2))
    return Condition(field=field, any_of=any_of, negated=draw(st.booleans()))  # type: ignore[arg-type]


filters = st.lists(
    st.lists(conditions(), min_size=1, max_size=2).map(lambda either: Filter(either=either)), max_size=2
)


@thorough
@given(history=people(), period=periods())
def test_pages(asking: Asking, history: list[Visit], period: Period) -> None:
    answer = asking(pages, history, period)
    expected = oracle_of_visits.pages(history, period)
    assert close(answer.rows, expected)
    assert answer.pages == len(expected)


@thorough
@given(history=people(), period=periods())
def test_audience(asking: Asking, history: list[Visit], period: Period) -> None:
    answer = asking(audience, history, period)
    expected = oracle_of_visits.audience(history, period, lambda visit: visit.start().browser)
    assert close(answer.rows, expected)
    assert answer.values == len(expected)


@thorough
@given(history=people(), period=periods(), asked=filters)
def test_what_filters_leave_is_what_the_overview_counts(
    asking: Asking, history: list[Visit], period: Period, asked: list[Filter]
) -> None:
    answer = asking(overview, history, period, filters=asked)
    left = [visit for visit in history if oracle_of_visits.meets(visit, asked)]
    assert (answer.totals, answer.series) == oracle.overview(left, period)


@thorough
@given(history=people(), period=periods(), skip=st.integers(0, 3))
def test_sessions(asking: Asking, history: list[Visit], period: Period, skip: int) -> None:
    answer = asking(lambda on: sessions(on, 2, skip), history, period)
    begun = oracle_of_visits.begun(history, period)
    assert answer.sessions == len(begun)
    starts = sorted((visit.started for visit in begun), reverse=True)
    assert [row.started for row in answer.rows] == starts[skip : skip + 2]
    by_id = {visit.session: visit for visit in begun}
    for row in answer.rows:
        visit = by_id[row.session]
        walk = [page.url.removeprefix("https://x.test") for page in oracle_of_visits.page_views(visit)]
        assert (row.page_views, row.entry, row.exit) == (len(walk), (walk or [""])[0], (walk or [""])[-1])
        assert (row.duration, row.clicks) == (
            oracle_of_visits.duration(visit),
            oracle_of_visits.clicks(visit),
        )
        assert (row.browser, row.params) == (visit.start().browser, visit.start().params)


@thorough
@given(history=people(), period=periods())
def test_a_timeline(asking: Asking, history: list[Visit], period: Period) -> None:
    for one in [visit for visit in history if not visit.bot][-1:]:
        report = asking(lambda on: session(on, one.session), history, period)  # noqa: B023
        assert report.happened == oracle_of_visits.timeline(one)


@st.composite
def returns(draw: st.DrawFn) -> list[Visit]:
    """Visitors on several days around a clock change, at and beside midnight."""
    moments = st.builds(
        lambda day, step: DST + day * 24 * HOUR + step,
        st.integers(-2, 40),
        st.sampled_from([-HOUR, -1, 0, 1, HOUR]),
    )
    return [
        Visit(draw(st.sampled_from("XYZ")), draw(moments), bot=draw(st.integers(0, 9)) == 0)
        for _ in range(draw(st.integers(0, 8)))
    ]


@thorough
@given(
    history=returns(),
    days=st.integers(1, 45),
    interval=st.sampled_from(["day", "week", "month"]),
    tz=st.sampled_from(["Europe/Berlin", "UTC", "America/Los_Angeles"]),
)
def test_retention(asking: Asking, history: list[Visit], days: int, interval: str, tz: str) -> None:
    period = Period(start=DST, end=DST + days * 24 * HOUR, tz=tz, interval=interval)  # type: ignore[arg-type]
    assert asking(retention, history, period).cohorts == oracle_of_visits.retention(history, period)


@thorough
@given(history=people(), period=periods())
def test_the_parts_sum_to_the_whole(asking: Asking, history: list[Visit], period: Period) -> None:
    whole = asking(overview, history, period)
    fresh = [replace(visit, session=visit.session[::-1]) for visit in history]
    by_page = asking(pages, fresh, period).rows
    assert sum(point.sessions for point in whole.series) == whole.totals.sessions
    assert sum(point.page_views for point in whole.series) == whole.totals.page_views
    assert sum(row.views for row in by_page) == whole.totals.page_views
    assert sum(row.entries for row in by_page) == sum(row.exits for row in by_page)
