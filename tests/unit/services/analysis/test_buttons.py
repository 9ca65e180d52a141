"""Interesting buttons: what is counted, and from when to when the times go."""

from collections.abc import Callable, Sequence

import pytest

from services.analysis.reports.buttons import buttons
from services.contracts.analysis.buttons import ButtonReport
from services.contracts.analysis.scope import Period
from services.contracts.config import Button
from services.contracts.errors import InvalidInput
from services.contracts.frames import Click, Hover, Packed, Page, Seen
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 3_600_000)
BUY = "body>form>button#buy.btn"
URL = "https://shop.test/"

Ask = Callable[..., ButtonReport]


def at(second: float) -> int:
    return BEGIN + int(second * 1000)


def click(second: float, target: str = BUY) -> Click:
    return Click(at(second), 1, 1, target)


@pytest.fixture
def ask(asking: Asking) -> Ask:
    def asked(visits: Sequence[Visit], period: Period = PERIOD, selector: str = "#buy") -> ButtonReport:
        config = {"buttons": [Button(name="buy", selector=selector)]}
        return asking(buttons, visits, period, config).buttons[0]

    return asked


def test_saw_hovered_and_clicked_are_visitors_clicks_are_clicks(ask: Ask) -> None:
    report = ask(
        [
            visit("a", Seen(at(1), BUY), Hover(at(2), BUY, 500, "click"), click(3), click(4)),
            visit("a", Seen(at(60), BUY), click(61)),
            visit("b", Seen(at(1), BUY), Hover(at(2), BUY, 2000, "leave"), Hover(at(9), BUY, 4000, "leave")),
            visit("c", Seen(at(1), BUY), click(2, "body>a.other")),
            visit("bot", Seen(at(1), BUY), click(2), bot=True),
        ]
    )
    assert (report.saw, report.hovered, report.clicked, report.clicks) == (3, 2, 1, 3)


def test_dwell_of_hovers_that_end_in_leaving_and_in_a_click(ask: Ask) -> None:
    hovers = [
        Hover(at(1), BUY, 500, "click"),
        Hover(at(2), BUY, 2000, "leave"),
        Hover(at(3), BUY, 4000, "leave"),
    ]
    report = ask([visit("a", *hovers, Hover(at(4), BUY, 900))])
    assert report.hover_leave is not None
    assert report.hover_click is not None
    assert (report.hover_leave.count, report.hover_leave.mean) == (2, 3)
    assert (report.hover_click.count, report.hover_click.mean) == (1, 0.5)


def test_time_goes_from_the_sessions_start_to_its_first_click(ask: Ask) -> None:
    sessions = [visit("a", click(7), click(20), started=BEGIN), visit("a", click(95), started=at(90))]
    times = ask(sessions).from_session_start
    assert times is not None
    assert (times.count, times.mean) == (2, 6)


def test_time_goes_from_entering_a_page_to_the_first_click_on_it(ask: Ask) -> None:
    events: list[Packed] = [click(1), Page(at(2), URL), click(5), click(8), Page(at(10), URL), click(19)]
    times = ask([visit("a", *events)]).from_page_entry
    assert times is not None
    assert (times.count, times.mean) == (2, 6)


def test_times_are_told_by_quantiles_and_buckets(ask: Ask) -> None:
    """Quantiles lie between two values where they fall; a bucket holds what is up to its edge."""
    visits = [visit(f"v{n}", click(took), started=BEGIN) for n, took in enumerate([2, 4, 5, 10, 30.5])]
    times = ask(visits).from_session_start
    assert times is not None
    assert (times.count, times.mean, times.median) == (5, 10.3, 5)
    assert (times.p25, times.p75, round(times.p90, 6)) == (4, 10, 22.3)
    assert {bucket.upto: bucket.count for bucket in times.histogram if bucket.count} == {
        2: 1,
        5: 2,
        10: 1,
        60: 1,
    }


def test_what_was_clicked_before_the_period_is_not_clicked_first_in_it(ask: Ask) -> None:
    later = Period(start=at(10), end=at(100))
    report = ask([visit("a", Page(at(1), URL), click(5), click(50))], later)
    assert report.clicks == 1
    assert report.from_session_start is None
    assert report.from_page_entry is None


def test_a_page_entered_before_the_period_is_where_the_time_begins(ask: Ask) -> None:
    times = ask([visit("a", Page(at(1), URL), click(15))], Period(start=at(10), end=at(100))).from_page_entry
    assert times is not None
    assert times.mean == 14


def test_a_button_nobody_met_is_all_zeros(ask: Ask) -> None:
    report = ask([])
    assert (report.saw, report.hovered, report.clicked, report.clicks) == (0, 0, 0, 0)
    assert report.hover_leave is report.from_session_start is None


def test_targets_that_come_later_are_found_too(ask: Ask) -> None:
    assert ask([visit("a", click(1, "div>button.late-one"))], selector=".late-one").clicks == 1
    assert (
        ask(
            [visit("a", click(1, "p>a.late-one"), click(2, "div>button.late-one"))], selector=".late-one"
        ).clicks
        == 2
    )


def test_a_bad_selector_is_refused_by_name(ask: Ask) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask([], selector="a[")
    assert refused.value.field == "buttons[0].selector"


def test_the_trend_has_every_interval(asking: Asking) -> None:
    period = Period(start=BEGIN, end=at(7_200), interval="hour")
    visits = [
        visit("a", Seen(at(1), BUY), click(2), click(3_000), started=BEGIN),
        visit("b", Seen(at(5_000), BUY), click(5_004), started=at(5_000)),
    ]
    config = {"buttons": [Button(name="buy", selector="#buy")]}
    series = asking(buttons, visits, period, config).buttons[0].series
    # BEGIN is 22:13:20 UTC
    assert [(p.at, p.saw, p.clicked, p.clicks, p.from_session_start) for p in series] == [
        (BEGIN - 800_000, 1, 1, 1, 2),
        (BEGIN + 2_800_000, 1, 2, 2, 4),
        (BEGIN + 6_400_000, 0, 0, 0, None),
    ]


def test_a_breakdown_adds_up_in_clicks(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.reports.buttons.MOST_PARTS", 2)
    visits = [
        visit("a", Seen(at(1), BUY), click(3), click(4), country="DE"),
        visit("a", click(103), started=at(100), country="FR"),
        visit("b", Seen(at(1), BUY), country="AT"),
        visit("c", Seen(at(1), BUY), country="CH"),
    ]
    config = {"buttons": [Button(name="buy", selector="#buy")]}
    report = asking(lambda on: buttons(on, "country"), visits, PERIOD, config)
    parts = report.buttons[0].parts
    assert [(p.kind, p.value, p.saw, p.clicked, p.clicks, p.from_session_start) for p in parts] == [
        ("value", "DE", 1, 1, 2, 2),
        ("value", "FR", 0, 1, 1, 3),
        ("other", None, 2, 0, 0, None),
    ]
    assert report.by == "country"
