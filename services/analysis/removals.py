"""What was taken out of the record and must not come back: the collection `removals`.

    removal   _id                            says
    session   16 bytes, as in a frame's id   nothing of this session is kept
    visitor   16 bytes, digest of app, id    no session of theirs is kept that began until `upto`
    app       ObjectId                       nothing of this app is kept
    horizon   ObjectId of its own            no session of `app` is kept that began before `before`; the newest holds

A removal is written first and its frames are deleted then (`left` stands until that is done). Whoever writes frames
looks here after the write, and the projection meets removals in the change stream in their place among the frames:
in every order of events what is removed is gone from both, and a rebuild gives what was there before.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeVar

from bson import Binary, Int64, ObjectId
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.analysis import blocks
from services.analysis.record import FRAMES, Document, begins, visitor_key
from services.contracts.blocks import Block

REMOVALS = "removals"
AT_ONCE = 100
"""sessions deleted by one command"""
IDS_AT_ONCE = 1_000
"""frames deleted by one command"""
DUPLICATE_KEY = 11000

T = TypeVar("T")


class Removed:
    """The removals in memory, as the projection needs them."""

    def __init__(self) -> None:
        self.sessions: set[bytes] = set()
        self.apps: set[ObjectId] = set()
        self.horizons: dict[ObjectId, int] = {}

    def note(self, removals: Iterable[Document]) -> None:
        for removal in removals:
            match removal["removal"]:
                case "session":
                    self.sessions.add(bytes(removal["_id"]))
                case "app":
                    self.apps.add(removal["_id"])
                case "horizon":
                    self.horizons[removal["app"]] = removal["before"]

    def left_of(self, app: ObjectId, block: Block) -> Block:
        """What is kept of a block of an import, by the same rules as a frame."""
        if app in self.apps:
            return block.only(())
        gone = self.sessions.intersection(block.sessions)
        if horizon := self.horizons.get(app, 0):
            gone |= {session for session, start in block.begun() if start.at < horizon}
        return block.without(gone) if gone else block

    def keeps(self, frame: Document) -> bool:
        return self.keeps_frame(frame["_id"], frame["app"], frame["received"], begins(frame))

    def keeps_frame(self, key: bytes, app: ObjectId, received: int, begins: bool) -> bool:
        """A session before the horizon loses its Start, and without one it is in no report."""
        if app in self.apps or key[:16] in self.sessions:
            return False
        return received >= self.horizons.get(app, 0) or not begins

    def __bool__(self) -> bool:
        return bool(self.sessions or self.apps or self.horizons)


def load(database: Database[Document]) -> Removed:
    removed = Removed()
    removed.note(database[REMOVALS].find({"removal": {"$ne": "visitor"}}).sort("_id", 1))
    return removed


def write(database: Database[Document], removals: Sequence[Document]) -> None:
    """Those that are there already stay."""
    if not removals:
        return
    try:
        database[REMOVALS].insert_many(removals, ordered=False)
    except BulkWriteError as error:
        if any(failed["code"] != DUPLICATE_KEY for failed in (error.details or {}).get("writeErrors", [])):
            raise


def of_session(key: bytes) -> Document:
    return {"_id": Binary(key), "removal": "session", "left": True}


def after_write(database: Database[Document], frames: Sequence[Document]) -> None:
    """Take out again what of these frames and blocks, just written, is removed. To be called after every write: a
    removal that is not seen here was written later, and its deletion finds them."""
    removals = database[REMOVALS]
    if removals.find_one({}, {"_id": 1}) is None:
        return
    sessions: dict[bytes, ObjectId] = {}
    """and their apps"""
    starts: list[tuple[bytes, int, bytes]] = []
    """key of the visitor, UNIX ms, session"""
    for frame in frames:
        app: ObjectId = frame["app"]
        if blocks.is_block(frame):
            block = blocks.content(frame)
            sessions |= dict.fromkeys(block.sessions, app)
            starts += [
                (bytes(visitor_key(app, start.visitor)), start.at, session)
                for session, start in block.begun()
                if start.visitor
            ]
        else:
            session = bytes(frame["_id"][:16])
            sessions[session] = app
            if visitor := frame.get("visitor"):
                starts.append((bytes(visitor_key(app, visitor)), frame["received"], session))
    keys = [*map(Binary, sessions), *{Binary(key) for key, _, __ in starts}, *set(sessions.values())]
    gone: set[bytes] = set()
    for removal in removals.find({"_id": {"$in": keys}}):
        match removal["removal"]:
            case "session":
                gone.add(bytes(removal["_id"]))
            case "visitor":
                erased = bytes(removal["_id"])
                gone |= {session for key, at, session in starts if key == erased and at <= removal["upto"]}
            case "app":
                gone |= {session for session, app in sessions.items() if app == removal["_id"]}
    if gone:
        write(database, [of_session(key) for key in gone])
        delete_sessions(database, gone)


def delete_sessions(database: Database[Document], sessions: Iterable[bytes]) -> None:
    for keys in _batches(sessions, IDS_AT_ONCE):
        for some in _batches(keys, AT_ONCE):
            ranges = [
                {"_id": {"$gte": Binary(key + b"\0" * 8), "$lte": Binary(key + b"\xff" * 8)}} for key in some
            ]
            database[FRAMES].delete_many({"$or": ranges})
        blocks.take_out(database, set(keys))


def delete_where(database: Database[Document], condition: Mapping[str, object]) -> None:
    """By one reading of the whole record."""
    with database[FRAMES].find(condition, {"_id": 1}) as found:
        for ids in _batches((frame["_id"] for frame in found), IDS_AT_ONCE):
            database[FRAMES].delete_many({"_id": {"$in": ids}})


def finish(database: Database[Document]) -> None:
    """Delete what the removals left that were written and not carried out to the end."""
    removals = database[REMOVALS]
    while keys := [
        bytes(removal["_id"]) for removal in removals.find({"left": True, "removal": "session"}).limit(1000)
    ]:
        delete_sessions(database, keys)
        removals.update_many({"_id": {"$in": [Binary(key) for key in keys]}}, {"$unset": {"left": ""}})
    for removal in list(removals.find({"left": True, "removal": "app"})):
        delete_where(database, {"app": removal["_id"]})
        removals.update_one({"_id": removal["_id"]}, {"$unset": {"left": ""}})


def remove_visitor(database: Database[Document], app: ObjectId, visitor: str, now: int) -> int:
    """All of theirs until now (UNIX ms); how many sessions it were. Twice does no harm."""
    key = visitor_key(app, visitor)
    database[REMOVALS].update_one(
        {"_id": key}, {"$set": {"removal": "visitor"}, "$max": {"upto": Int64(now)}}, upsert=True
    )
    starts = database[FRAMES].find({"visitor": visitor, "app": app}, {"_id": 1})
    sessions = [bytes(start["_id"][:16]) for start in starts] + blocks.begun_by(database, app, visitor)
    for keys in _batches(sessions, IDS_AT_ONCE):
        write(database, [of_session(session) for session in keys])
    finish(database)
    return len(sessions)


def remove_app(database: Database[Document], app: ObjectId) -> None:
    """Twice does no harm; `finish` does the work."""
    write(database, [{"_id": app, "removal": "app", "left": True}])


def move_horizon(database: Database[Document], app: ObjectId, before: int) -> None:
    """0: everything is kept. What stays of the sessions before it is deleted with their frames by `delete_before`."""
    newest = ObjectId()
    database[REMOVALS].insert_one({"_id": newest, "removal": "horizon", "app": app, "before": Int64(before)})
    database[REMOVALS].delete_many({"removal": "horizon", "app": app, "_id": {"$ne": newest}})


def delete_before(database: Database[Document], app: ObjectId, before: int) -> None:
    """Every session of the app that began before, and frames from before that belong to none."""
    began = {"app": app, "visitor": {"$exists": True}, "received": {"$lt": Int64(before)}}
    with database[FRAMES].find(began, {"_id": 1}) as starts:
        delete_sessions(database, (bytes(start["_id"][:16]) for start in starts))
    delete_sessions(database, blocks.begun_before(database, app, before))
    delete_where(database, {"app": app, "received": {"$lt": Int64(before)}})


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch
