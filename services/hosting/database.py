"""The service's own MongoDB database: `database = Database("users")` connects mongoengine under that alias,
which its documents name in `meta = {"db_alias": "users"}`.

The connection is lazy and heals by itself: a service starts while its database is down and is red until it is
back.
"""

import threading
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import msgspec
import pymongo
from mongoengine import Document, connect, disconnect
from mongoengine.connection import get_connection, get_db
from nameko.extensions import DependencyProvider
from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from services.contracts.settings import load
from services.hosting.settings import environment_of

T = TypeVar("T")

HEALTH_TIME_OUT = 2
"""seconds"""


class DatabaseSettings(msgspec.Struct, kw_only=True):
    mongo_uri: str
    """MongoDB with user, password and database of this service alone"""
    mongo_timeout: int = 5000
    """ms to wait for a server before an operation fails"""


class Database(DependencyProvider):
    def __init__(self, alias: str) -> None:
        self.alias = alias

    def setup(self) -> None:
        settings = load(DatabaseSettings, environment_of(self.container.config))
        disconnect(self.alias)
        connect(
            alias=self.alias,
            host=settings.mongo_uri,
            serverSelectionTimeoutMS=settings.mongo_timeout,
            uuidRepresentation="standard",
            tz_aware=True,
            w="majority",
            journal=True,
        )

    def stop(self) -> None:
        disconnect(self.alias)

    def get_dependency(self, worker_ctx: object) -> "Database":
        return self

    def together(self, change: Callable[[], T]) -> T:
        """What `change` writes, of several documents, is written as a whole or not at all. It may be called again
        where another change came between, so it reads what it needs itself. It writes by `Record.in_transaction`.
        """
        with get_connection(self.alias).start_session() as session, session.bind(end_session=False):
            done: T = session.with_transaction(lambda _: change())
        return done

    def trouble(self) -> str:
        """What keeps the database from answering; empty when it does."""
        try:
            with pymongo.timeout(HEALTH_TIME_OUT):
                get_db(self.alias).command("ping")
        except PyMongoError as error:
            return f"database: {error.__class__.__name__}"
        return ""


class Record(Document):
    """A document of a service. Nothing is read or written before its indexes stand: rules rely on the unique
    ones.

    mongoengine makes them at the first use, but goes on without where that fails, or while another thread
    still makes them.
    """

    # Any: mongoengine's own dictionary format
    meta: ClassVar[dict[str, Any]] = {"abstract": True}

    _making_indexes = threading.RLock()

    @classmethod
    def in_transaction(cls) -> Any:  # Any: a pymongo collection of whatever the document holds
        """The collection to write to within `Database.together`: how durable that is, is for its commit to say."""
        return cls._get_collection().with_options(write_concern=WriteConcern())

    @classmethod
    def _get_collection(cls) -> Any:  # Any: a pymongo collection of whatever the document holds
        collection = getattr(cls, "_collection", None)
        if collection is not None and cls.__dict__.get("_indexed") is collection:
            return collection
        with cls._making_indexes:
            try:
                cls._indexed = super()._get_collection()
            except Exception:
                cls._collection = None
                raise
            return cls._indexed
