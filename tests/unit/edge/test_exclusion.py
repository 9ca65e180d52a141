"""Pages an app does not want recorded."""

import time
from typing import Any

import msgspec
import pytest

from edge.collect.exclusion import Whereabouts, excluded
from services.contracts.tracking import Sent


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("/admin", "/admin", True),
        ("/admin/", "/admin", False),
        ("/admin", "/admin/", True),
        ("/admin", "/admin/*", True),
        ("/admin/users", "/admin/*", True),
        ("/administer", "/admin/*", False),
        ("/a/private/b", "*/private/*", True),
        ("/a/public/b", "*/private/*", False),
        ("/", "*", True),
        ("/ab", "/ab*b", False),
        ("/abb", "/ab*b", True),
        ("/a-b-c", "/a*b*c", True),
        ("/a-c-b", "/a*b*c", False),
        ("/x.json", "*.json", True),
    ],
)
def test_a_pattern_fits_the_path(path: str, pattern: str, fits: bool) -> None:
    for url in (path, f"https://shop.example{path}", f"https://shop.example{path}?q=1#f"):
        assert excluded(url, (pattern,)) is fits
        assert excluded(url, ("/other", pattern)) is fits


def test_without_patterns_nothing_is_excluded() -> None:
    assert not excluded("/", ())


def test_no_pattern_takes_long() -> None:
    began = time.process_time()
    assert not excluded("/" + "a" * 4000, ("/" + "*a" * 140 + "*b",))
    assert time.process_time() - began < 0.1


def page(path: str, **more: Any) -> dict[str, Any]:
    return {"type": 0, "event": {"next": path, "elapsed": 3, "scroll": 50, **more}}


def click(target: str) -> dict[str, Any]:
    return {"type": 0, "event": {"X": 1, "Y": 2, "target": target}}


def recorded(where: Whereabouts, *events: dict[str, Any]) -> list[str]:
    kept = where.recorded(msgspec.convert(list(events), list[Sent]), ("/admin/*",))
    return [str((sent.event.next or sent.event.target) if sent.event else sent.type) for sent in kept]


def test_what_happens_on_an_excluded_page_is_dropped_until_it_is_left() -> None:
    where = Whereabouts(hidden=False)
    assert recorded(where, click("#a"), page("/admin/x"), click("#b"), {"type": "start"}) == ["#a", "start"]
    assert recorded(where, click("#c"), page("/admin/y"), page("/shop"), click("#d")) == ["/shop", "#d"]


def test_hello_says_whether_a_visitor_begins_on_an_excluded_page() -> None:
    where = Whereabouts(hidden=True)
    assert recorded(where, click("#a"), page("/shop"), click("#b")) == ["/shop", "#b"]


def test_how_long_an_excluded_page_was_looked_at_is_not_said() -> None:
    where = Whereabouts(hidden=True)
    first, second = where.recorded(msgspec.convert([page("/a"), page("/b")], list[Sent]), ("/admin/*",))
    assert first.event is not None
    assert second.event is not None
    assert (first.event.elapsed, first.event.scroll) == (0, None)
    assert (second.event.elapsed, second.event.scroll) == (3, 50)
