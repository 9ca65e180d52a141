"""Counting log-ins that were tried; `throttling` says how long they wait."""

from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError

from services.auth.documents import Tries
from services.auth.throttling import MOST_TRIES, wait_after
from services.contracts.errors import TooManyRequests
from services.hosting.clock import now


def count(email: str) -> None:
    """Count a try before its password is looked at, so that many at once gain nothing.

    Raises TooManyRequests while the account waits; such a try is not counted.
    """
    at = now()
    waits = [wait_after(tries) * 1000 for tries in range(MOST_TRIES + 1)]
    counted = {"$min": [{"$add": [{"$ifNull": ["$count", 0]}, 1]}, MOST_TRIES]}
    wait = {"$arrayElemAt": [waits, "$count"]}
    due = {"$cond": [{"$gt": [wait, 0]}, {"$add": [wait, at]}, 0]}
    try:
        Tries._get_collection().update_one(
            {"_id": email, "wait_until": {"$lte": at}},
            [{"$set": {"count": counted, "last": datetime.now(UTC)}}, {"$set": {"wait_until": due}}],
            upsert=True,
        )
    except DuplicateKeyError:
        waiting = Tries.objects(email=email).first()
        seconds = 1 if waiting is None else max(1, -(-(waiting.wait_until - at) // 1000))
        raise TooManyRequests("too many wrong passwords for this account", retry_after=seconds) from None


def forget(email: str) -> None:
    Tries.objects(email=email).delete()
