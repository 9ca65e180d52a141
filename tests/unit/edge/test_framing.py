"""What a client sends, as the websockets library writes it, is read back whatever the cuts; what the RFC forbids is
refused with its code."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from edge.framing import BINARY, CLOSE, PING, TEXT, FramingError, Message, Reader, control_frame, text_frame

LARGEST = 70_000

payloads = st.binary(max_size=300) | st.integers(0, LARGEST).map(lambda size: b"x" * size)


@st.composite
def sent(draw: st.DrawFn) -> tuple[bytes, list[Message]]:
    """Some messages, each in one part or several with pings between them."""
    stream, expected = b"", []
    for opcode, parts in draw(
        st.lists(
            st.tuples(st.sampled_from((TEXT, BINARY)), st.lists(payloads, min_size=1, max_size=4)), max_size=5
        )
    ):
        if sum(map(len, parts)) > LARGEST:
            continue
        for place, part in enumerate(parts):
            kind = opcode if place == 0 else Opcode.CONT
            stream += Frame(Opcode(kind), part, fin=place == len(parts) - 1).serialize(mask=True)
            if draw(st.booleans()):
                ping = draw(st.binary(max_size=125))
                stream += Frame(Opcode.PING, ping).serialize(mask=True)
                if place < len(parts) - 1:
                    expected.append(Message(PING, ping))
                    continue
                expected += [Message(opcode, b"".join(parts)), Message(PING, ping)]
            elif place == len(parts) - 1:
                expected.append(Message(opcode, b"".join(parts)))
    return stream, expected


@given(sent(), st.lists(st.integers(0, 5 * LARGEST), max_size=20))
def test_what_was_sent_is_read_whatever_the_pieces(
    stream_and_expected: tuple[bytes, list[Message]], cuts: list[int]
) -> None:
    stream, expected = stream_and_expected
    reader, read = Reader(LARGEST), list[Message]()
    for begin, end in itertools.pairwise([0, *sorted(cuts), len(stream)]):
        messages, error = reader.feed(stream[begin:end])
        assert error is None
        read += messages
    assert read == expected


def test_byte_by_byte_is_read_as_well() -> None:
    reader, read = Reader(LARGEST), list[Message]()
    for byte in Frame(Opcode.TEXT, b"y" * 66_000).serialize(mask=True):
        read += reader.feed(bytes([byte]))[0]
    assert read == [Message(TEXT, b"y" * 66_000)]


MASK = bytes(4)
WRONG = {
    "not masked": (b"\x81\x02hi", 1002, "masks"),
    "an extension's bit": (b"\xc1\x82" + MASK + b"hi", 1002, "extension"),
    "an unknown opcode": (b"\x83\x80" + MASK, 1002, "opcode 3"),
    "an unknown control opcode": (b"\x8b\x80" + MASK, 1002, "opcode 11"),
    "a ping in parts": (b"\x09\x80" + MASK, 1002, "whole"),
    "a long ping": (b"\x89\xfe\x00\x7e" + MASK, 1002, "short"),
    "nothing to continue": (b"\x80\x80" + MASK, 1002, "continued"),
    "one message within another": (b"\x01\x80" + MASK + b"\x81\x80" + MASK, 1002, "within"),
    "too much by its head alone": (b"\x81\xff" + (LARGEST + 1).to_bytes(8, "big"), 1009, "70000"),
    "too much in parts": (
        b"\x01\xff" + LARGEST.to_bytes(8, "big") + MASK + bytes(LARGEST) + b"\x80\x81" + MASK + b"z",
        1009,
        "70000",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_rfc_forbids_is_refused_and_what_came_before_it_is_read(name: str) -> None:
    wrong, code, says = WRONG[name]
    good = Frame(Opcode.TEXT, b"before").serialize(mask=True)
    messages, error = Reader(LARGEST).feed(good + wrong)
    assert messages == [Message(TEXT, b"before")]
    assert isinstance(error, FramingError)
    assert error.code == code
    assert says in error.reason


def test_a_client_reads_what_is_written() -> None:
    client = ClientProtocol(parse_uri("ws://x/"), state=OPEN, max_size=None)
    texts = ["", "ü" * 60, "a" * 125, "a" * 126, "a" * 65_535, "a" * 65_536]
    for text in texts:
        client.receive_data(text_frame(text))
    client.receive_data(control_frame(CLOSE, (1012).to_bytes(2, "big") + "zurück".encode()))
    *frames, close = client.events_received()
    assert [bytes(frame.data).decode() for frame in frames if isinstance(frame, Frame)] == texts
    assert isinstance(close, Frame)
    assert client.close_rcvd is not None
    assert (client.close_rcvd.code, client.close_rcvd.reason) == (1012, "zurück")
