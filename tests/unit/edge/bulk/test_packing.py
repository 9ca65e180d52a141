"""What becomes of a line: the event of its kind at its own time, and the facts of the session it begins."""

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bulk.checking import Rules, check, time_of
from edge.bulk.lines import Reject
from edge.bulk.packing import KINDS, Unclean
from edge.bulk.starting import start
from edge.bulk.visits import Visits
from services.contracts import frames
from services.contracts.bulk import Line
from tests.unit.edge.bulk.packed import block, event
from tests.unit.edge.sessions import APP, config

AT = 1_750_000_000_000
MIDNIGHT = 1_749_945_600_000
RULES = Rules(config(), frozenset({"shop.example"}), latest=AT + 1_000)


def line(**fields: Any) -> Line:
    return msgspec.convert({"visitor": "v", "time": AT, **fields}, Line)


def packed(**fields: Any) -> frames.Packed:
    return event(line(**fields), RULES)


def packed_together(*lines: Line) -> list[frames.Packed]:
    """The events of a visitor who does nothing but leave."""
    (events,) = block(
        [msgspec.structs.replace(line, kind="left", session="s") for line in lines], RULES
    ).events()
    return events[1:]


@pytest.mark.parametrize(
    ("fields", "event_"),
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
def test_the_fields_tell_the_kind(fields: dict[str, Any], event_: frames.Packed) -> None:
    assert packed(**fields) == event_


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
    assert packed(time=given, kind="left") == frames.Left(AT)
    assert [one.at for one in packed_together(line(time=given), line(time="2025-06-15"))] == [AT, MIDNIGHT]


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


def test_every_kind_of_line_is_a_kind_of_event() -> None:
    (kinds,) = [field.type for field in msgspec.structs.fields(Line) if field.name == "kind"]
    assert {*KINDS, None} == {*kinds.__args__[0].__args__, None}


MINUTE = 60_000
lines_of_few = st.lists(
    st.builds(
        lambda visitor, session, at, fields: line(
            visitor=visitor, session=session, time=AT - 200 * MINUTE + at * MINUTE, **fields
        ),
        st.sampled_from("abc"),
        st.none() | st.sampled_from("xy"),
        st.integers(0, 120),
        st.sampled_from([{"url": "/a"}, {"kind": "start", "url": "/b"}, {"name": "buy"}, {"kind": "left"}]),
    ),
    min_size=1,
    max_size=12,
)


def one_by_one(lines: list[Line]) -> dict[bytes, list[frames.Packed]]:
    """Each session's events, as they are told of a line at a time."""
    visits = Visits(APP, "it")
    told: dict[bytes, list[frames.Packed]] = {}
    for number, one in enumerate(lines):
        at = time_of(one, RULES)
        visit, begins, known = visits.of(one.visitor, one.session, at, 100 * number)
        of_visit = told.setdefault(visit.id, [])
        if begins:
            of_visit.append(start(one, at, RULES, known))
        if one.kind != "start":
            of_visit.append(packed(**{**plain(one), "session": None}))
        elif not begins:
            of_visit.append(start(one, at, RULES))
    return told


def plain(one: Line) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(one)
    return fields


@settings(deadline=None)
@given(
    lines_of_few
    | lines_of_few.map(lambda lines: [msgspec.structs.replace(one, session=None) for one in lines])
)
def test_lines_taken_together_make_the_sessions_that_they_make_one_by_one(lines: list[Line]) -> None:
    made = block(lines, RULES)
    told = one_by_one(lines)
    assert dict(zip(made.sessions, made.events(), strict=True)) == told
    begun = {session: events[0] for session, events in told.items()}
    assert dict(made.begun()) == begun
    assert made.counts() == (
        len(begun),
        sum(not isinstance(one, frames.Left) for events in told.values() for one in events[1:]),
    )


def test_a_session_that_goes_on_from_the_block_before_does_not_begin_again() -> None:
    visits = Visits(APP, "it")
    first, second = (block([line(time=AT + at, url="/a")], RULES, visits) for at in (0, 1))
    assert first.sessions == second.sessions
    assert (first.begins.tolist(), second.begins.tolist()) == ([True], [False])
    assert list(second.events()) == [[frames.Page(AT + 1, "/a")]]


def test_nothing_is_begun_by_lines_of_which_one_lacks_something() -> None:
    visits = Visits(APP, "it")
    good, bad = line(url="/a"), line(kind="click")
    with pytest.raises(Unclean):
        block([good, bad], RULES, visits)
    assert visits.keep() == Visits(APP, "it").keep()
    check(good, RULES)
    with pytest.raises(Reject):
        check(bad, RULES)
