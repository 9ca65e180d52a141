"""How long each app's sessions are kept: the collection `retention`, a document an app that lets something go.

_id     ObjectId of the app
days    int
before  UNIX ms: the horizon as it was moved last; 0: not yet
done    whether everything before it is deleted
due     UNIX ms: when the horizon is to be moved again
"""

from bson import Int64, ObjectId
from pymongo.database import Database

from services.analysis import removals
from services.analysis.record import Document

RETENTION = "retention"
DAY = 86_400_000


def days(database: Database[Document], app: ObjectId) -> int | None:
    kept = database[RETENTION].find_one({"_id": app}, {"days": 1})
    return None if kept is None else kept["days"]


def keep(database: Database[Document], app: ObjectId, days: int | None) -> None:
    """From now on; `enforce` does the work. None: everything."""
    database[RETENTION].update_one(
        {"_id": app},
        {"$set": {"days": days, "due": Int64(0)}, "$setOnInsert": {"before": Int64(0), "done": True}},
        upsert=True,
    )


def forget(database: Database[Document], app: ObjectId) -> None:
    database[RETENTION].delete_one({"_id": app})


def enforce(database: Database[Document], now: int) -> None:
    """Move every horizon that is due, and delete what lies before. Broken off, it goes on the next time."""
    for kept in list(database[RETENTION].find({"$or": [{"due": {"$lte": Int64(now)}}, {"done": False}]})):
        app = kept["_id"]
        if not kept["done"]:
            # Also where the horizon moves back now: what has left the reports must not return to them.
            removals.delete_before(database, app, kept["before"])
        before = 0 if kept["days"] is None else now - kept["days"] * DAY
        # Only if nobody has changed it meanwhile; who has is served the next time.
        moved = database[RETENTION].update_one(
            {"_id": app, "days": kept["days"]},
            {"$set": {"before": Int64(before), "done": before == 0, "due": Int64(now + DAY)}},
        )
        if not moved.matched_count:
            continue
        removals.move_horizon(database, app, before)
        if kept["days"] is None:
            database[RETENTION].delete_one({"_id": app, "days": None})
        else:
            removals.delete_before(database, app, before)
            database[RETENTION].update_one({"_id": app, "before": Int64(before)}, {"$set": {"done": True}})
