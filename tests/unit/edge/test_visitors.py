"""Who comes back."""

from http.cookies import SimpleCookie

import pytest

from edge.collect.visitors import COOKIE, DailySalt, cookie_header, known_or_new
from tests.unit.edge.conftest import Clock

COOKIE_VALUE = "c" * 32
KEPT = "a" * 32


def test_who_has_no_cookie_is_new() -> None:
    one, two = known_or_new("app", None, None), known_or_new("app", None, None)
    assert not one.returning
    assert one.id != two.id
    assert one.cookie != two.cookie
    assert len(bytes.fromhex(one.cookie)) == len(bytes.fromhex(one.id)) == 16


def test_the_cookie_brings_the_same_visitor_back() -> None:
    first = known_or_new("app", None, None)
    again = known_or_new("app", first.cookie, None)
    assert (again.id, again.returning, again.cookie) == (first.id, True, first.cookie)


def test_the_id_is_not_the_cookie() -> None:
    assert known_or_new("app", COOKIE_VALUE, None).id != COOKIE_VALUE


def test_two_apps_see_different_ids_of_one_cookie() -> None:
    assert known_or_new("one", COOKIE_VALUE, None).id != known_or_new("two", COOKIE_VALUE, None).id


def test_what_the_tracker_kept_brings_the_visitor_back_without_a_cookie() -> None:
    visitor = known_or_new("app", None, KEPT)
    assert (visitor.id, visitor.returning) == (KEPT, True)
    assert visitor.cookie != KEPT


def test_a_visitor_stays_the_same_when_the_cookie_was_lost_and_is_set_anew() -> None:
    first = known_or_new("app", None, None)
    without_cookie = known_or_new("app", None, first.id)
    with_new_cookie = known_or_new("app", without_cookie.cookie, first.id)
    assert first.id == without_cookie.id == with_new_cookie.id
    assert with_new_cookie.cookie == without_cookie.cookie


@pytest.mark.parametrize("wrong", ["", "short", "C" * 32, "g" * 32, COOKIE_VALUE + "0", COOKIE_VALUE + "\n"])
def test_what_is_no_id_of_ours_is_not_taken(wrong: str) -> None:
    by_cookie, by_tracker = known_or_new("app", wrong, None), known_or_new("app", None, wrong)
    assert not by_cookie.returning
    assert not by_tracker.returning
    assert wrong not in (by_cookie.cookie, by_tracker.id)


@pytest.mark.parametrize(
    ("secure", "same_site", "flags"), [(True, "None", {"Secure", "Partitioned"}), (False, "Lax", set())]
)
def test_the_cookie_over_http_and_https(secure: bool, same_site: str, flags: set[str]) -> None:
    header = cookie_header(COOKIE_VALUE, secure)
    parts = {part.strip() for part in header.split(";")}
    assert parts & {"Secure", "Partitioned"} == flags
    assert {"HttpOnly", "Path=/", f"SameSite={same_site}"} <= parts
    morsel = SimpleCookie(header.replace("; Partitioned", ""))[COOKIE]
    assert morsel.value == COOKIE_VALUE
    assert int(morsel["max-age"]) == 400 * 24 * 3600


def test_an_anonymous_visitor_is_the_same_for_a_day(wall: Clock) -> None:
    salt = DailySalt()
    wall.now = 20_000 * 86_400.0
    first = salt.anonymous("app", "192.0.2.1", "Firefox")
    wall.forward(86_399)
    assert salt.anonymous("app", "192.0.2.1", "Firefox") == first
    wall.forward(1)
    assert salt.anonymous("app", "192.0.2.1", "Firefox") != first


def test_anonymous_visitors_differ_by_app_address_agent_and_edge() -> None:
    salt = DailySalt()
    ids = {
        salt.anonymous("app", "192.0.2.1", "Firefox"),
        salt.anonymous("other", "192.0.2.1", "Firefox"),
        salt.anonymous("app", "192.0.2.2", "Firefox"),
        salt.anonymous("app", "192.0.2.1", "Chrome"),
        salt.anonymous("app", "192.0.2.1Firefox", ""),
        DailySalt().anonymous("app", "192.0.2.1", "Firefox"),
    }
    assert len(ids) == 6
