"""Which visits are the company's own, and which referrers spam."""

import pytest

from edge.collect.own import OwnVisits
from edge.collect.spam import is_spam
from services.contracts.config import Own

ME = "a" * 32
OWN = OwnVisits.of(Own(addresses=["203.0.113.7", "198.51.100.0/24", "2001:db8::/32"], visitors=[ME]))


@pytest.mark.parametrize(
    ("address", "visitor", "own"),
    [
        ("203.0.113.7", "", True),
        ("203.0.113.8", "", False),
        ("198.51.100.200", "", True),
        ("::ffff:198.51.100.200", "", True),
        ("2001:db8::1", "", True),
        ("2001:db9::1", "", False),
        ("203.0.113.8", ME, True),
        ("203.0.113.8", "b" * 32, False),
        ("testclient", "", False),
        ("", "", False),
    ],
)
def test_own_is_who_comes_from_its_addresses_or_is_a_visitor_it_named(
    address: str, visitor: str, own: bool
) -> None:
    assert OWN.has(address, visitor) is own


def test_nothing_is_own_where_nothing_was_named() -> None:
    assert not OwnVisits().has("203.0.113.7", ME)


@pytest.mark.parametrize(
    ("referrer", "spam"),
    [
        ("semalt.com", True),
        ("semalt.com/some/page", True),
        ("1234.SEMALT.com/x", True),
        ("notsemalt.com", False),
        ("news.example/semalt.com", False),
        ("google.com", False),
        ("", False),
    ],
)
def test_a_spammers_hosts_and_subdomains_are_spam(referrer: str, spam: bool) -> None:
    assert is_spam(referrer) is spam
