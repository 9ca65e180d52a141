"""Reads the record for a rebuild and makes rows of its frames, in a process of its own that the projector starts and
that ends with it (`scanned.py`): `python -m services.analysis.scanner`, with a socket for its standard input.

Of what it can make no rows it tells the keys: the projection reads it again, and finds which frame is to blame.
"""

import contextlib
import gc
import signal
from _socket import socket
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import msgspec
from bson import ObjectId, decode
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import PyMongoError

from services.analysis import removals
from services.analysis.dictionaries import Dictionaries
from services.analysis.frame_rows import frame_rows
from services.analysis.memory import keep_memory
from services.analysis.record import Document, KeptFrames
from services.analysis.removals import Removed
from services.analysis.replies import Reply, replies
from services.analysis.scanned import (
    End,
    Failed,
    Scan,
    ScannedDocuments,
    ScannedFrames,
    ScannedKeys,
    received,
    send,
    send_encoded,
)
from services.contracts.shares import SLOTS, slot

FIRST, MOST = 1_000_000, 8_000_000
"""bytes in memory of what goes into a message, twice what went into the one before: the projection has something to do
soon, and DuckDB takes few large batches in less time than many small ones"""
OF_A_FRAME = 300
"""bytes, beside its events"""
UNPACKED = 8
"""times as large a block is in memory"""

_encode = msgspec.msgpack.encode


def scanned(database: Database[Document], slots: Collection[int]) -> Iterator[bytes]:
    """All messages but the last: the record in the order it was written, as far as it is of these slots' apps and not
    removed."""
    removed = removals.load(database)
    frames, documents, size, enough = KeptFrames.of([]), list[bytes](), 0, FIRST
    for reply in replies(database):
        more = _left(reply, slots, removed)
        frames.add(more)
        size += OF_A_FRAME * len(more) + sum(map(len, more.events))
        others = [
            one for one in reply.documents if len(slots) == SLOTS or slot(str(decode(one)["app"])) in slots
        ]
        documents += others
        size += UNPACKED * sum(map(len, others))
        if size >= enough:
            yield from _told(frames, documents)
            frames, documents, size, enough = KeptFrames.of([]), [], 0, min(2 * enough, MOST)
    yield from _told(frames, documents)


def _told(frames: KeptFrames, documents: list[bytes]) -> Iterator[bytes]:
    if frames:
        yield _of_frames(frames)
    if documents:
        yield _encode(ScannedDocuments(documents))


def _left(reply: Reply, slots: Collection[int], removed: Removed) -> KeptFrames:
    frames = reply.frames
    apps = {app: ObjectId(app) for app in set(frames.apps) if slot(app) in slots}
    if not removed and len(apps) == len(set(frames.apps)):
        return frames
    rows = enumerate(zip(frames.keys, frames.apps, reply.received, frames.begins, strict=True))
    return frames.only(
        [
            place
            for place, (key, app, received, begins) in rows
            if app in apps and removed.keeps_frame(key, apps[app], received, begins)
        ]
    )


def _of_frames(frames: KeptFrames) -> bytes:
    dictionaries = Dictionaries()
    try:
        return _encode(ScannedFrames.of(frame_rows(frames, dictionaries, None), dictionaries))
    except Exception:  # whatever it is, the projection meets it as well, and finds which are to blame
        return _encode(ScannedKeys(frames.keys))


def _read(scan: Scan) -> Iterator[bytes]:
    with MongoClient[Document](scan.mongo_uri, serverSelectionTimeoutMS=scan.mongo_timeout) as client:
        yield from scanned(client.get_default_database(), frozenset(scan.slots))


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is at the terminal means the projector
    keep_memory()
    gc.set_threshold(200_000, 20, 20)  # as in the projector
    channel = socket(fileno=0)
    scan = received(channel)
    if not isinstance(scan, Scan):
        return
    with contextlib.suppress(ConnectionError):  # the projector is gone
        try:
            _tell(channel, _read(scan))
            last: End | Failed = End()
        except PyMongoError as error:
            last = Failed(f"{type(error).__name__}: {error}")
        send(channel, last)


def _tell(channel: socket, messages: Iterator[bytes]) -> None:
    """Each while the next is being made."""
    with ThreadPoolExecutor(1) as telling:
        under_way: Future[None] | None = None
        for message in messages:
            if under_way is not None:
                under_way.result()
            under_way = telling.submit(send_encoded, channel, message)
        if under_way is not None:
            under_way.result()


if __name__ == "__main__":
    main()
