"""What a tracker sends, and what is recorded of it."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.collect.packing import AHEAD_MS, LATEST_MS, corrected, pack
from edge.collect.tickets import Session
from services.contracts.errors import InvalidInput
from services.contracts.frames import Packed, Retimed, Start
from services.contracts.tracking import Sent, StreamMessage
from tests.unit.edge.sessions import config, plain, session

NOW = 1_800_000_000_000
START = Start(NOW, "v", False, "Chrome", "Linux", referrer="", channel="Direct")


def sent(*events: dict[str, Any]) -> list[Sent]:
    return msgspec.json.decode(json.dumps(events), type=list[Sent])


def packed(*events: dict[str, Any], of: Session | None = None, **kept: Any) -> list[list[object]]:
    return plain(pack(sent(*events), of or session(start=START), config(**kept), NOW))


def event(number: int = 0, /, **fields: Any) -> dict[str, Any]:
    return {"type": number, "timestamp": NOW, "event": fields}


SHOP = "https://shop.example"
CASES = {
    # the seed's own
    "click": (event(X=1, Y=2, target="buy"), [1, NOW, 1, 2, "buy", "", 0, 0, 0, False, False]),
    "url": (event(elapsed=2.5, next=f"{SHOP}/a"), [2, NOW, f"{SHOP}/a", 2500, "", -1, {}]),
    "hover": (event(elapsed=0.25, target="buy"), [3, NOW, "buy", 250, ""]),
    "move": (event(1, X=1, Y=2, elapsed=0.5), [5, NOW, 1, 2, 500]),
    # the tracker's additions
    "full click": (
        event(X=1, Y=2, target="a", text="Buy", page_w=9, page_h=8, hover=0.1, rage=True, dead=True),
        [1, NOW, 1, 2, "a", "Buy", 9, 8, 100, True, True],
    ),
    "full url": (
        event(elapsed=0, next=f"{SHOP}/b?utm_source=x", title="B", scroll=99.6),
        [2, NOW, f"{SHOP}/b", 0, "B", 100, {"utm_source": "x"}],
    ),
    "hover with outcome": (event(elapsed=1, target="a", outcome="leave"), [3, NOW, "a", 1000, "leave"]),
    "seen": (event(kind="seen", target="a"), [4, NOW, "a"]),
    "custom": (
        event(name="sale", value=9.5, currency="eur", props={"n": 1, "b": True, "s": "x", "o": None}),
        [6, NOW, "sale", 9.5, "EUR", {"n": 1.0, "b": True, "s": "x", "o": None}],
    ),
    "bare custom": (event(name="sale"), [6, NOW, "sale", None, "", {}]),
    # the kind follows from the fields
    "type 1 with a target is a move": (event(1, X=1, Y=2, target="a"), [5, NOW, 1, 2, 0]),
    "a click may tell how long": (
        event(X=1, Y=2, target="a", elapsed=3),
        [1, NOW, 1, 2, "a", "", 0, 0, 0, False, False],
    ),
    "a move of type 0": (event(X=1, Y=2, elapsed=0), [5, NOW, 1, 2, 0]),
    "an explicit kind wins": (event(kind="move", X=1, Y=2, target="a"), [5, NOW, 1, 2, 0]),
    "fractions of pixels are rounded": (event(1, X=1.6, Y=-0.4), [5, NOW, 2, 0, 0]),
    "unknown fields are ignored": (
        {**event(X=1, Y=2, target="a", zoom=[1, {"a": 2}]), "more": 1},
        [1, NOW, 1, 2, "a", "", 0, 0, 0, False, False],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_event_is_packed(name: str) -> None:
    given_event, expected = CASES[name]
    assert packed(given_event) == [expected]


@pytest.mark.parametrize("name", CASES)
def test_what_is_packed_reads_back_as_the_contract_says(name: str) -> None:
    raw = pack(sent(CASES[name][0]), session(start=START), config(), NOW)
    assert len(msgspec.json.decode(raw, type=list[Packed])) == 1


def test_events_keep_the_order_they_were_sent_in() -> None:
    ids = [packed_event[4] for packed_event in packed(*(event(X=0, Y=0, target=f"b{i}") for i in range(9)))]
    assert ids == [f"b{i}" for i in range(9)]


# -- times


@pytest.mark.parametrize(
    ("timestamp", "skew", "at"),
    [
        (NOW - 5, 0, NOW - 5),
        (NOW / 1000 - 5, 0, NOW - 5000),  # seconds
        (NOW - 0.4, 0, NOW - 1),
        (NOW - 10_000, 3_000, NOW - 7_000),  # its clock is three seconds slow
        (NOW + 60_000, -61_000, NOW - 1_000),
        (NOW + 1, 0, NOW),  # nothing happens after it was received
        (NOW, 1, NOW),
        (NOW - LATEST_MS, 0, NOW - LATEST_MS),
        (NOW - LATEST_MS - 1, 0, NOW),
        (0, 0, NOW),
        (None, 5_000, NOW),
    ],
)
def test_times_are_put_on_the_servers_clock(timestamp: float | None, skew: int, at: int) -> None:
    assert corrected(timestamp, skew, NOW) == at


def test_a_time_below_1e11_is_in_seconds() -> None:
    assert corrected(1e11 - 1, 0, int(1e14) - 1000) == int(1e14) - 1000
    assert corrected(1e11, 0, int(1e11) + 5) == int(1e11)


def test_the_sessions_skew_corrects_its_events() -> None:
    of = session(skew=-2_000, start=START)
    assert packed({"type": 1, "timestamp": NOW, "event": {"X": 1, "Y": 1}}, of=of)[0][1] == NOW - 2_000


@pytest.mark.parametrize("timestamp", [NOW + 1, NOW + AHEAD_MS])
def test_an_event_a_little_ahead_is_taken_when_it_was_received_without_a_mark(timestamp: int) -> None:
    found = packed({"type": 1, "timestamp": timestamp, "event": {"X": 1, "Y": 1}})
    assert [one[1] for one in found] == [NOW]


@pytest.mark.parametrize(
    ("timestamp", "own"),
    [
        (NOW - LATEST_MS - 1, NOW - LATEST_MS - 1),
        (0, 0),
        (NOW + AHEAD_MS + 1, NOW + AHEAD_MS + 1),
        (NOW / 1000 + 86_400, NOW + 86_400_000),
    ],
)
def test_an_event_whose_time_is_not_believed_is_marked_and_keeps_what_it_said(
    timestamp: float, own: int
) -> None:
    move = {"type": 1, "timestamp": timestamp, "event": {"X": 1, "Y": 1}}
    assert packed(event(X=1, Y=1, elapsed=0), move) == [
        [5, NOW, 1, 1, 0],
        [5, NOW, 1, 1, 0],
        [8, NOW, 1, own],
    ]


@pytest.mark.parametrize("timestamp", [NOW, NOW - LATEST_MS, NOW - 1, NOW + AHEAD_MS, None])
def test_an_event_that_is_late_or_a_little_ahead_is_not_marked(timestamp: float | None) -> None:
    assert len(packed({"type": 1, "timestamp": timestamp, "event": {"X": 1, "Y": 1}})) == 1


# -- addresses


def test_a_page_keeps_the_query_the_app_keeps() -> None:
    going = event(elapsed=0, next=f"{SHOP}/p?id=7&session=secret&gclid=g#top")
    assert packed(going)[0][2] == f"{SHOP}/p"
    [page] = packed(going, keep_query=frozenset({"id"}), keep_fragment=True)
    assert page[2] == f"{SHOP}/p?id=7#top"
    assert page[6] == {"gclid": "g"}


# -- the session record


def test_the_session_record_fills_what_hello_did_not_know() -> None:
    record = {
        "type": "start",
        "meta": {
            "device": {"os": "Macintosh", "browser": "Safari"},
            "referrer": "https://www.google.com/search?q=x",
        },
    }
    [filled] = packed(record, of=session(start=Start(NOW, "v", False, channel="Direct")))
    start = msgspec.convert(filled, Start)
    assert (start.os, start.browser, start.referrer) == ("Macintosh", "Safari", "google.com/search")
    assert start.channel == "Organic Search"
    assert start.at == NOW


def test_the_session_record_overrules_nothing_that_is_known() -> None:
    known = Start(NOW - 9, "v", True, "Chrome", "Linux", referrer="partner.example/a", channel="Referral")
    record = {
        "type": "start",
        "meta": {"device": {"os": "a", "browser": "b"}, "referrer": "https://google.com"},
    }
    [filled] = packed(record, of=session(start=known))
    assert msgspec.convert(filled, Start) == msgspec.structs.replace(known, at=NOW)


def test_a_record_without_meta_is_taken() -> None:
    assert msgspec.convert(packed({"type": "start"})[0], Start) == START


def test_the_sites_own_page_is_no_referrer() -> None:
    record = {"type": "start", "meta": {"referrer": "https://shop.example/a"}}
    assert msgspec.convert(packed(record)[0], Start).referrer == ""


def test_a_second_session_record_in_a_frame_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        packed({"type": "start"}, event(1, X=1, Y=1), {"type": "start"})
    assert refused.value.field == "events[2].type"


# -- refusals


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (event(kind="click", Y=1, target="a"), "events[1].event.X"),
        (event(kind="click", X=1, target="a"), "events[1].event.Y"),
        (event(kind="click", X=1, Y=1), "events[1].event.target"),
        (event(kind="url", elapsed=1), "events[1].event.next"),
        (event(elapsed=1, next=""), "events[1].event.next"),
        (event(kind="hover", elapsed=1), "events[1].event.target"),
        (event(kind="hover", target="a"), "events[1].event.elapsed"),
        (event(kind="seen"), "events[1].event.target"),
        (event(kind="move", X=1), "events[1].event.Y"),
        (event(kind="custom"), "events[1].event.name"),
        (event(), "events[1].event"),
        (event(X=1, Y=1), "events[1].event"),
        (event(target="a"), "events[1].event"),
        ({"type": 0}, "events[1].event"),
    ],
)
def test_what_is_missing_is_named_by_its_path(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        packed(event(1, X=1, Y=1), wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (
            {"n": 1, "events": [{"type": 1}, {"type": 0, "event": {"X": "1"}}]},
            "Expected `float | null`, got `str` - at `$.events[1].event.X`",
        ),
        ({"type": 0, "event": {"X": True}}, "Expected `float | null`, got `bool` - at `$.event.X`"),
        ({"n": 0, "events": [{"type": 1}]}, "Expected `int` >= 1 - at `$.n`"),
        ({"n": 2**53, "events": [{"type": 1}]}, "Expected `int` <= 9007199254740991 - at `$.n`"),
        ({"n": 1.5, "events": [{"type": 1}]}, "Expected `int | null`, got `float` - at `$.n`"),
        ({"n": 1, "events": []}, "Expected `array` of length >= 1 - at `$.events`"),
        ({"n": 1, "events": [{"type": 1}] * 501}, "Expected `array` of length <= 500 - at `$.events`"),
        ({"n": 1, "events": [{"type": 2}]}, "Invalid enum value 2 - at `$.events[0].type`"),
        ({"type": "stop"}, "Invalid enum value 'stop' - at `$.type`"),
        ({"type": 0, "timestamp": -1}, "Expected `float` >= 0.0 - at `$.timestamp`"),
        (
            {"n": 1, "events": [{"type": 0, "event": {"elapsed": 604_801}}]},
            "Expected `float` <= 604800.0 - at `$.events[0].event.elapsed`",
        ),
        (
            {"n": 1, "events": [{"type": 0, "event": {"name": "a", "props": {"k": [1]}}}]},
            "Expected `bool | float | str | null`, got `array` - at `$.events[0].event.props[...]`",
        ),
        ({"n": 1, "events": [{}]}, "Object missing required field `type` - at `$.events[0]`"),
    ],
)
def test_a_wrong_type_is_an_error_that_names_the_field(message: dict[str, Any], error: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(json.dumps(message), type=StreamMessage)
    assert str(refused.value) == error


# -- whatever comes

NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False))
LEAVES = st.one_of(
    st.none(), st.booleans(), NUMBERS, st.text(max_size=20), st.sampled_from(["start", "leave", "EUR"])
)
ADDRESSES = st.one_of(
    st.text(max_size=60), st.text(max_size=40).map(lambda path: f"https://u:p@shop.example/{path}")
)
DETAILS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["click", "url", "hover", "seen", "move", "custom"]),
        "X": st.floats(-100_000, 10_000_000),
        "Y": st.integers(-100_000, 10_000_000),
        "target": st.text(max_size=30),
        "elapsed": st.floats(0, 604_800),
        "next": ADDRESSES,
        "name": st.text(max_size=10),
        "scroll": st.floats(0, 100),
        "value": NUMBERS,
        "props": st.dictionaries(st.text(max_size=5), LEAVES, max_size=3),
        "unknown": LEAVES,
    },
)
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from([0, 1, "start"])},
    optional={
        "timestamp": st.one_of(st.integers(0, 10**14), LEAVES),
        "event": DETAILS,
        "meta": st.fixed_dictionaries({}, optional={"referrer": ADDRESSES, "device": st.just({"os": "x"})}),
    },
)


@given(st.lists(EVENTS, min_size=1, max_size=4), st.integers(-(10**15), 10**15))
def test_every_frame_is_packed_or_refused(events: list[dict[str, Any]], skew: int) -> None:
    try:
        message = msgspec.json.decode(json.dumps({"n": 1, "events": events}), type=StreamMessage)
        assert message.events is not None
        raw = pack(message.events, session(skew=skew, start=START), config(), NOW)
    except (msgspec.MsgspecError, InvalidInput):
        return
    back = msgspec.json.decode(raw, type=list[Packed])
    marks = [event for event in back if isinstance(event, Retimed)]
    assert len(back) == len(events) + len(marks)
    assert back[len(events) :] == marks
    assert all(back[mark.i].at == mark.at == NOW for mark in marks)
    assert all(NOW - LATEST_MS <= event.at <= NOW for event in back)


@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=100).map(lambda text: f'{{"type":"{text}"}}'.encode())
    )
)
def test_whatever_comes_is_a_message_or_a_documented_error(data: bytes) -> None:
    with contextlib.suppress(msgspec.MsgspecError):
        msgspec.json.decode(data, type=StreamMessage)
