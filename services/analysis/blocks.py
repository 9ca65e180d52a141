"""How the record keeps a block of an import: as a document among the frames, whose `_id` is (import, n).

_id       16 bytes that name the import, 8 bytes n + 2^63 big-endian, as of a frame
app       ObjectId
received  int64, UNIX ms: its last event
block     `contracts.blocks`, encoded
rows      how many events
revision  how often something was taken out of it
sessions  heads of the ids of its sessions
visitors  heads of the keys of those whose sessions begin here (`record.visitor_key`)
first, last   int64, UNIX ms: when the first and the last session began that begin here; not there where none does

A head is the first 8 bytes as an int64. Indexed are heads, so that an entry is small: who finds one looks again.
"""

from collections.abc import Collection, Iterator

import numpy as np
from bson import Binary, Int64, ObjectId
from bson.errors import InvalidId
from pymongo.database import Database

from services.analysis.record import FRAMES, Document, FrameInvalid, frame_id, visitor_key
from services.contracts import frames
from services.contracts.blocks import SESSION, Block, BlockInvalid, decoded, encoded


def document(told: frames.Block) -> dict[str, object]:
    """Raises FrameInvalid."""
    key = frame_id(told.source, told.n)
    try:
        return _document(key, ObjectId(told.app), decoded(told.content), told.content)
    except (InvalidId, BlockInvalid) as error:
        raise FrameInvalid(f"block {told.n} of {told.source}: {error}") from error


def is_block(document: Document) -> bool:
    return "block" in document


def content(document: Document) -> Block:
    """Raises BlockInvalid."""
    return decoded(document["block"])


def head(key: bytes) -> int:
    return int.from_bytes(key[:8], "big", signed=True)


def of_sessions(database: Database[Document], sessions: Collection[bytes]) -> Iterator[Document]:
    """The blocks that hold anything of these sessions."""
    return iter(database[FRAMES].find({"sessions": {"$in": [head(session) for session in sessions]}}))


def begun_by(database: Database[Document], app: ObjectId, visitor: str) -> list[bytes]:
    """The sessions of a visitor that begin in blocks."""
    holding = {"visitors": head(visitor_key(app, visitor)), "app": app}
    return [
        session
        for found in database[FRAMES].find(holding)
        for session, start in content(found).begun()
        if start.visitor == visitor
    ]


def begun_before(database: Database[Document], app: ObjectId, before: int) -> Iterator[bytes]:
    """The sessions of an app that begin in blocks, before a time (UNIX ms)."""
    for found in database[FRAMES].find({"app": app, "first": {"$lt": Int64(before)}}):
        for session, start in content(found).begun():
            if start.at < before:
                yield session


def take_out(database: Database[Document], sessions: Collection[bytes]) -> None:
    """Write the blocks that hold something of these sessions anew, without it."""
    heads = [head(session) for session in sessions]
    for found in list(database[FRAMES].find({"sessions": {"$in": heads}}, {"app": 1})):
        this = {"app": found["app"], "_id": found["_id"]}
        while (kept := database[FRAMES].find_one(this)) is not None:
            block = content(kept)
            left = block.without(sessions)
            # Only if nobody else has taken something out meanwhile: it would be in again.
            same = {**this, "revision": kept["revision"]}
            if left is block:
                break
            if not left.sessions:
                done = database[FRAMES].delete_one(same).deleted_count
            else:
                revised = _document(found["_id"], found["app"], left, encoded(left), kept["revision"] + 1)
                done = database[FRAMES].replace_one(same, revised).matched_count
            if done:
                break


def without_recorded(database: Database[Document], told: frames.Block) -> frames.Block | None:
    """What of a block is not in the record as frames; None where all of it is.

    Raises FrameInvalid.
    """
    try:
        block = decoded(told.content)
    except BlockInvalid as error:
        raise FrameInvalid(f"block {told.n} of {told.source}: {error}") from error
    keys = [Binary(frame_id(session.hex(), told.n)) for session in block.sessions]
    found = database[FRAMES].find({"_id": {"$in": keys}}, {"_id": 1})
    left = block.without({bytes(frame["_id"][:SESSION]) for frame in found})
    if not left.sessions:
        return None
    return frames.Block(told.app, told.source, told.n, encoded(left))


def _document(
    key: bytes, app: ObjectId, block: Block, content: bytes, revision: int = 0
) -> dict[str, object]:
    made: dict[str, object] = {
        "_id": Binary(key),
        "app": app,
        "received": Int64(block.time.max()),
        "block": Binary(content),
        "rows": len(block.time),
        "revision": revision,
        "sessions": np.frombuffer(b"".join(block.sessions), ">i8")[::2].tolist(),
    }
    if starts := [start for _, start in block.begun()]:
        made["visitors"] = [head(visitor_key(app, start.visitor)) for start in starts]
        made["first"] = Int64(min(start.at for start in starts))
        made["last"] = Int64(max(start.at for start in starts))
    return made
