"""A stream of bytes cut into blocks of whole lines, always at the same places of the file.

A block holds the lines that begin within `BLOCK` bytes of its own beginning, and the next begins behind it: where the
cuts are depends on the file alone, not on how it came over the network or where an import was taken up again. Frames
are numbered by their block's offset, so that a block sent twice makes the same frames.
"""

from collections.abc import Iterator

import msgspec

BLOCK = 1 << 20
"""bytes"""
LONGEST_LINE = 65_536
"""bytes; what is longer is left out"""


class Block(msgspec.Struct):
    offset: int
    """of its first byte in the file"""
    data: bytes
    """whole lines, the file's last one maybe without its end"""
    cut: int = 0
    """bytes of its last line that were too many to be kept"""
    lines: int = 0
    """how many of its lines were read so far"""

    @property
    def end(self) -> int:
        return self.offset + len(self.data) + self.cut


class Blocks:
    """`quoted`: a line's end within double quotes does not end the record (CSV)."""

    def __init__(self, offset: int, quoted: bool) -> None:
        self._offset = offset
        self._quoted = quoted
        self._buffer = bytearray()
        self._cutting = False
        """the last line in the buffer is too long: what follows of it is left out"""
        self._cut = 0

    def feed(self, data: bytes) -> Iterator[Block]:
        """The blocks that are whole now."""
        while data:
            if self._cutting:
                end = data.find(b"\n") + 1
                self._cut += end or len(data)
                data = data[end:] if end else b""
                if end:
                    yield self._take(len(self._buffer))
                continue
            self._buffer += data
            data = b""
            while len(self._buffer) >= BLOCK:
                if end := self._end_of_record():
                    yield self._take(end)
                elif len(self._buffer) >= BLOCK + LONGEST_LINE:
                    self._cutting = True
                    data = bytes(self._buffer[BLOCK + LONGEST_LINE :])
                    del self._buffer[BLOCK + LONGEST_LINE :]
                    break
                else:
                    return

    def finish(self) -> Block | None:
        """What is left at the file's end."""
        return self._take(len(self._buffer)) if self._buffer else None

    def _end_of_record(self) -> int:
        """Behind the first line's end at or after the block's last byte; 0 where there is none yet."""
        at = BLOCK - 1
        quotes = self._buffer.count(b'"', 0, at) if self._quoted else 0
        within = BLOCK + LONGEST_LINE
        while (found := self._buffer.find(b"\n", at, within)) >= 0:
            if not self._quoted:
                return found + 1
            quotes += self._buffer.count(b'"', at, found)
            if quotes % 2 == 0:
                return found + 1
            at = found + 1
        return 0

    def _take(self, size: int) -> Block:
        with memoryview(self._buffer) as whole:
            block = Block(self._offset, bytes(whole[:size]), self._cut)
        del self._buffer[:size]
        self._cutting, self._cut = False, 0
        self._offset = block.end
        return block
