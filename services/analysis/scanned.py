"""What a rebuild reads of the record, and how it comes: read and made into rows by a process of its own (`scanner.py`),
so that two cores have a part of it each, and told over a pair of sockets.

    projector --Scan--> scanner
              <--Scanned …, then End or Failed--

The scanner ends with who started it: nobody is there any more to take its next message.
"""

import subprocess
import sys
from _socket import MSG_WAITALL, socket, socketpair  # native: a native thread waits for a message
from collections.abc import Sequence

import msgspec
import numpy as np
from bson import decode

from services.analysis.columns import empty_rows
from services.analysis.dictionaries import Dictionaries
from services.analysis.frame_rows import FrameRows
from services.analysis.record import Document
from services.analysis.rows import Connection

CODED = {
    "page": "pages",
    "target": "targets",
    "name": "names",
    "currency": "words",
    "props": "props",
    "params": "params",
}
"""column of ids -> their dictionary"""

_TYPES = {name: column.dtype for name, column in empty_rows(0).items()}
_SIZE = 8
"""bytes that say how many a message has"""


class ScanBroke(Exception):
    """The record was not read to its end."""


class Scan(msgspec.Struct, tag="scan"):
    """What is to be read."""

    mongo_uri: str
    mongo_timeout: int
    """ms"""
    slots: list[int]
    """of the apps"""


class ScannedFrames(msgspec.Struct, tag="frames"):
    """Some of the record's frames; but the texts are numbered for this message alone."""

    frames: FrameRows
    """without rows: these are in the columns"""
    columns: dict[str, memoryview]
    texts: dict[str, dict[str, str]]
    """dictionary -> its texts from number 1 on -> their labels"""

    @classmethod
    def of(cls, frames: FrameRows, dictionaries: Dictionaries) -> "ScannedFrames":
        """`dictionaries`: new ones, of these frames alone."""
        return cls(
            msgspec.structs.replace(frames, rows={}),
            {name: column.data for name, column in frames.rows.items()},
            {name: getattr(dictionaries, name).fresh for name in CODED.values()},
        )

    def all_keys(self) -> list[bytes]:
        return self.frames.keys + [skipped.key for skipped in self.frames.skipped]

    def rows(self, dictionaries: Dictionaries, connection: Connection) -> FrameRows:
        """With the ids that these dictionaries give."""
        rows = {name: np.frombuffer(column, _TYPES[name]) for name, column in self.columns.items()}
        for name, kept_in in CODED.items():
            if texts := self.texts[kept_in]:
                ids = getattr(dictionaries, kept_in).code(list(texts), connection, list(texts.values()))
                rows[name] = np.array([0, *ids], np.int32)[rows[name]]
        return msgspec.structs.replace(self.frames, rows=rows)


class ScannedKeys(msgspec.Struct, tag="keys"):
    """Frames of which no rows could be made, with some among them that are to blame."""

    keys: list[bytes]

    def all_keys(self) -> list[bytes]:
        return self.keys


class ScannedDocuments(msgspec.Struct, tag="documents"):
    """What is not as frames are: blocks."""

    encoded: list[bytes]
    """BSON"""

    def documents(self) -> Sequence[Document]:
        return [decode(one) for one in self.encoded]


class End(msgspec.Struct, tag="end"):
    """That was all of it."""


class Failed(msgspec.Struct, tag="failed"):
    why: str


Scanned = ScannedFrames | ScannedKeys | ScannedDocuments
Message = Scan | Scanned | End | Failed

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(Message).decode


class Scanner:
    """The process that reads, as its starter sees it."""

    def __init__(self) -> None:
        self._channel, theirs = socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "services.analysis.scanner"], stdin=theirs.fileno()
        )
        theirs.close()

    def scan(self, asked: Scan) -> None:
        """Have it begin; until then it gets ready."""
        send(self._channel, asked)

    def next(self) -> Scanned | None:
        """None: that was all. Blocks, in a native thread, until it has come.

        Raises ScanBroke.
        """
        match received(self._channel):
            case ScannedFrames() | ScannedKeys() | ScannedDocuments() as scanned:
                return scanned
            case End():
                return None
            case Failed(why):
                raise ScanBroke(why)
            case other:
                raise ScanBroke(f"the process that reads it ended: {other}")

    def kill(self) -> None:
        """Who waits for a message is told that there comes no more."""
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self._process.wait()
        self._channel.close()


def send(channel: socket, message: Message) -> None:
    """Raises OSError where the other is gone."""
    send_encoded(channel, _encode(message))


def send_encoded(channel: socket, message: bytes) -> None:
    channel.sendall(len(message).to_bytes(_SIZE, "big"))
    channel.sendall(message)


def received(channel: socket) -> Message | None:
    """The next message; None where the other is gone. A message of a megabyte comes in one call, during which other
    threads run."""
    size = _exactly(channel, _SIZE)
    if size is None:
        return None
    message = _exactly(channel, int.from_bytes(size, "big"))
    return None if message is None else _decode(message)


def _exactly(channel: socket, size: int) -> bytearray | None:
    found = bytearray(size)
    view = memoryview(found)
    while view:
        taken = channel.recv_into(view, 0, MSG_WAITALL)
        if not taken:
            return None
        view = view[taken:]
    return found
