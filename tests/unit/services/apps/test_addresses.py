"""Addresses and origins of an app."""

import pytest

from services.apps.addresses import checked_origins, checked_url
from services.contracts.errors import InvalidInput


@pytest.mark.parametrize(
    "url", ["https://shop.example", "http://localhost:8090/start?x=1", " https://a.example "]
)
def test_a_whole_address_is_taken(url: str) -> None:
    assert checked_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "shop.example",
        "ftp://shop.example",
        "javascript:alert(1)",
        "https://",
        "http://a:99999",
        "http://[::1",
    ],
)
def test_anything_else_is_refused_and_named(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_url(url)
    assert refused.value.field == "url"


def test_origins_are_written_as_browsers_write_them() -> None:
    given = [
        "HTTPS://Shop.Example:443",
        "https://shop.example",
        "http://shop.example:80",
        "http://localhost:8090",
    ]
    assert checked_origins(given) == ["https://shop.example", "http://shop.example", "http://localhost:8090"]


def test_an_origin_with_an_impossible_port_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_origins(["https://a.example", "https://b.example:70000"])
    assert refused.value.field == "origins[1]"
