"""The frames of RFC 6455 as a server reads and writes them, without extensions: bytes in, whole messages out.

Not to be confused with a tracker's frames, which are the text of such messages. What the websockets library does here
frame by frame is done for all the bytes of a read at once: on the stream it was most of the work.
"""

from typing import NamedTuple

from websockets.speedups import apply_mask

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
PROTOCOL_ERROR, INVALID_TEXT, UNWANTED, TOO_BIG = 1002, 1007, 1008, 1009
LONGEST_CONTROL = 125
"""bytes of a ping, a pong or a close"""


class FramingError(Exception):
    """What came is not what the RFC says; the connection is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    opcode: int
    """TEXT, BINARY, CLOSE, PING or PONG"""
    data: bytes


class Reader:
    """Takes what a client sends, in pieces of any size."""

    __slots__ = ("_begun", "_buffer", "_largest", "_parts")

    def __init__(self, largest: int) -> None:
        self._largest = largest
        """bytes of a message"""
        self._buffer = b""
        self._begun = 0
        """the opcode of the message that came in parts so far, 0 where there is none"""
        self._parts = bytearray()

    def feed(self, data: bytes) -> tuple[list[Message], FramingError | None]:
        """The messages that are whole now, and what is wrong behind them: nothing may be fed after that."""
        buffer = self._buffer + data if self._buffer else data
        messages: list[Message] = []
        at = 0
        try:
            while (following := self._frame(buffer, at, messages)) > at:
                at = following
        except FramingError as error:
            return messages, error
        self._buffer = buffer[at:]
        return messages, None

    def _frame(self, buffer: bytes, at: int, messages: list[Message]) -> int:
        """Read the frame that begins at this place; the place behind it, the same where it is not whole yet."""
        there = len(buffer) - at
        if there < 2:
            return at
        opcode, final = buffer[at] & 0x0F, buffer[at] & 0x80
        size = buffer[at + 1] & 0x7F
        self._check_head(buffer[at], buffer[at + 1], opcode, size)
        mask = at + 2
        if size >= 126:
            mask += 2 if size == 126 else 8
            if len(buffer) < mask:
                return at
            size = int.from_bytes(buffer[at + 2 : mask], "big")
        if len(self._parts) + size > self._largest:
            raise FramingError(TOO_BIG, f"a message may have {self._largest} bytes")
        begin = mask + 4
        end = begin + size
        if len(buffer) < end:
            return at
        data = apply_mask(buffer[begin:end], buffer[mask:begin])
        if opcode >= CLOSE or (final and opcode):
            messages.append(Message(opcode, data))
        else:
            self._part(opcode, data, bool(final), messages)
        return end

    def _check_head(self, first: int, second: int, opcode: int, size: int) -> None:
        if first & 0x70:
            raise FramingError(PROTOCOL_ERROR, "no extension was agreed on")
        if not second & 0x80:
            raise FramingError(PROTOCOL_ERROR, "a client masks what it sends")
        if opcode >= CLOSE:
            if opcode > PONG:
                raise FramingError(PROTOCOL_ERROR, f"there is no opcode {opcode}")
            if not first & 0x80 or size > LONGEST_CONTROL:
                raise FramingError(PROTOCOL_ERROR, "a control frame comes whole, and is short")
        elif opcode > BINARY:
            raise FramingError(PROTOCOL_ERROR, f"there is no opcode {opcode}")
        elif bool(opcode) == bool(self._begun):
            why = "a message within another" if opcode else "nothing there to be continued"
            raise FramingError(PROTOCOL_ERROR, why)

    def _part(self, opcode: int, data: bytes, final: bool, messages: list[Message]) -> None:
        self._begun = opcode or self._begun
        self._parts += data
        if final:
            messages.append(Message(self._begun, bytes(self._parts)))
            self._begun, self._parts = 0, bytearray()


def control_frame(opcode: int, data: bytes) -> bytes:
    """`data` has at most LONGEST_CONTROL bytes."""
    return bytes((0x80 | opcode, len(data))) + data


def text_frame(text: str) -> bytes:
    """A whole text message as a server sends it."""
    data = text.encode()
    size = len(data)
    if size < 126:
        return bytes((0x80 | TEXT, size)) + data
    if size < 1 << 16:
        return bytes((0x80 | TEXT, 126)) + size.to_bytes(2, "big") + data
    return bytes((0x80 | TEXT, 127)) + size.to_bytes(8, "big") + data
