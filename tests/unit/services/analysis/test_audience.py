"""The audience's definitions with their numbers."""

import pytest

from services.analysis.reports.audience import audience
from services.contracts.analysis.audience import AudienceRow
from services.contracts.analysis.scope import Period
from services.contracts.filters import Audience
from services.contracts.frames import Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 3_600_000)
URL = "https://shop.test/"


def test_each_value_with_its_visitors_sessions_views_bounces_and_durations(asking: Asking) -> None:
    visits = [
        visit("ann", Page(BEGIN, URL), Page(BEGIN + 20_000, URL), browser="Chrome"),
        visit("ann", Page(BEGIN, URL), browser="Chrome"),
        visit("ann", Page(BEGIN, URL), browser="Firefox"),
        visit("bob", Page(BEGIN, URL), browser="Chrome"),
        visit("bot", Page(BEGIN, URL), browser="Chrome", bot=True),
    ]
    report = asking(audience, visits, PERIOD)
    assert report.values == 2
    assert report.rows == [
        AudienceRow(
            value="Chrome",
            visitors=2,
            sessions=3,
            page_views=4,
            bounce_rate=2 / 3,
            duration=0,
            pages_per_session=4 / 3,
        ),
        AudienceRow(
            value="Firefox",
            visitors=1,
            sessions=1,
            page_views=1,
            bounce_rate=1,
            duration=0,
            pages_per_session=1,
        ),
    ]


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ("browser", ["Edge", "Firefox"]),
        ("os", ["", "iOS"]),
        ("device", ["", "mobile"]),
        ("screen", ["", "390x844"]),
        ("language", ["", "de"]),
        ("timezone", ["", "Europe/Berlin"]),
        ("country", ["", "DE"]),
        ("channel", ["", "Direct"]),
        ("referrer", ["", "news.example/shop"]),
        ("visitor", ["new", "returning"]),
    ],
)
def test_every_fact_has_its_words_and_the_unknown_is_empty(
    asking: Asking, by: Audience, values: list[str]
) -> None:
    told = visit(
        "a",
        Page(BEGIN, URL),
        browser="Edge",
        os="iOS",
        device="mobile",
        screen="390x844",
        language="de",
        timezone="Europe/Berlin",
        country="DE",
        channel="Direct",
        referrer="news.example/shop",
        returning=True,
    )
    report = asking(lambda on: audience(on, by), [told, visit("b", Page(BEGIN, URL))], PERIOD)
    assert sorted(row.value for row in report.rows) == values
    assert report.by == by
