"""How the record keeps a frame: a MongoDB document whose `_id` is (session, n), so that a frame sent twice
is stored once. Among them are the blocks of imports (`blocks.py`).

_id       16 bytes session, 8 bytes n + 2^63 big-endian: sorts as (session, n) does
app       ObjectId
received  int64, UNIX ms at the edge; of frames that imports told one by one: where a session begins when it did, else
          the time of the last event
events    the packed events, JSON, as they came
visitor   only where a session begins (its first event is the Start): the visitor's id, to find what must be erased
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
from bson import Binary, Int64, ObjectId
from bson.errors import InvalidId
from numpy.typing import NDArray
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure

from services.contracts.frames import Frame, Packed, Start

FRAMES = "frames"
SESSIONS_BY_TIME = "sessions by time"
BLOCKS_BY_APP = "blocks by app"
"""indexes"""
Document = Mapping[str, Any]  # Any: BSON

ROWS_OF_A_FRAME = 20
"""of a block that are as much as a frame"""

_ZERO = 1 << 63
_KEY = 24
"""bytes"""
_starts = msgspec.json.Decoder(list[Packed])


class FrameInvalid(Exception):
    """A frame whose ids are not what the contract says."""


def frame_id(session: str, n: int) -> bytes:
    """Raises FrameInvalid."""
    try:
        key = bytes.fromhex(session)
        number = (n + _ZERO).to_bytes(8, "big")
    except (ValueError, OverflowError) as error:
        raise FrameInvalid(f"session {session!r}, n {n}: {error}") from error
    if len(key) != 16:
        raise FrameInvalid(f"session {session!r} is not 32 hex digits")
    return key + number


def number(key: bytes) -> int:
    """The n of a frame's `_id`."""
    return int.from_bytes(key[16:], "big") - _ZERO


def numbers(keys: Sequence[bytes]) -> NDArray[np.int64]:
    """The n of each `_id`. Raises ValueError where one is none."""
    if not set(map(len, keys)) <= {_KEY}:
        raise ValueError(f"an _id has {_KEY} bytes")
    words = np.frombuffer(b"".join(keys), ">u8").astype(np.uint64)
    return (words[2::3] ^ np.uint64(_ZERO)).view(np.int64)


def visitor_key(app: ObjectId, visitor: str) -> Binary:
    """A visitor of an app by no more than a digest."""
    return Binary(blake2b(visitor.encode(), key=app.binary, digest_size=16).digest())


def begins(document: Document) -> bool:
    """A session begins with this frame. An import may say so of one session twice; the first holds."""
    return "visitor" in document


class KeptFrames(msgspec.Struct):
    """Frames, side by side."""

    keys: list[bytes]
    """the `_id` of each"""
    apps: list[str]
    begins: list[bool]
    """whether a session begins with it"""
    events: list[bytes]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> "KeptFrames":
        return cls(
            [document["_id"] for document in documents],
            [str(document["app"]) for document in documents],
            list(map(begins, documents)),
            [document.get("events", b"") for document in documents],
        )

    def __len__(self) -> int:
        return len(self.keys)

    def add(self, more: "KeptFrames") -> None:
        self.keys += more.keys
        self.apps += more.apps
        self.begins += more.begins
        self.events += more.events

    def some(self, which: slice) -> "KeptFrames":
        return KeptFrames(self.keys[which], self.apps[which], self.begins[which], self.events[which])

    def only(self, places: Sequence[int]) -> "KeptFrames":
        """Those in these places."""
        return KeptFrames(
            [self.keys[place] for place in places],
            [self.apps[place] for place in places],
            [self.begins[place] for place in places],
            [self.events[place] for place in places],
        )


def document(frame: Frame) -> dict[str, object]:
    """Raises FrameInvalid."""
    try:
        app = ObjectId(frame.app)
    except InvalidId as error:
        raise FrameInvalid(str(error)) from error
    kept: dict[str, object] = {
        "_id": Binary(frame_id(frame.session, frame.n)),
        "app": app,
        "received": Int64(frame.received),
        "events": Binary(bytes(frame.events)),
    }
    if frame.visitor:
        kept["visitor"] = frame.visitor
    elif frame.n == 0:
        kept["visitor"] = _visitor(frame)
    return kept


def _visitor(frame: Frame) -> str:
    try:
        return next((event.visitor for event in _starts.decode(frame.events) if isinstance(event, Start)), "")
    except msgspec.MsgspecError as error:
        raise FrameInvalid(f"the start of session {frame.session}: {error}") from error


def weight(document: Document) -> float:
    """How large it is for those who take some at a time, where a frame is 1."""
    return max(1.0, document.get("rows", 0) / ROWS_OF_A_FRAME)


def find(database: Database[Document], keys: Sequence[bytes]) -> Iterator[Document]:
    """The frames of these `_id`s that are there."""
    return iter(database[FRAMES].find({"_id": {"$in": [Binary(key) for key in keys]}}))


def create(database: Database[Document]) -> None:
    """Make the collection, compressed by zstd, and its indexes; nothing where they are there.

    The indexes are of sessions alone (where `visitor` is) and of blocks: what is erased, exported or kept no longer
    goes by the session, and a frame costs no entry.
    """
    try:
        database.create_collection(
            FRAMES,
            storageEngine={"wiredTiger": {"configString": "block_compressor=zstd"}},
            check_exists=False,
        )
    except (CollectionInvalid, OperationFailure) as error:
        if not isinstance(error, OperationFailure) or error.code != 48:  # NamespaceExists
            raise
    sessions = {"visitor": {"$exists": True}}
    frames = database[FRAMES]
    frames.create_index(
        [("app", 1), ("received", 1), ("_id", 1)], name=SESSIONS_BY_TIME, partialFilterExpression=sessions
    )
    frames.create_index(
        [("visitor", 1), ("app", 1)], name="sessions by visitor", partialFilterExpression=sessions
    )
    frames.create_index(
        [("app", 1), ("_id", 1), ("first", 1), ("last", 1)],
        name=BLOCKS_BY_APP,
        partialFilterExpression={"first": {"$exists": True}},
    )
    for heads in ("sessions", "visitors"):
        frames.create_index([(heads, 1)], name=f"blocks by {heads}", sparse=True)
