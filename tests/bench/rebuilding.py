"""How fast the projection is built anew from the record."""

import re
import time
from collections.abc import Callable
from itertools import islice

from pymongo import MongoClient

from services.analysis import record
from stack.local import Stack
from tests.bench import histories

PATIENCE = 300.0
"""seconds"""
AT_ONCE = 2_000
"""frames written"""

_READ = re.compile(r"read (\d+) events in ([\d.]+) s")


def rebuilt(stack: Stack, whole: Callable[[], bool]) -> float:
    """Events/s of a projection that reads all of them from the record, as it says itself. `whole`: all of them are in
    the reports."""
    stack.stop("analysis")
    return _rebuilt(stack, whole)


def visits_rebuilt(stack: Stack, events: int) -> tuple[int, float]:
    """As `rebuilt`, of generated visits, nearly so many events; these are then all that is in the record. Says how many
    there were."""
    stack.stop("analysis", "recorder")
    with MongoClient[record.Document](stack.mongo_uri("analysis")) as client:
        database = client.get_default_database()
        database.drop_collection(record.FRAMES)
        record.create(database)
        documents = map(record.document, histories.frames(histories.Shape(events)))
        while some := list(islice(documents, AT_ONCE)):
            database[record.FRAMES].insert_many(some, ordered=False)
    rate = _rebuilt(stack, lambda: True)
    return int(_said(stack)[-1][0]), rate


def _rebuilt(stack: Stack, whole: Callable[[], bool]) -> float:
    before = len(_said(stack))
    stack.projection.unlink()
    stack.start("analysis")
    end = time.perf_counter() + PATIENCE
    while len(_said(stack)) == before or not whole():
        if time.perf_counter() > end:
            raise SystemExit("the projection is not there again")
        time.sleep(0.1)
    events, seconds = _said(stack)[-1]
    return int(events) / float(seconds)


def _said(stack: Stack) -> list[tuple[str, str]]:
    return _READ.findall(stack.log("analysis").read_text())
