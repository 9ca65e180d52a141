"""Which sessions a filter chooses, field by field, and what it may not say."""

import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest

from services.analysis.reading import Reading
from services.contracts import filters
from services.contracts.analysis.scope import Period
from services.contracts.config import Campaign, Segment
from services.contracts.errors import InvalidInput
from services.contracts.frames import Click, Custom, Page
from tests.unit.services.analysis.asking import Asking
from tests.unit.services.analysis.visits import BEGIN, Visit, visit

PERIOD = Period(start=BEGIN, end=BEGIN + 1)
SHOP = "https://shop.test"

VISITS = [
    visit(
        "ann",
        Page(BEGIN, SHOP + "/"),
        Page(BEGIN + 5, SHOP + "/products/1"),
        Click(BEGIN + 6, 1, 1, "body>button#buy.btn"),
        Custom(BEGIN + 7, "sign-up"),
        browser="Chrome",
        os="Windows",
        device="desktop",
        screen="1920x1080",
        language="de-AT",
        timezone="Europe/Vienna",
        country="AT",
        channel="Paid Search",
        referrer="google.com",
        landing=SHOP + "/",
        params={
            "utm_source": "google",
            "utm_medium": "cpc",
            "utm_campaign": "100%_cotton",
            "utm_term": "shirts",
            "utm_content": "top",
            "utm_id": "7",
            "gclid": "x1",
        },
    ),
    visit(
        "bob",
        Page(BEGIN, SHOP + "/products/1"),
        Page(BEGIN, SHOP + "/products/2"),
        Page(BEGIN + 9, SHOP + "/"),
        browser="Mobile Safari",
        os="iOS",
        device="mobile",
        country="DE",
        channel="Direct",
        returning=True,
        landing=SHOP + "/products/1",
        params={"campaign": "spring"},
    ),
    visit("cat", browser="", started=BEGIN),
    visit("robot", Page(BEGIN, SHOP + "/"), bot=True, browser="Chrome"),
]
CONFIG = {
    "campaigns": [Campaign(name="Spring sale", suffix="spring")],
    "segments": [
        Segment(name="Germans", filters=["country:DE"]),
        Segment(name="Buyers", filters=["click:#buy", "!country:DE"]),
    ],
}

Chosen = Callable[..., list[str]]


@pytest.fixture
def chosen(asking: Asking) -> Chosen:
    """The names of the visits that filters choose."""

    def names(on: Reading) -> list[str]:
        rows = on.connection.execute(
            "select started, browser from chosen join sessions using (session, started)"
        ).fetchall()
        words = dict(on.connection.execute("select id, text from words").fetchall())
        by_browser = {"Chrome": "ann", "Mobile Safari": "bob", "": "cat"}
        return sorted(by_browser[words.get(browser, "")] for _, browser in rows)

    def answered(*texts: str) -> list[str]:
        parsed = [filters.parse(text, f"f[{place}]") for place, text in enumerate(texts)]
        again = [replace(one, session=secrets.token_hex(16)) for one in VISITS]
        return asking(names, again, PERIOD, CONFIG, filters=parsed)

    return answered


CHOICES = [
    ("browser:Chrome", "ann"),
    ("browser:chrome", ""),
    ("!browser:Chrome", "bob cat"),
    ("browser:Chrome|Mobile Safari", "ann bob"),
    ("browser:*a*", "bob"),
    ("browser:", "cat"),
    ("browser:*", "ann bob cat"),
    ("!browser:|Chrome", "bob"),
    ("os:iOS", "bob"),
    ("device:mobile", "bob"),
    ("screen:1920x*", "ann"),
    ("language:de*", "ann"),
    ("timezone:Europe/Vienna", "ann"),
    ("country:AT|DE", "ann bob"),
    ("channel:Paid*", "ann"),
    ("referrer:google.com", "ann"),
    ("referrer:", "bob cat"),
    ("visitor:returning", "bob"),
    ("visitor:new", "ann cat"),
    ("!visitor:new", "bob"),
    ("utm_source:google", "ann"),
    ("utm_source:", "bob cat"),
    ("utm_medium:cpc", "ann"),
    ("utm_term:shirts", "ann"),
    ("utm_content:top", "ann"),
    ("utm_id:7", "ann"),
    ("utm_campaign:100%_*", "ann"),
    ("utm_campaign:1000_*", ""),
    ("campaign:spring", "bob"),
    ("campaign:Spring sale", "bob"),
    ("campaign:Spring*", "bob"),
    ("campaign:", "ann cat"),
    ("click_id:gclid", "ann"),
    ("click_id:*", "ann"),
    ("click_id:", "bob cat"),
    ("click_id:utm_source", ""),
    ("landing:/", "ann"),
    ("landing:/products/*", "bob"),
    ("landing:", "cat"),
    ("page:/products/1", "ann bob"),
    ("page:/products/2", "bob"),
    ("page:https://shop.test/products/2", "bob"),
    ("!page:/products/*", "cat"),
    ("entry:/products/1", "bob"),
    ("entry:/products/2", ""),
    ("exit:/", "bob"),
    ("exit:/products/1", "ann"),
    ("!exit:/products/1", "bob cat"),
    ("event:sign-up", "ann"),
    ("event:sign*", "ann"),
    ("click:#buy", "ann"),
    ("click:button", "ann"),
    ("click:body>button*", "ann"),
    ("click:a", ""),
    ("segment:Germans", "bob"),
    ("!segment:Germans", "ann cat"),
    ("segment:Germans|Buyers", "ann bob"),
    ("country:DE||browser:Chrome", "ann bob"),
    ("!country:DE||visitor:returning", "ann bob cat"),
]


@pytest.mark.parametrize(("text", "names"), CHOICES)
def test_a_filter_chooses(chosen: Chosen, text: str, names: str) -> None:
    assert chosen(text) == names.split()


def test_every_field_is_tried() -> None:
    assert {text.lstrip("!").partition(":")[0] for text, _ in CHOICES} == set(filters.FIELDS)


def test_of_several_filters_all_must_hold(chosen: Chosen) -> None:
    assert chosen("page:/products/1", "!country:DE") == ["ann"]
    assert chosen("country:AT", "country:DE") == []


def test_without_filters_it_is_everybody_but_bots(chosen: Chosen) -> None:
    assert chosen() == ["ann", "bob", "cat"]


@pytest.mark.parametrize(
    ("text", "says"),
    [("segment:Nobody", "no segment 'Nobody'"), ("click:a[", "Expected"), ("click://[", "//")],
)
def test_what_cannot_be_found_names_the_filter(chosen: Chosen, text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        chosen("browser:Chrome", text)
    assert refused.value.field == "filters[1]"


@pytest.mark.parametrize("value", ["' or 1=1 --", "x'); drop table sessions; --", "$app", "%"])
def test_what_somebody_types_is_never_sql(chosen: Chosen, value: str) -> None:
    for field in filters.FIELDS:
        if field not in ("visitor", "segment", "click"):
            assert chosen(f"{field}:{value}") == []
            assert chosen(f"{field}:{value}*") == []
    assert chosen() == ["ann", "bob", "cat"]


def test_a_session_that_matches_is_chosen_whole_whenever_it_was(asking: Asking) -> None:
    late: Visit = visit("v", Page(BEGIN + 10_000_000, SHOP + "/late"))
    parsed = [filters.parse("page:/late", "f[0]")]
    count = asking(lambda on: on.connection.execute("from chosen").fetchall(), [late], PERIOD, filters=parsed)
    assert len(count) == 1
