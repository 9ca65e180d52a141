"""Every service's database in files, and back. The files are what mongodump writes and mongorestore reads:

    FOLDER/manifest.json                     when, and the documents of each collection
    FOLDER/<database>/<collection>.bson.gz   the documents, one behind the other
    FOLDER/<database>/<collection>.metadata.json   options and indexes

Done while the stack runs. Each collection is read from its beginning to its end; what is written meanwhile may be
in it or not. Frames are only ever added, so a backup holds the record up to some moment. Users and passwords of
MongoDB are not in it: the stack that a backup is restored into has its own. The projection is not in it either, it is
built from the record.
"""

import gzip
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from bson import json_util
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database
from pymongo.operations import IndexModel

from stack.database import addresses
from stack.database.addresses import SECRETS

log = logging.getLogger(__name__)

BATCH = 8 << 20
"""bytes of documents inserted at once"""
LARGEST = 17 << 20
"""bytes of one document; MongoDB allows 16 MiB"""
COMPRESSION = 3
"""of gzip: 9 takes a Pi five times as long for a tenth less"""

MANIFEST = "manifest.json"
MADE_BY_ITSELF = ("access_keys", "app_keys")
"""collections that a service fills before anybody has used it"""

RawDatabase = Database[RawBSONDocument]
Counts = dict[str, dict[str, int]]
"""database -> collection -> documents"""


class NotEmpty(Exception):
    """Restoring would mix the backup with what is there."""


class BackupInvalid(Exception):
    """What is in the folder is no whole backup."""


class Manifest(msgspec.Struct, kw_only=True):
    made_at: int
    """UNIX ms, when it was begun"""
    counts: Counts


def backup(folder: Path, secrets: Path = SECRETS) -> Manifest:
    """The folder holds a manifest only when everything else is in it."""
    if (folder / "manifest.json").exists():
        raise BackupInvalid(f"{folder} holds a backup already")
    manifest = Manifest(made_at=int(time.time() * 1000), counts={})
    with _databases(secrets) as databases:
        for name, database in databases.items():
            into = folder / name
            into.mkdir(parents=True, exist_ok=True)
            manifest.counts[name] = {
                collection: _write(database, collection, into, options)
                for collection, options in _collections(database)
            }
            log.info("%s: %s", name, _told(manifest.counts[name]))
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    return manifest


def restore(folder: Path, replace: bool = False, secrets: Path = SECRETS) -> Counts:
    """Raises:
    NotEmpty: there is something in a database already, and it shall not be replaced.
    BackupInvalid: a file is missing or cut off, or holds another number of documents than the manifest says.
    """
    manifest = read_manifest(folder)
    with _databases(secrets) as databases:
        if strange := sorted(manifest.counts.keys() - databases.keys()):
            raise BackupInvalid(f"the backup has databases that this stack has not: {', '.join(strange)}")
        if not replace:
            _refuse_what_is_taken(databases)
        for name, collections in manifest.counts.items():
            for collection, _ in _collections(databases[name]):
                databases[name].drop_collection(collection)
            for collection, count in collections.items():
                restored = _read(databases[name], collection, folder / name)
                if restored != count:
                    raise BackupInvalid(
                        f"{name}.{collection}: {restored} documents, the manifest says {count}"
                    )
            log.info("%s: %s", name, _told(collections))
    return manifest.counts


def read_manifest(folder: Path) -> Manifest:
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise BackupInvalid(f"{folder} is no whole backup: {error}") from error


def counts(secrets: Path = SECRETS) -> Counts:
    with _databases(secrets) as databases:
        return {name: _count(database) for name, database in databases.items()}


@contextmanager
def _databases(secrets: Path) -> Iterator[dict[str, RawDatabase]]:
    with ExitStack() as open_clients:
        found: dict[str, RawDatabase] = {}
        for host, here in addresses.by_host(addresses.read(secrets)).items():
            client = open_clients.enter_context(addresses.primary(host, secrets))
            options: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
            for each in here:
                found[each.database] = client.get_database(each.database).with_options(codec_options=options)
        yield found


def _refuse_what_is_taken(databases: dict[str, RawDatabase]) -> None:
    taken = {
        f"{name}.{collection}": count
        for name, database in databases.items()
        for collection, count in _count(database).items()
        if count and collection not in MADE_BY_ITSELF
    }
    if taken:
        raise NotEmpty(f"there is something already: {_told(taken)}; --replace restores in place of it")


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "nothing"


def _collections(database: RawDatabase) -> list[tuple[str, dict[str, Any]]]:  # Any: MongoDB's options
    found = [
        (str(each["name"]), dict(each["options"]))
        for each in _decoded(database).list_collections(filter={"type": "collection"})
    ]
    return sorted((name, options) for name, options in found if not name.startswith("system."))


def _decoded(database: RawDatabase) -> Database[dict[str, Any]]:  # Any: MongoDB's own documents
    return database.client.get_database(database.name)  # type: ignore[return-value]  # the client's own codec


def _count(database: RawDatabase) -> dict[str, int]:
    return {name: database[name].count_documents({}) for name, _ in _collections(database)}


def _write(database: RawDatabase, name: str, folder: Path, options: dict[str, Any]) -> int:
    indexes = [dict(index) for index in _decoded(database)[name].list_indexes()]
    metadata = {"options": options, "indexes": indexes, "collectionName": name}
    (folder / f"{name}.metadata.json").write_text(json_util.dumps(metadata))
    count = 0
    with gzip.open(folder / f"{name}.bson.gz", "wb", COMPRESSION) as file:
        for document in database[name].find({}).hint([("$natural", 1)]):
            file.write(document.raw)
            count += 1
    return count


def _read(database: RawDatabase, name: str, folder: Path) -> int:
    count = 0
    try:
        metadata = json_util.loads((folder / f"{name}.metadata.json").read_text())
        database.create_collection(name, check_exists=False, **metadata["options"])
        with gzip.open(folder / f"{name}.bson.gz", "rb") as file:
            for batch in _batches(file):
                database[name].insert_many(batch, ordered=False)
                count += len(batch)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise BackupInvalid(f"{folder.name}.{name}: {error}") from error
    indexes = [_index(index) for index in metadata["indexes"] if index["name"] != "_id_"]
    if indexes:
        database[name].create_indexes(indexes)
    return count


def _index(description: dict[str, Any]) -> IndexModel:  # Any: MongoDB's options
    options = {name: value for name, value in description.items() if name not in ("v", "ns", "key")}
    return IndexModel(list(description["key"].items()), **options)


def _batches(file: gzip.GzipFile) -> Iterator[list[RawBSONDocument]]:
    """Documents as they stand one behind the other: the first four bytes of each are its length."""
    batch: list[RawBSONDocument] = []
    size = 0
    while head := file.read(4):
        length = int.from_bytes(head, "little")
        if not 5 <= length <= LARGEST:
            raise ValueError(f"a document of {length} bytes")
        raw = head + file.read(length - 4)
        if len(raw) != length:
            raise EOFError("it is cut off")
        batch.append(RawBSONDocument(raw))
        size += length
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
