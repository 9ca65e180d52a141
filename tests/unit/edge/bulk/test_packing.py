"""What becomes of a line: the event of its kind at its own time, and the facts of the session it begins."""

import time
from typing import Any

import msgspec
import pytest

from edge.bulk.lines import Reject
from edge.bulk.packing import PACK, Rules, kind_of, start, time_of
from services.contracts import frames
from services.contracts.bulk import Line
from tests.unit.edge.sessions import config

AT = 1_750_000_000_000
RULES = Rules(config(), frozenset({"shop.example"}), latest=AT + 1_000)


def line(**fields: Any) -> Line:
    return msgspec.convert({"visitor": "v", "time": AT, **fields}, Line)


def packed(**fields: Any) -> frames.Packed:
    given = line(**fields)
    return PACK[kind_of(given)](given, time_of(given, RULES), RULES)


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        ({"X": 1.4, "Y": 2, "target": "b"}, frames.Click(AT, 1, 2, "b")),
        (
            {
                "X": 1,
                "Y": 2,
                "target": "b",
                "text": "buy",
                "page_w": 9,
                "page_h": 8,
                "hover": 0.5,
                "rage": True,
            },
            frames.Click(AT, 1, 2, "b", "buy", 9, 8, 500, True),
        ),
        ({"X": 1, "Y": 2, "elapsed": 0.25}, frames.Move(AT, 1, 2, 250)),
        ({"target": "b", "elapsed": 2}, frames.Hover(AT, "b", 2000)),
        ({"target": "b", "elapsed": 2, "outcome": "click"}, frames.Hover(AT, "b", 2000, "click")),
        ({"kind": "seen", "target": "b"}, frames.Seen(AT, "b")),
        ({"name": "buy", "value": 3, "currency": "eur"}, frames.Custom(AT, "buy", 3.0, "EUR")),
        ({"kind": "left", "goodbye": True}, frames.Left(AT, True)),
        (
            {"url": "https://shop.example/a?q=1&utm_source=x", "scroll": 40, "title": "A", "elapsed": 1},
            frames.Page(AT, "https://shop.example/a", 1000, "A", 40, {"utm_source": "x"}),
        ),
        (
            {"next": "https://shop.example/a", "params": {"gclid": "1", "mine": "2"}},
            frames.Page(AT, "https://shop.example/a", params={"gclid": "1"}),
        ),
    ],
)
def test_the_fields_tell_the_kind(fields: dict[str, Any], event: frames.Packed) -> None:
    assert packed(**fields) == event


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "an event is"),
        ({"kind": "click", "X": 1}, "a click needs"),
        ({"kind": "url"}, "a page needs url"),
        ({"kind": "hover", "target": "b"}, "a hover needs"),
        ({"kind": "seen"}, "target: "),
        ({"kind": "move", "X": 1}, "a move needs"),
        ({"kind": "custom"}, "name: "),
        ({"kind": "left", "time": AT + 2_000}, "time: lies in the future"),
        ({"kind": "left", "time": 5}, "time: lies before the year 2000"),
        ({"kind": "left", "time": "yesterday"}, "time: neither"),
        ({"kind": "left", "time": "1e300"}, "time: not a time"),
    ],
)
def test_what_lacks_something_is_refused_by_name(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(Reject, match=words):
        packed(**fields)


@pytest.mark.parametrize(
    "given",
    [
        AT,
        AT / 1000,
        str(AT),
        "1750000000",
        "2025-06-15T15:06:40Z",
        "2025-06-15T17:06:40+02:00",
        "2025-06-15 15:06:40",
    ],
)
def test_a_time_is_milliseconds_seconds_or_iso(given: Any) -> None:
    assert time_of(line(time=given), RULES) == AT


def test_what_the_app_keeps_no_more_is_refused() -> None:
    with pytest.raises(Reject, match="retention"):
        time_of(line(), Rules(config(), frozenset(), earliest=AT + 1, latest=AT + 2))


def test_a_minute_of_a_clock_ahead_is_no_future() -> None:
    assert Rules(config(), frozenset()).latest == pytest.approx(time.time() * 1000 + 60_000, abs=10_000)


def test_the_facts_of_a_session_are_given_or_derived() -> None:
    derived = start(
        line(
            url="https://shop.example/?utm_source=google&utm_medium=cpc",
            referrer="https://www.google.com/search?q=shoe",
            user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
            country="de",
        ),
        AT,
        RULES,
        seen_before=True,
    )
    assert derived == frames.Start(
        AT,
        "v",
        True,
        "Chrome",
        "Linux",
        "desktop",
        country="DE",
        referrer="google.com/search",
        channel="Paid Search",
        landing="https://shop.example/",
        params={"utm_source": "google", "utm_medium": "cpc"},
    )
    given = start(
        line(
            browser="B",
            os="O",
            device="tv",
            channel="Mine",
            returning=False,
            bot=True,
            referrer="a.example/b",
        ),
        AT,
        RULES,
        seen_before=True,
    )
    assert given == frames.Start(
        AT, "v", False, "B", "O", "tv", referrer="a.example/b", channel="Mine", bot=True
    )
    assert start(line(referrer="https://shop.example/x"), AT, RULES).referrer == ""
