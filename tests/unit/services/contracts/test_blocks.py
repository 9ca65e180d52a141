"""A block of an import comes out of the record as it went in, and what is taken out of it is gone."""

import zlib
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts import blocks
from services.contracts.blocks import FIELDS, BlockInvalid, decoded, encoded
from services.contracts.frames import Click, Custom, Hover, Left, Move, Packed, Page, Retimed, Seen, Start
from tests.unit.services.blocks import block

AT = 1_750_000_000_000
A, B, C = (bytes([value]) * 16 for value in (10, 11, 12))
words = st.text(max_size=5)
at = st.integers(0, 10**13)
numbers = st.integers(-(2**31) + 1, 2**31 - 1)
EVENTS = st.one_of(
    st.builds(
        Click, at, numbers, numbers, words, words, numbers, numbers, numbers, st.booleans(), st.booleans()
    ),
    st.builds(
        Page, at, words, numbers, words, st.integers(-1, 100), st.dictionaries(words, words, max_size=2)
    ),
    st.builds(Hover, at, words, numbers, st.sampled_from(["", "leave", "click"])),
    st.builds(Seen, at, words),
    st.builds(Move, at, numbers, numbers, numbers),
    st.builds(
        Custom,
        at,
        words,
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        words,
        st.dictionaries(words, st.none() | st.booleans() | words | st.floats(-1e6, 1e6), max_size=2),
    ),
    st.builds(Left, at, st.booleans()),
    st.builds(Start, at, words, st.booleans(), bot=st.booleans()),
)
SESSIONS = st.dictionaries(
    st.binary(min_size=16, max_size=16), st.lists(EVENTS, min_size=1, max_size=6), min_size=1, max_size=4
)


@settings(deadline=None)
@given(SESSIONS)
def test_what_was_encoded_is_decoded(sessions: dict[bytes, list[Packed]]) -> None:
    back = decoded(encoded(block(sessions)))
    assert back.sessions == list(sessions)
    assert list(back.events()) == list(sessions.values())
    assert list(back.begun()) == [
        (session, events[0]) for session, events in sessions.items() if isinstance(events[0], Start)
    ]


@settings(deadline=None)
@given(SESSIONS, st.data())
def test_without_a_session_it_is_as_if_that_had_never_been_there(
    sessions: dict[bytes, list[Packed]], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from(sorted(sessions))))
    whole, left = block(sessions), {s: events for s, events in sessions.items() if s not in gone}
    for made in (whole.without(gone), whole.only(left)):
        assert (made is whole) == (not gone)
        assert dict(zip(made.sessions, made.events(), strict=True)) == left
        assert set(made.texts) == set(block(left).texts) or made is whole
        if left:
            assert dict(zip(made.sessions, decoded(encoded(made)).events(), strict=True)) == left


def test_every_kind_of_event_has_its_fields_in_a_block() -> None:
    assert {*FIELDS, Start, Retimed} == set(get_args(Packed))  # marks are of live frames alone
    for kind, fields in FIELDS.items():
        own = tuple(field.name for field in msgspec.structs.fields(kind) if field.name != "at")
        assert fields == (own if kind is not Click else (*own[:-2], "flags"))


def test_it_counts_what_begins_and_what_trackers_would_have_sent() -> None:
    made = block(
        {A: [Start(AT, "a", False), Page(AT, "/"), Left(AT)], B: [Seen(AT, "b"), Start(AT, "", False)]}
    )
    assert made.counts() == (1, 3)


def test_numbers_take_no_more_bytes_than_they_need() -> None:
    moves: list[Packed] = [Move(AT + 1000 * i, i % 1400, i * 7919 % 3000, i * 31 % 2000) for i in range(5000)]
    assert len(encoded(block({A: moves}))) < 9 * len(moves)


def altered(**parts: Any) -> bytes:  # Any: of any kind, that is the point
    """A good block with some of its parts replaced."""
    good = block({A: [Start(AT, "a", False), Seen(AT, "b")], B: [Move(AT, 1, 2, 3)]})
    content = msgspec.msgpack.decode(zlib.decompress(encoded(good)), type=blocks._Content)
    return zlib.compress(msgspec.msgpack.encode(msgspec.structs.replace(content, **parts)))


SEEN = blocks.tag(Seen)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        zlib.compress(b"nonsense"),
        zlib.compress(b"\0" * (blocks.LARGEST + 1)),
        altered(sessions=A),
        altered(sessions=A + B + C),
        altered(sessions=A + b"short"),
        altered(lengths=blocks._Numbers("|u1", b"\2\2")),
        altered(lengths=blocks._Numbers("|u1", b"\3\0")),
        altered(begins=blocks._Numbers("|u1", b"\1\1")),
        altered(kind=blocks._Numbers("|u1", b"\0\4\x09")),
        altered(kind=blocks._Numbers("|u1", b"\0\5\5")),
        altered(kind=blocks._Numbers("|V1", b"\0\4\5")),
        altered(later=blocks._Numbers("<u2", b"\0\0\0")),
        altered(starts=[]),
        altered(texts=[]),
        altered(texts=["b", ""]),
        altered(texts=[""]),
        altered(columns=[]),
        altered(columns=[(SEEN, "target", blocks._Numbers("|i1", b"\xff"))]),
        altered(columns=[(99, "target", blocks._Numbers("|i1", b"\1"))]),
    ],
)
def test_what_does_not_fit_together_is_refused(data: bytes) -> None:
    with pytest.raises(BlockInvalid):
        decoded(data)


def test_a_number_that_fits_no_column_is_refused() -> None:
    with pytest.raises(BlockInvalid, match="too large"):
        decoded(encoded(block({A: [Move(AT, 2**31, 0, 0)]})))


def test_a_good_block_is_not_refused() -> None:
    assert decoded(altered()).sessions == [A, B]
