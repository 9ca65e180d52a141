"""Who dropped out of the funnel and where they went instead, with the numbers written out."""

from collections.abc import Callable, Sequence

import pytest

from services.analysis.reports.dropped import dropped
from services.contracts.analysis.dropped import DroppedReport, DroppedSession, WentTo
from services.contracts.analysis.scope import Period
from services.contracts.config import Funnel, Stage
from services.contracts.errors import InvalidInput
from services.contracts.frames import Click, Packed, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 86_400_000)
FUNNEL = Funnel(stages=[Stage(name=name, trigger="url", value=f"/{name}") for name in "ABC"])

Ask = Callable[..., DroppedReport]


def way(visitor: str, names: str, second: int = 0) -> Visit:
    """Pages, a second each."""
    pages = [
        Page(BEGIN + (second + place) * 1000, f"https://shop.test/{name}") for place, name in enumerate(names)
    ]
    return visit(visitor, *pages)


@pytest.fixture
def ask(asking: Asking) -> Ask:
    def answered(visits: Sequence[Visit], stage: int, funnel: Funnel | None = None) -> DroppedReport:
        return asking(lambda on: dropped(on, stage, funnel), visits, PERIOD, {"funnel": FUNNEL})

    return answered


def test_they_went_to_the_next_page_or_left(ask: Ask) -> None:
    ways = ["AX", "AXB", "AY", "A", "AYX", "ABX", "ABC", "X", "XA"]
    report = ask([way(f"v{n}", names) for n, names in enumerate(ways)], 1)
    assert report.dropped == 5
    assert report.went_to == [
        WentTo(page="/Y", count=2),
        WentTo(page=None, count=2),
        WentTo(page="/X", count=1),
    ]
    assert report.elsewhere == 0
    after_b = ask([way(f"v{n}", names) for n, names in enumerate(ways)], 2)
    assert {went.page: went.count for went in after_b.went_to} == {"/X": 1, None: 1}


def test_it_is_the_page_after_the_last_stage_of_the_best_try_in_its_session(ask: Ask) -> None:
    session = way("v", "XAXBYZ")
    report = ask([session, way("v", "Q", 100)], 2)
    assert report.sessions == [DroppedSession(session=session.session, at=BEGIN + 3_000, page="/Y")]


def test_of_the_same_millisecond_the_order_sent_tells_what_is_next(ask: Ask) -> None:
    pages = [Page(BEGIN, f"https://shop.test/{name}") for name in "XAY"]
    assert ask([visit("v", *pages)], 1).went_to == [WentTo(page="/Y", count=1)]


def test_after_a_click_it_is_the_next_page_too(ask: Ask) -> None:
    funnel = Funnel(stages=[Stage(name="add", trigger="click", value=".add"), FUNNEL.stages[2]])
    events: list[Packed] = [Click(BEGIN, 1, 1, "a.add"), Page(BEGIN + 1, "https://shop.test/X")]
    assert ask([visit("v", *events)], 1, funnel).went_to == [WentTo(page="/X", count=1)]


def test_the_latest_sessions_come_first_and_rare_pages_are_counted(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.analysis.reports.dropped.MOST_PAGES", 1)
    monkeypatch.setattr("services.analysis.reports.dropped.MOST_SESSIONS", 2)
    visits = [way("a", "AX", 0), way("b", "AX", 20), way("c", "AY", 10)]
    report = ask(visits, 1)
    assert (report.dropped, report.went_to, report.elsewhere) == (3, [WentTo(page="/X", count=2)], 1)
    assert [one.session for one in report.sessions] == [visits[1].session, visits[2].session]


@pytest.mark.parametrize("stage", [0, 3])
def test_nobody_drops_before_the_first_stage_or_after_the_last(ask: Ask, stage: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask([], stage)
    assert refused.value.field == "stage"


def test_an_empty_app_has_nobody(ask: Ask) -> None:
    report = ask([], 1)
    assert (report.dropped, report.went_to, report.sessions) == (0, [], [])
