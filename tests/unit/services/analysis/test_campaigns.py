"""Campaigns, DESIGN section 4, with the numbers written out: what names one, who is credited, what it earns."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from services.analysis.reports.campaigns import campaigns
from services.contracts.analysis.campaigns import CampaignRow, CampaignsReport, Money
from services.contracts.analysis.scope import Period
from services.contracts.config import Campaign, Funnel, Stage
from services.contracts.frames import Click, Custom, Packed, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 86_400_000)
SPRING = Campaign(name="Spring", suffix="spr", cost=50, currency="EUR")
FUNNEL = Funnel(
    stages=[Stage(name="visit", trigger="url", value="/"), Stage(name="paid", trigger="event", value="paid")]
)

Ask = Callable[..., CampaignsReport]


@pytest.fixture
def ask(asking: Asking) -> Ask:
    def answered(visits: Sequence[Visit], by: str = "campaign", **config: Any) -> CampaignsReport:
        config = {"funnel": FUNNEL, "campaigns": [SPRING]} | config
        return asking(lambda on: campaigns(on, by), visits, PERIOD, config)  # type: ignore[arg-type]

    return answered


def came(visitor: str, second: int, *events: Packed, channel: str = "Email", **facts: Any) -> Visit:
    started = BEGIN + second * 1000
    return visit(visitor, *events, started=started, channel=channel, **facts)


def paid(second: int, value: float | None = None, currency: str = "") -> Custom:
    return Custom(BEGIN + second * 1000, "paid", value, currency)


def rows(report: CampaignsReport) -> dict[str | None, CampaignRow]:
    return {row.name: row for row in report.rows}


@pytest.mark.parametrize(
    ("by", "params", "name"),
    [
        pytest.param("campaign", {"campaign": "spr"}, "Spring", id="an own campaign by its suffix"),
        pytest.param(
            "campaign", {"campaign": "spr", "utm_campaign": "x"}, "Spring", id="which goes before UTM"
        ),
        pytest.param("campaign", {"campaign": "other", "utm_campaign": "x"}, "x", id="then UTM"),
        pytest.param("campaign", {"campaign": "other"}, "other", id="then a suffix nobody defined"),
        pytest.param("campaign", {"gclid": "1"}, None, id="a click id names no campaign"),
        pytest.param("source", {"utm_source": "Letter", "gclid": "1"}, "letter", id="source of UTM"),
        pytest.param("source", {"gclid": "1"}, "google", id="source of a click id"),
        pytest.param("medium", {"gclid": "1"}, "cpc", id="medium of a click id"),
        pytest.param("medium", {"utm_medium": "Email"}, "email", id="medium of UTM"),
        pytest.param("source", {"ref": "Friend"}, "friend", id="ref"),
        pytest.param("source", {}, None, id="no source"),
        pytest.param("term", {"utm_term": "shoes"}, "shoes", id="term"),
        pytest.param("content", {"utm_content": "top"}, "top", id="content"),
        *(
            pytest.param("click_id", {click: "1"}, click, id=click)
            for click in ["gclid", "gbraid", "wbraid", "msclkid", "fbclid", "ttclid", "li_fat_id", "twclid"]
        ),
        pytest.param("channel", {}, "Email", id="channel"),
    ],
)
def test_what_names_it(ask: Ask, by: str, params: dict[str, str], name: str | None) -> None:
    report = ask([came("v", 0, params=params)], by, campaigns=[SPRING] if by == "campaign" else [])
    assert [row.name for row in report.rows if row.sessions] == [name]


def test_without_parameters_it_is_the_referrers_host(ask: Ask) -> None:
    visits = [came("v", 0, referrer="news.example/shop")]
    assert list(rows(ask(visits, "source"))) == ["news.example"]
    assert list(rows(ask(visits, "medium"))) == ["referral"]
    tagged = [came("v", 0, referrer="news.example/shop", params={"utm_campaign": "x"})]
    assert list(rows(ask(tagged, "source"))) == [None]


def test_visitors_sessions_and_bounces(ask: Ask) -> None:
    def page(second: float) -> Page:
        return Page(BEGIN + int(second * 1000), "https://shop.test/")

    spring = {"campaign": "spr"}
    report = ask(
        [
            came("a", 0, page(0), params=spring),
            came("a", 100, page(100), page(101), params=spring),
            came("b", 0, page(0), Click(BEGIN + 1, 1, 1, "p"), params=spring),
            came("c", 0, page(0), paid(10), params=spring),
            came("d", 0, page(0)),
            visit("bot", page(0), started=BEGIN, bot=True, params=spring),
        ]
    )
    row = rows(report)["Spring"]
    assert (row.visitors, row.sessions, row.bounce_rate, row.suffix) == (3, 4, 0.25, "spr")
    assert (rows(report)[None].sessions, rows(report)[None].bounce_rate) == (1, 1)
    assert report.sessions == 5


def test_first_and_last_touch(ask: Ask) -> None:
    visits = [
        came("v", -9_000, params={"utm_campaign": "old"}),
        came("v", 10, params={"campaign": "spr"}),
        came("v", 20, paid(21), channel="Direct"),
    ]
    report = ask(visits)
    credited = {row.name: (row.first_touch.conversions, row.last_touch.conversions) for row in report.rows}
    assert credited == {"old": (1, 0), "Spring": (0, 1), None: (0, 0)}
    assert report.conversions == 1


def test_where_all_were_direct_the_session_itself_is_credited(ask: Ask) -> None:
    row = rows(ask([came("v", 0, channel="Direct"), came("v", 20, paid(21), channel="Direct")], "channel"))
    assert (row["Direct"].first_touch.conversions, row["Direct"].last_touch.conversions) == (1, 1)


def test_a_session_converts_once_with_all_its_value(ask: Ask) -> None:
    bought = came(
        "v", 0, paid(1, 60, "EUR"), paid(2, 15, "EUR"), paid(3, 9, "USD"), paid(4), params={"campaign": "spr"}
    )
    row = rows(ask([bought]))["Spring"]
    assert row.last_touch.conversions == 1
    assert row.last_touch.value == [Money(amount=75, currency="EUR"), Money(amount=9, currency="USD")]
    assert row.last_touch.roi == 0.5
    assert row.cost == Money(amount=50, currency="EUR")


def test_a_campaign_that_brought_nobody_is_listed_with_its_loss(ask: Ask) -> None:
    row = rows(ask([]))["Spring"]
    assert (row.sessions, row.bounce_rate, row.last_touch.conversions, row.last_touch.roi) == (0, None, 0, -1)


def test_without_a_cost_there_is_no_return_on_it(ask: Ask) -> None:
    free = Campaign(name="Free", suffix="f")
    row = rows(ask([came("v", 0, paid(1, 5, "EUR"), params={"campaign": "f"})], campaigns=[free]))["Free"]
    assert (row.cost, row.last_touch.roi) == (None, None)
    assert row.last_touch.value == [Money(amount=5, currency="EUR")]


def test_without_a_funnel_nothing_converts(ask: Ask) -> None:
    report = ask([came("v", 0, paid(1))], funnel=Funnel())
    assert (report.goal, report.conversions) == (None, 0)
    assert ask([]).goal == "paid"


def test_where_the_goal_was_never_seen_nothing_converts(ask: Ask) -> None:
    goal = Stage(name="goal", trigger="url", value="/never-seen-by-anybody")
    report = ask([came("v", 0, paid(1, 5))], funnel=Funnel(stages=[FUNNEL.stages[0], goal]))
    assert (report.goal, report.sessions, report.conversions) == ("goal", 1, 0)


def test_rows_beyond_a_thousand_are_counted(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.analysis.reports.campaigns.MOST_ROWS", 2)
    visits = [came(f"v{n}", 0, params={"utm_campaign": name}) for n, name in enumerate("aaabbc")]
    report = ask(visits)
    assert ([row.name for row in report.rows], report.left_out) == (["a", "b", "Spring"], 1)
