"""The overview's definitions with their numbers."""

from collections.abc import Callable

import pytest

from services.analysis.reports.overview import overview
from services.contracts.analysis.overview import Overview, OverviewTotals
from services.contracts.analysis.scope import Period
from services.contracts.frames import Click, Left, Move, Packed, Page, Start
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

HOUR = 3_600_000
PERIOD = Period(start=BEGIN, end=BEGIN + HOUR)
URL = "https://shop.test/"

Ask = Callable[..., Overview]


@pytest.fixture
def ask(asking: Asking) -> Ask:
    return lambda visits, period=PERIOD, **scope: asking(overview, visits, period, **scope)


def test_the_totals_of_three_sessions(ask: Ask) -> None:
    shopper = visit(
        "ann",
        Page(BEGIN, URL),
        Move(BEGIN + 1000, 1, 1, 5),
        Click(BEGIN + 2000, 1, 1, "a"),
        Page(BEGIN + 30_000, URL),
    )
    again = visit("ann", Page(BEGIN + 600_000, URL))
    other = visit("bob", Page(BEGIN, URL), Page(BEGIN + 20_000, URL))
    assert ask([shopper, again, other]).totals == OverviewTotals(
        visitors=2,
        sessions=3,
        page_views=5,
        events=7,
        bounce_rate=1 / 3,
        duration=20,
        pages_per_session=5 / 3,
    )


def left_after(seconds: float) -> Visit:
    """One page, read for so long."""
    end = BEGIN + int(seconds * 1000)
    return Visit("v", BEGIN, [(1, [Page(BEGIN, URL)]), (-end, [Left(end, True)])])


def test_leaving_gives_a_one_page_visit_its_true_duration_and_counts_as_no_event(ask: Ask) -> None:
    totals = ask([left_after(95)]).totals
    assert (totals.duration, totals.events, totals.bounce_rate) == (95, 1, 0)


@pytest.mark.parametrize(
    ("bounced", "stay"),
    [
        (True, left_after(9.999)),
        (False, left_after(10)),
        (False, visit("v", Page(BEGIN, URL), Click(BEGIN + 1, 1, 1, "a"))),
        (False, visit("v", Page(BEGIN, URL), Page(BEGIN + 1, URL))),
        (True, visit("v", Page(BEGIN, URL), Move(BEGIN + 1, 1, 1, 0))),
    ],
)
def test_a_bounce_is_one_page_no_click_and_under_ten_seconds(ask: Ask, bounced: bool, stay: Visit) -> None:
    assert ask([stay]).totals.bounce_rate == bounced


def test_an_app_without_events_is_all_zeros(ask: Ask) -> None:
    answer = ask([])
    assert answer.totals == OverviewTotals(
        visitors=0,
        sessions=0,
        page_views=0,
        events=0,
        bounce_rate=None,
        duration=None,
        pages_per_session=None,
    )
    assert [point.sessions for point in answer.series] == [0]


def test_a_session_without_events_counts(ask: Ask) -> None:
    totals = ask([visit("v", started=BEGIN)]).totals
    assert (totals.sessions, totals.page_views, totals.duration, totals.bounce_rate) == (1, 0, 0, 0)


def test_a_session_belongs_to_the_interval_in_which_it_started(ask: Ask) -> None:
    night = Period(start=1_700_002_800_000, end=1_700_002_800_000 + 3 * 24 * HOUR, tz="Europe/Berlin")
    midnight = 1_700_002_800_000 + 24 * HOUR  # 2023-11-16 00:00 in Berlin
    over_midnight = visit("v", Page(midnight - 1000, URL), Page(midnight + 1000, URL))
    answer = ask([over_midnight, visit("w", Page(midnight, URL))], night)
    assert [(point.sessions, point.page_views) for point in answer.series] == [(1, 2), (1, 1), (0, 0)]


def test_the_period_includes_its_start_and_excludes_its_end(ask: Ask) -> None:
    edges = [visit("v", Page(at, URL)) for at in (BEGIN - 1, BEGIN, BEGIN + HOUR - 1, BEGIN + HOUR)]
    assert ask(edges).totals.sessions == 2


def test_compared_with_the_period_before_and_the_year_before(ask: Ask) -> None:
    day = 24 * HOUR
    year = [visit("a", Page(BEGIN - 365 * day + 5, URL))] * 1 + [visit("b", Page(BEGIN - 365 * day + 5, URL))]
    visits = [visit("v", Page(BEGIN, URL)), visit("v", Page(BEGIN - 1, URL)), *year]
    before, year_before = ask(visits, compare="previous").previous, ask(visits, compare="year").previous
    assert before is not None
    assert year_before is not None
    assert (before.sessions, year_before.sessions) == (1, 2)
    assert ask(visits).previous is None


def test_bots_are_left_out(ask: Ask) -> None:
    assert ask([visit("v", Page(BEGIN, URL), bot=True)]).totals.sessions == 0


def test_who_has_no_visitor_id_is_somebody_else_in_every_session(ask: Ask) -> None:
    assert ask([visit("", Page(BEGIN, URL)), visit("", Page(BEGIN, URL))]).totals.visitors == 2


def test_the_seeds_session_record_is_an_event(ask: Ask) -> None:
    events: list[Packed] = [Start(BEGIN, "v", False), Page(BEGIN, URL)]
    totals = ask([visit("v", *events)]).totals
    assert (totals.sessions, totals.events) == (1, 2)
