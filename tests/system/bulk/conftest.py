"""A look into the record itself."""

from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from pymongo.collection import Collection

from stack.local import Stack


@pytest.fixture
def record(stack: Stack) -> Iterator[Collection[dict[str, Any]]]:
    with pymongo.MongoClient[dict[str, Any]](stack.mongo_uri("analysis")) as client:
        yield client.get_default_database()["frames"]


def of(app: str) -> dict[str, ObjectId]:
    return {"app": ObjectId(app)}
