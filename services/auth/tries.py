"""Counting log-ins that were tried; `throttling` says how long they wait."""

from datetime import UTC, datetime

from mongoengine import NotUniqueError

from services.auth.documents import Tries
from services.auth.throttling import wait_after
from services.contracts.errors import TooManyRequests
from services.hosting.clock import now


def count(email: str) -> None:
    """Count a try before its password is looked at, so that many at once gain nothing.

    Raises TooManyRequests while the account waits; such a try is not counted.
    """
    at = now()
    try:
        tries = Tries.objects(email=email, wait_until__lte=at).modify(
            upsert=True, new=True, inc__count=1, set__last=datetime.now(UTC), set__wait_until=0
        )
    except NotUniqueError:
        waiting = Tries.objects(email=email).first()
        seconds = 1 if waiting is None else max(1, -(-(waiting.wait_until - at) // 1000))
        raise TooManyRequests("too many wrong passwords for this account", retry_after=seconds) from None
    if wait := wait_after(tries.count):
        Tries.objects(email=email, count=tries.count).update_one(wait_until=at + wait * 1000)


def forget(email: str) -> None:
    Tries.objects(email=email).delete()
