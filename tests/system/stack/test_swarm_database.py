"""What prepares, backs up and restores the Swarm's databases, on a real mongod with access control."""

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from stack.database import addresses
from stack.database.backup import BackupInvalid, NotEmpty, backup, counts, restore
from stack.database.prepare import prepare
from stack.local import Ports, Stack

pytestmark = pytest.mark.inside

PEOPLE = [{"_id": number, "email": f"{number}@example.org"} for number in range(2500)]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A server, and the secrets of a stack with two services on it."""
    run = tmp_path_factory.mktemp("stack")
    stack = Stack(run=run, ports=Ports.free(), tied=True)
    stack.start("database")
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "mongo_keyfile").write_text(stack.credentials.key_file("mongo_keyfile").read_text())
    for name in ("users", "apps"):
        host = f"127.0.0.1:{stack.ports.database}"
        uri = f"mongodb://{name}-agent:first@{host}/{name}-agent?replicaSet=datalab&authSource={name}-agent"
        (folder / f"mongo_uri_{name}").write_text(uri)
    prepare(folder)
    yield folder
    stack.stop()


@pytest.fixture
def filled(secrets: Path) -> Path:
    with addresses.primary(addresses.read(secrets)[0].host, secrets) as client:
        for name in ("users-agent", "apps-agent"):
            client.drop_database(name)
        client["users-agent"].people.insert_many(PEOPLE)
        client["users-agent"].people.create_index("email", unique=True)
        client["apps-agent"].create_collection("sites")
    return secrets


def people(secrets: Path) -> "MongoClient[dict[str, object]]":
    return MongoClient((secrets / "mongo_uri_users").read_text(), serverSelectionTimeoutMS=5000)


def test_a_service_reads_and_writes_its_own_database_alone(filled: Path) -> None:
    with people(filled) as client:
        assert client["users-agent"].people.count_documents({}) == len(PEOPLE)
        with pytest.raises(OperationFailure, match="not authorized"):
            client["apps-agent"].sites.find_one()


def test_a_client_takes_two_threads_at_most(secrets: Path) -> None:
    """They outlive its end by half a second, a container may have so many, and `prepare` makes dozens of clients."""
    host = addresses.read(secrets)[0].host
    before = threading.active_count()
    for _ in range(10):
        with addresses.primary(host, secrets) as client:  # which asks another one first
            client.admin.command("ping")
    assert threading.active_count() - before <= 2 * 2 * 10


def test_a_changed_password_is_set_at_the_next_deploy(filled: Path) -> None:
    file = filled / "mongo_uri_users"
    before = file.read_text()
    file.write_text(before.replace(":first@", ":second@"))
    with people(filled) as client, pytest.raises(OperationFailure, match="Authentication failed"):
        client["users-agent"].people.find_one()
    prepare(filled)
    with people(filled) as client:
        assert client["users-agent"].people.find_one()
    file.write_text(before)
    prepare(filled)


def test_what_was_backed_up_comes_back_with_its_indexes(filled: Path, tmp_path: Path) -> None:
    before = counts(filled)
    assert (
        backup(tmp_path, filled).counts
        == before
        == {"apps-agent": {"sites": 0}, "users-agent": {"people": 2500}}
    )
    with people(filled) as client:
        client["users-agent"].people.drop()
    assert restore(tmp_path, secrets=filled) == before == counts(filled)
    with people(filled) as client:
        assert list(client["users-agent"].people.find().sort("_id")) == PEOPLE
        assert client["users-agent"].people.index_information()["email_1"]["unique"] is True


def test_nothing_is_mixed_with_what_is_there(filled: Path, tmp_path: Path) -> None:
    backup(tmp_path, filled)
    with people(filled) as client:
        client["users-agent"].people.delete_many({"_id": {"$gte": 7}})
    with pytest.raises(NotEmpty, match=r"users-agent.people 7"):
        restore(tmp_path, secrets=filled)
    assert counts(filled)["users-agent"] == {"people": 7}
    restore(tmp_path, replace=True, secrets=filled)
    assert counts(filled)["users-agent"] == {"people": 2500}


def test_a_file_that_is_cut_off_is_no_backup(filled: Path, tmp_path: Path) -> None:
    backup(tmp_path, filled)
    file = tmp_path / "users-agent" / "people.bson.gz"
    with gzip.open(file) as whole:
        content = whole.read()
    with gzip.open(file, "wb") as cut:
        cut.write(content[:-3])
    with pytest.raises(BackupInvalid, match=r"people: it is cut off"):
        restore(tmp_path, replace=True, secrets=filled)


def test_a_backup_that_was_broken_off_is_none(filled: Path, tmp_path: Path) -> None:
    backup(tmp_path, filled)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(BackupInvalid, match="is no whole backup"):
        restore(tmp_path, secrets=filled)
