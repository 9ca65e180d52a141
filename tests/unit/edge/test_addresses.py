"""What is kept of an address, and the campaign parameters read from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.collect.addresses import (
    LONGEST_ADDRESS,
    LONGEST_REFERRER,
    LONGEST_VALUE,
    LONGEST_VALUES,
    reduced,
    without_query,
)
from services.contracts.click_ids import CLICK_IDS

KEPT = frozenset({"id", "q"})


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://shop.example", "https://shop.example/"),
        ("https://shop.example/a/b", "https://shop.example/a/b"),
        ("https://SHOP.example/A", "https://shop.example/A"),
        ("https://shop.example:8443/a", "https://shop.example:8443/a"),
        ("https://shop.example/a?id=1&session=secret&q=x", "https://shop.example/a?id=1&q=x"),
        ("https://shop.example/a?q=1&q=2", "https://shop.example/a?q=1&q=2"),
        ("https://shop.example/a?q=", "https://shop.example/a?q="),
        ("https://shop.example/a?session=secret", "https://shop.example/a"),
        ("https://shop.example/a?q=sch%C3%B6n+gut", "https://shop.example/a?q=sch%C3%B6n+gut"),
        ("https://user:password@shop.example/a", "https://shop.example/a"),
        ("https://shop.example/@user", "https://shop.example/@user"),
        ("https://shop.example/a#top", "https://shop.example/a"),
        ("/a?session=secret#top", "/a"),
        ("?q=1", "/?q=1"),
        # not of the web
        ("about:blank", "about:blank"),
        ("app://Start/a?secret=1", "app://Start/a"),
        ("file:///home/me/a.html#x", "file:///home/me/a.html"),
        # broken
        ("http://[::1/a?secret=1#x", "http://[::1/a"),
        ("http://user:password@[::1/a?secret=1", "http://[::1/a"),
        ("https://shop.example:port/a?q=1", "https://shop.example:port/a?q=1"),
    ],
)
def test_an_address_is_reduced_to_what_the_app_keeps(url: str, address: str) -> None:
    assert reduced(url, KEPT, False)[0] == address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://shop.example/a?id=1#/cart", "https://shop.example/a?id=1#/cart"),
        ("https://shop.example/#", "https://shop.example/"),
    ],
)
def test_the_fragment_is_kept_where_the_app_says_so(url: str, address: str) -> None:
    assert reduced(url, KEPT, True)[0] == address


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("campaign=spring", {"campaign": "spring"}),
        (
            "utm_source=a&utm_medium=b&utm_campaign=c",
            {"utm_source": "a", "utm_medium": "b", "utm_campaign": "c"},
        ),
        ("UTM_Source=News%20letter", {"utm_source": "News letter"}),
        ("ScCid=s", {"sccid": "s"}),
        ("utm_source=&gclid=g", {"gclid": "g"}),
        ("utm_source=+&id=1", {}),
        ("utm_source=first&utm_source=second", {"utm_source": "first"}),
        ("other=1&id=2", {}),
        ("&".join(f"a{number}=1" for number in range(150)) + "&gclid=late", {}),
        ("gclid=g&" + "&".join(f"a{number}=1" for number in range(150)), {"gclid": "g"}),
    ],
)
def test_campaign_parameters_are_read_before_the_query_is_dropped(query: str, params: dict[str, str]) -> None:
    assert reduced(f"https://shop.example/?{query}", frozenset(), False) == ("https://shop.example/", params)


@pytest.mark.parametrize("name", CLICK_IDS)
def test_every_click_id_is_read(name: str) -> None:
    assert reduced(f"/?{name}=x", frozenset(), False)[1] == {name: "x"}


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("https://www.google.com/search?q=private", "google.com/search"),
        ("https://news.example/a/", "news.example/a"),
        ("https://user:pw@news.example:81/a#b", "news.example/a"),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
        ("", ""),
        ("/a", ""),
        ("http://[::1", ""),
        ("nonsense", ""),
    ],
)
def test_of_a_referrer_host_and_path_are_kept(referrer: str, kept: str) -> None:
    assert without_query(referrer) == kept


def test_long_ones_are_cut_between_characters() -> None:
    address, params = reduced(
        "https://shop.example/ü" + "ö" * 3000 + "?ref=" + "ä" * 3000, frozenset(), False
    )
    assert len(address.encode()) == LONGEST_ADDRESS - 1
    assert address.endswith("ö")
    assert params == {"ref": "ä" * (LONGEST_VALUE // 2)}
    assert len(without_query("https://a.example/" + "p" * 999)) == LONGEST_REFERRER


def test_all_parameters_together_are_bounded() -> None:
    query = "&".join(f"{name}={'x' * 500}" for name in CLICK_IDS)
    assert sum(map(len, reduced(f"/?{query}", frozenset(), False)[1].values())) == LONGEST_VALUES


@given(st.text(max_size=80).map(lambda text: f"http://{text}") | st.text(max_size=80), st.booleans())
def test_no_address_is_an_error(url: str, keep_fragment: bool) -> None:
    address, _ = reduced(url, KEPT, keep_fragment)
    without_query(url)
    assert len(address.encode()) <= LONGEST_ADDRESS


@given(st.from_regex(r"[a-z]{1,9}:[a-z]{1,9}", fullmatch=True), st.text("[]:%/?#x", max_size=10))
def test_credentials_never_stay(credentials: str, rest: str) -> None:
    assert (
        f"{credentials}@"
        not in reduced(f"https://{credentials}@h{rest}", frozenset(), False)[0].partition("/h")[0]
    )
