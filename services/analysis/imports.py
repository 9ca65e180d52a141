"""How far each import is: one document each in the collection `imports`, the state as the edge gave it."""

from contextlib import suppress

import msgspec
from bson import Binary, Int64
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.analysis.record import Document
from services.contracts.recorder import ImportState

IMPORTS = "imports"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ImportState).decode


def find(database: Database[Document], app: str, id: str) -> ImportState | None:
    kept = database[IMPORTS].find_one({"_id": {"app": app, "id": id}})
    return None if kept is None else _decode(kept["state"])


def save(database: Database[Document], app: str, state: ImportState) -> None:
    """Nothing where what is kept is further on."""
    key = {"app": app, "id": state.progress.id}
    behind = {"_id": key, "offset": {"$lte": Int64(state.progress.offset)}}
    changed = {"offset": Int64(state.progress.offset), "state": Binary(_encode(state))}
    with suppress(DuplicateKeyError):  # there is one, and it is not behind
        database[IMPORTS].update_one(behind, {"$set": changed}, upsert=True)


def forget(database: Database[Document], app: str) -> None:
    """All of an app."""
    database[IMPORTS].delete_many({"_id.app": app})
