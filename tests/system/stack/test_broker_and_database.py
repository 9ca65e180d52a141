"""The local runner's broker and database, as the services and the tests get them."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pika
import pymongo
import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from stack.local import Ports, Stack
from stack.local.errors import PortTaken, Trouble
from stack.local.ports import holder
from stack.local.programs import ROOT

pytestmark = pytest.mark.inside


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(run=tmp_path_factory.mktemp("parts"), ports=Ports.free(), tied=True)
    stack.start("broker", "database")
    yield stack
    stack.stop()


def connect(where: str) -> MongoClient[dict[str, object]]:
    return MongoClient(where)


def listening(ports: Ports) -> dict[str, str | None]:
    return {name: holder(port) for name, port in vars(ports).items() if holder(port)}


def test_a_second_start_changes_nothing(stack: Stack) -> None:
    before = {name: stack.pid(name) for name in ("epmd", "broker", "database")}
    start = time.monotonic()
    stack.start("broker", "database")
    assert {name: stack.pid(name) for name in before} == before
    assert time.monotonic() - start < 3


def test_a_service_has_its_own_database_and_no_other(stack: Stack) -> None:
    with connect(stack.mongo_uri("users")) as client:
        client.users.people.insert_one({"name": "Ada"})
        assert client.users.people.count_documents({"name": "Ada"}) == 1
        with pytest.raises(OperationFailure, match="not authorized"):
            client.auth.people.find_one({})


def test_the_database_wants_a_password(stack: Stack) -> None:
    with connect(f"mongodb://127.0.0.1:{stack.ports.database}/") as client, pytest.raises(OperationFailure):
        client.users.people.find_one({})


def test_collections_are_compressed_by_zstd(stack: Stack) -> None:
    with connect(stack.mongo_uri("config")) as client:
        client.config.versions.insert_one({})
        made = client.config.command("collStats", "versions")["wiredTiger"]["creationString"]
    assert "block_compressor=zstd" in made


def test_what_the_database_acknowledged_outlives_a_kill(stack: Stack) -> None:
    with connect(stack.mongo_uri("apps")) as client:
        client.apps.kept.insert_one({"_id": 1})
    stack.kill("database")
    assert stack.pid("database") is None
    stack.start("database")
    with connect(stack.mongo_uri("apps")) as client:
        assert client.apps.kept.find_one({"_id": 1})


def test_what_a_dead_process_had_open_holds_up_others_for_seconds_only(stack: Stack) -> None:
    with connect(stack.mongo_uri("apps")) as client:
        client.apps.shared.insert_one({"_id": 1})
    with connect(stack.mongo_uri("apps")) as dead, dead.start_session() as session:
        session.start_transaction()  # neither committed nor aborted
        dead.apps.shared.update_one({"_id": 1}, {"$set": {"by": "the dead"}}, session=session)
        with connect(stack.mongo_uri("apps")) as living, pymongo.timeout(20):
            living.apps.shared.update_one({"_id": 1}, {"$set": {"by": "the living"}})
            assert living.apps.shared.find_one({"_id": 1}) == {"_id": 1, "by": "the living"}


def test_what_the_broker_confirmed_outlives_a_kill(stack: Stack) -> None:
    persistent = pika.BasicProperties(delivery_mode=2)
    with pika.BlockingConnection(pika.URLParameters(stack.amqp_uri())) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare("kept", durable=True)
        # A queue that is seconds old may be in memory only; what is confirmed into one that is on disk never is.
        stack.broker.control("eval", "ok = disk_log:sync(latest_log).")
        channel.basic_publish("", "kept", b"frame", persistent, mandatory=True)
        stack.kill("broker")
        with pytest.raises(pika.exceptions.AMQPError):
            connection.sleep(5)
    stack.start("broker")
    with pika.BlockingConnection(pika.URLParameters(stack.amqp_uri())) as connection:
        assert connection.channel().basic_get("kept", auto_ack=True)[2] == b"frame"


def test_unknown_names_are_told(stack: Stack) -> None:
    with pytest.raises(Trouble, match="There is no brocker in a stack"):
        stack.start("brocker")


def test_a_taken_port_stops_the_start(stack: Stack, tmp_path: Path) -> None:
    other = Stack(
        run=tmp_path, ports=Ports(**{**vars(Ports.free()), "database": stack.ports.database}), tied=True
    )
    try:
        with pytest.raises(
            PortTaken, match=rf"Port {stack.ports.database}, which MongoDB needs, is in use by mongod"
        ):
            other.start("database")
    finally:
        other.stop()


def test_a_database_moves_to_another_port_with_its_data(tmp_path: Path) -> None:
    stack = Stack(run=tmp_path, ports=Ports.free(), tied=True)
    stack.start("database")
    with connect(stack.mongo_uri("tokens")) as client:
        client.tokens.kept.insert_one({"_id": 1})
    moved = Stack(run=tmp_path, ports=Ports.free(), tied=True)
    try:
        moved.start("database")
        with connect(moved.mongo_uri("tokens")) as client:
            assert client.tokens.kept.find_one({"_id": 1})
        assert listening(stack.ports) == {}
    finally:
        moved.stop()


def test_lost_secrets_are_told_and_not_papered_over(tmp_path: Path) -> None:
    stack = Stack(run=tmp_path, ports=Ports.free(), tied=True)
    try:
        stack.start("database")
        (stack.credentials.folder / "mongo_admin").unlink()
        with pytest.raises(Trouble, match="was made with other passwords"):
            stack.start("database")
    finally:
        stack.stop()


def test_a_tied_stack_ends_with_its_maker_however_that_ends(tmp_path: Path) -> None:
    ports = Ports.free()
    maker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from stack.local import Ports, Stack\n"
            "Stack(Path(sys.argv[1]), Ports(*map(int, sys.argv[2:])), tied=True).start('broker', 'database')\n"
            "print('ready', flush=True); sys.stdin.read()",
            *(str(part) for part in (tmp_path, *vars(ports).values())),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with maker:
        assert maker.stdout
        assert maker.stdout.readline() == b"ready\n"
        left = listening(ports)
        assert {"broker", "broker_names", "database"} <= set(left)
        maker.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while listening(ports) or Path(tmp_path, "supervisor.sock").exists():
        assert time.monotonic() < end, f"still there: {listening(ports) or 'supervisord'}"
        time.sleep(0.1)
