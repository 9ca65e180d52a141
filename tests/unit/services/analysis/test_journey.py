"""The journey's definition, DESIGN section 4, with its numbers written out."""

from collections.abc import Callable, Sequence

import pytest

from services.analysis.reports.journey import journey
from services.contracts.analysis.journey import JourneyReport
from services.contracts.analysis.scope import Period
from services.contracts.errors import InvalidInput
from services.contracts.frames import Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 86_400_000)

Ask = Callable[..., JourneyReport]


def way(names: str, visitor: str = "v", at: int = BEGIN, bot: bool = False, host: str = "shop.test") -> Visit:
    """A session through these pages, a second each."""
    pages = [Page(at + place * 1000, f"https://{host}/{name}") for place, name in enumerate(names)]
    return visit(visitor, *pages, started=at, bot=bot)


@pytest.fixture
def ask(asking: Asking) -> Ask:
    def answered(ways: Sequence[Visit | str], period: Period = PERIOD, **how: object) -> JourneyReport:
        visits = [way(one) if isinstance(one, str) else one for one in ways]
        return asking(lambda on: journey(on, **how), visits, period)  # type: ignore[arg-type]

    return answered


def columns(report: JourneyReport) -> list[dict[str, int]]:
    return [{node.page or node.kind: node.count for node in column} for column in report.columns]


def links(report: JourneyReport) -> dict[tuple[int, str, str], int]:
    def name(column: int, place: int) -> str:
        node = report.columns[column][place]
        return node.page or node.kind

    return {
        (link.column, name(link.column, link.source), name(link.column + 1, link.target)): link.count
        for link in report.links
    }


def test_every_column_adds_up_to_the_sessions_that_entered(ask: Ask) -> None:
    report = ask(["ABC", "ABD", "AC", "B"], depth=4)
    assert report.sessions == 4
    assert columns(report) == [
        {"/A": 3, "/B": 1},
        {"/B": 2, "/C": 1, "exit": 1},
        {"/C": 1, "/D": 1, "exit": 2},
        {"exit": 4},
    ]
    assert links(report) == {
        (0, "/A", "/B"): 2,
        (0, "/A", "/C"): 1,
        (0, "/B", "exit"): 1,
        (1, "/B", "/C"): 1,
        (1, "/B", "/D"): 1,
        (1, "/C", "exit"): 1,
        (1, "exit", "exit"): 1,
        (2, "/C", "exit"): 1,
        (2, "/D", "exit"): 1,
        (2, "exit", "exit"): 2,
    }


def test_repeats_are_folded(ask: Ask) -> None:
    assert columns(ask(["AABBA"], depth=4)) == [{"/A": 1}, {"/B": 1}, {"/A": 1}, {"exit": 1}]


def test_a_page_is_one_on_all_hosts(ask: Ask) -> None:
    report = ask([way("A"), way("A", host="www.shop.test"), way("AB", host="m.shop.test")], depth=2)
    assert columns(report) == [{"/A": 3}, {"/B": 1, "exit": 2}]


def test_rare_pages_go_to_other(ask: Ask) -> None:
    report = ask(["AB", "AB", "AC", "AD", "A"], depth=3, named=1)
    assert columns(report) == [{"/A": 5}, {"/B": 2, "other": 2, "exit": 1}, {"exit": 5}]
    assert links(report)[1, "other", "exit"] == 2


def test_forward_goes_from_the_first_time_the_page_was_entered(ask: Ask) -> None:
    report = ask(["XABAC", "BA", "XY"], page="/A", depth=3)
    assert report.sessions == 2
    assert columns(report) == [{"/A": 2}, {"/B": 1, "exit": 1}, {"/A": 1, "exit": 1}]


def test_back_goes_from_the_last_time_it_was(ask: Ask) -> None:
    report = ask(["XABAC", "BA", "XY"], page="/A", direction="back", depth=3)
    assert columns(report) == [{"/A": 2}, {"/B": 2}, {"/A": 1, "exit": 1}]


def test_back_from_the_exit(ask: Ask) -> None:
    assert columns(ask(["ABC", "BC", "A"], direction="back", depth=2)) == [
        {"/C": 2, "/A": 1},
        {"/B": 2, "exit": 1},
    ]


def test_sessions_belong_to_the_period_they_began_in_with_all_they_did(ask: Ask) -> None:
    period = Period(start=BEGIN, end=BEGIN + 1_000)
    over_midnight, later = way("ABC", at=BEGIN + 999), way("XY", at=BEGIN + 1_000)
    assert columns(ask([over_midnight, later], period, depth=3)) == [{"/A": 1}, {"/B": 1}, {"/C": 1}]


def test_bots_are_left_out(ask: Ask) -> None:
    assert ask([way("AB", bot=True), "A"]).sessions == 1


def test_a_page_nobody_entered_has_no_journey(ask: Ask) -> None:
    report = ask(["AB"], page="/nowhere", depth=2)
    assert (report.sessions, report.columns, report.links) == (0, [[], []], [])


def test_an_empty_app_has_no_journey(ask: Ask) -> None:
    assert ask([], depth=2).sessions == 0


def test_a_large_app_is_read_in_parts(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ask(["ABC", "ABD", "AC", "B"], depth=4)
    monkeypatch.setattr("services.analysis.ways.AT_ONCE", 1)
    assert ask(["ABC", "ABD", "AC", "B"], depth=4) == whole


def test_a_period_that_ends_before_it_starts_is_refused(ask: Ask) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask([], Period(start=BEGIN, end=BEGIN))
    assert refused.value.field == "period.end"
