"""The record as MongoDB's own replies. Of frames, what is needed is cut out of the bytes, where it always stands: in
half the time it takes to make a document of each. What is not as `record.document` makes it is given as it is.

    size | 05 _id | 07 app | 12 received | 05 events | 02 visitor, where a session begins | 00
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from struct import Struct
from typing import Any

import msgspec
import numpy as np
from bson import Int64, decode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database

from services.analysis.record import FRAMES, Document, KeptFrames

AT_ONCE = 4_000
"""documents of a reply"""

_PARTS = (
    ("size", "<i4", b""),
    ("_id 1", "<u8", b"\x05_id\0\x18\0\0"),  # its name, 24 bytes, of which kind does not matter
    ("_id 2", "<u2", b"\0\0"),
    ("key", "V24", b""),
    ("app 1", "<u4", b"\x07app"),
    ("app 2", "u1", b"\0"),
    ("app", "V12", b""),
    ("received 1", "<u8", b"\x12receive"),
    ("received 2", "<u2", b"d\0"),
    ("received", "<i8", b""),
    ("events 1", "<u8", b"\x05events\0"),
    ("length", "<i4", b""),
    ("events 2", "u1", b"\0"),
)
"""how a frame begins: name, type, and what always stands there"""
_BEGIN = np.dtype([(name, kind) for name, kind, _ in _PARTS])
_SAME = {name: np.frombuffer(said, kind)[0] for name, kind, said in _PARTS if said}
_VISITOR = b"\x02visitor\0"
_ARRAYS = (b"\x04firstBatch\0", b"\x04nextBatch\0")
_RAW: CodecOptions[Any] = CodecOptions(document_class=RawBSONDocument)
_int32 = Struct("<i")


class Reply(msgspec.Struct):
    frames: KeptFrames
    received: list[int]
    """of the frames"""
    documents: list[bytes]
    """all the others, in BSON"""


def replies(database: Database[Document]) -> Iterator[Reply]:
    """The whole record, in the order it was written. The next one is asked for meanwhile."""
    with (
        database.client.start_session(causal_consistency=False) as session,
        ThreadPoolExecutor(1) as asking,
    ):

        def ask(command: dict[str, Any]) -> tuple[bytes, int]:  # Any: of any form
            said: Mapping[str, Any] = database.command(command, codec_options=_RAW, session=session)
            return _opened(bytes(said["cursor"].raw))

        asked: Future[tuple[bytes, int]] | None = asking.submit(
            ask,
            {
                "find": FRAMES,
                "hint": {"$natural": 1},
                "batchSize": AT_ONCE,
                "readConcern": {"level": "majority"},
            },
        )
        while asked:
            batch, cursor = asked.result()
            more = {"getMore": Int64(cursor), "collection": FRAMES, "batchSize": AT_ONCE}
            asked = asking.submit(ask, more) if cursor else None
            yield read(batch)


def _opened(cursor: bytes) -> tuple[bytes, int]:
    """The array of documents, and the cursor's id, 0 where there is no more. A mongos says the id before them."""
    place, name = next((place, name) for name in _ARRAYS if (place := cursor.find(name, 0, 1_000)) >= 0)
    begin = place + len(name)
    end = begin + _int32.unpack_from(cursor, begin)[0]
    rest = cursor[4:place] + cursor[end:]
    return cursor[begin:end], decode(_int32.pack(len(rest) + 4) + rest)["id"]


def read(batch: bytes) -> Reply:
    """`batch`: an array in BSON."""
    places: list[int] = []
    at, end = _int32.size, len(batch) - 1
    while at < end:
        at = batch.index(0, at) + 1  # after its number
        places.append(at)
        at += _int32.unpack_from(batch, at)[0]
    begin = _BEGIN.itemsize
    padded = batch + bytes(begin)
    beginnings = np.frombuffer(b"".join([padded[at : at + begin] for at in places]), _BEGIN)
    alike = np.ones(len(places), np.bool_)
    for name, said in _SAME.items():
        alike &= beginnings[name] == said
    size, length = beginnings["size"], beginnings["length"]
    rest = size - begin - length - 1
    begins = rest > 0
    # Who begins a session is its last field: nothing else may follow.
    for place in np.flatnonzero(alike & begins).tolist():
        at = places[place] + begin + int(length[place])
        alike[place] = batch[at : at + len(_VISITOR)] == _VISITOR and (
            len(_VISITOR) + _int32.size + _int32.unpack_from(padded, at + len(_VISITOR))[0] == rest[place]
        )
    documents = [batch[(at := places[place]) : at + int(size[place])] for place in np.flatnonzero(~alike)]
    if documents:
        beginnings, begins = beginnings[alike], begins[alike]
        places = [places[place] for place in np.flatnonzero(alike).tolist()]
    return Reply(
        KeptFrames(
            beginnings["key"].tolist(),
            _texts(beginnings["app"].tolist()),
            begins.tolist(),
            [
                batch[at + begin : at + begin + length]
                for at, length in zip(places, beginnings["length"].tolist(), strict=True)
            ],
        ),
        beginnings["received"].tolist(),
        documents,
    )


def _texts(ids: list[bytes]) -> list[str]:
    known = {one: one.hex() for one in set(ids)}
    return [known[one] for one in ids]
