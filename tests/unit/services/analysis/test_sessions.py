"""The list of sessions, and one session's timeline."""

import pytest

from services.analysis.reports.sessions import session, sessions
from services.contracts.analysis.scope import Period
from services.contracts.errors import SessionUnknown
from services.contracts.frames import Click, Custom, Hover, Left, Move, Page, Seen
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 3_600_000)
SHOP = "https://shop.test"


def shopper() -> Visit:
    end = BEGIN + 60_000
    return Visit(
        "ann",
        BEGIN,
        [
            (
                2,
                [
                    Click(BEGIN + 5000, 7, 8, "a#buy", "Buy", hover=250, rage=True),
                    Move(BEGIN + 6000, 1, 2, 300),
                ],
            ),
            (
                1,
                [
                    Page(BEGIN, SHOP + "/", title="Shop"),
                    Seen(BEGIN + 1, "a#buy"),
                    Page(BEGIN + 10, SHOP + "/b", 10),
                ],
            ),
            (
                3,
                [
                    Hover(BEGIN + 7000, "a#buy", 900, "leave"),
                    Custom(BEGIN + 8000, "paid", 9.5, "EUR", {"n": 2.0}),
                ],
            ),
            (-end, [Left(end, True)]),
        ],
        facts={"country": "DE", "returning": True, "referrer": "google.com", "params": {"gclid": "x"}},
    )


def test_a_row_tells_the_session(asking: Asking) -> None:
    one = shopper()
    report = asking(sessions, [one, visit("bob", started=BEGIN - 1)], PERIOD)
    (row,) = report.rows
    assert (report.sessions, row.session, row.started, row.duration) == (1, one.session, BEGIN, 60)
    assert (row.events, row.page_views, row.clicks, row.entry, row.exit) == (7, 2, 1, "/", "/b")
    assert (row.browser, row.country, row.returning, row.referrer) == ("Firefox", "DE", True, "google.com")
    assert row.params == {"gclid": "x"}
    assert len(row.visitor) == 16


def test_a_visitor_has_the_same_id_in_all_sessions(asking: Asking) -> None:
    rows = asking(sessions, [visit(name, started=BEGIN) for name in ("ann", "ann", "bob")], PERIOD).rows
    assert len({row.visitor for row in rows}) == 2


def test_the_latest_first_a_page_at_a_time(asking: Asking) -> None:
    visits = [visit(f"v{minute}", started=BEGIN + minute * 60_000) for minute in range(5)]
    answer = asking(lambda on: [sessions(on, 2, skip) for skip in (0, 2, 4, 6)], visits, PERIOD)
    assert [[(row.started - BEGIN) // 60_000 for row in page.rows] for page in answer] == [
        [4, 3],
        [2, 1],
        [0],
        [],
    ]
    assert [page.sessions for page in answer] == [5, 5, 5, 5]


def test_a_timeline_tells_all_that_happened_in_the_order_sent(asking: Asking) -> None:
    one = shopper()
    report = asking(lambda on: session(on, one.session), [one], PERIOD)
    assert report.session.session == one.session
    assert [(event.kind, event.what, event.label, event.seconds) for event in report.happened] == [
        ("page", "/", "Shop", 0),
        ("seen", "a#buy", "Buy", 0),
        ("page", "/b", "", 0.01),
        ("click", "a#buy", "Buy", 0.25),
        ("move", "", "", 0.3),
        ("hover", "a#buy", "Buy", 0.9),
        ("custom", "paid", "", 0),
        ("left", "", "", 0),
    ]
    click, hover, paid = (report.happened[place] for place in (3, 5, 6))
    assert (click.x, click.y, click.rage, click.dead) == (7, 8, True, False)
    assert (hover.outcome, paid.value, paid.currency, paid.props) == ("leave", 9.5, "EUR", {"n": 2.0})


def test_a_session_outside_the_period_can_be_looked_at(asking: Asking) -> None:
    early = visit("v", Page(BEGIN - 5, SHOP + "/"))
    assert len(asking(lambda on: session(on, early.session), [early], PERIOD).happened) == 1


@pytest.mark.parametrize("whose", ["another app's", "a bot's", "nobody's"])
def test_what_is_not_the_apps_does_not_exist(asking: Asking, whose: str) -> None:
    foreign, robot = visit("v", Page(BEGIN, SHOP + "/")), visit("r", Page(BEGIN, SHOP + "/"), bot=True)
    asking(sessions, [foreign], PERIOD)
    asked = {"another app's": foreign.session, "a bot's": robot.session, "nobody's": "0" * 32}[whose]
    with pytest.raises(SessionUnknown):
        asking(lambda on: session(on, asked), [robot], PERIOD)
