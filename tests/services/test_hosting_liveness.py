"""The file that tells whoever runs a service that it is well."""

from collections.abc import Iterator
from pathlib import Path

import eventlet
import pytest
from eventlet.event import Event
from nameko.containers import ServiceContainer

from services.contracts.health import Health
from services.hosting import Database, Healthy, rpc
from services.hosting.liveness import Liveness
from stack.local import Stack
from tests.services.conftest import nameko_config

TROUBLE = {"detail": "the shelf is empty"}
ASKED = Event()


class Moody(Healthy):
    name = "moody"
    database = Database("moody")

    @rpc
    def health(self) -> Health:
        if not ASKED.ready():
            ASKED.send()
        return Health(ok=not TROUBLE, detail=TROUBLE.get("detail", ""))


@pytest.fixture
def alive(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("services.hosting.liveness.PAUSE", 0.1)
    config = nameko_config(stack, "moody")
    file = tmp_path / "alive"
    environment = config["environment"]
    assert isinstance(environment, dict)
    environment["ALIVE_FILE"] = str(file)
    file.write_text("of a process before")
    TROUBLE["detail"] = "the shelf is empty"
    container = ServiceContainer(Moody, config)
    container.start()
    yield file
    container.stop()


def test_a_service_is_not_well_until_it_says_so_and_from_then_on_stays_so(alive: Path) -> None:
    assert not alive.exists(), "what a process before it left is gone"
    ASKED.wait()
    assert not alive.exists()
    TROUBLE.clear()
    with eventlet.Timeout(10):
        while not alive.exists():
            eventlet.sleep(0.05)
    TROUBLE["detail"] = "the database is away"
    first = alive.stat().st_mtime_ns
    with eventlet.Timeout(5):
        while alive.stat().st_mtime_ns == first:
            eventlet.sleep(0.05)


def test_without_a_file_nothing_is_written(tmp_path: Path) -> None:
    liveness = Liveness()
    liveness.file = None
    liveness.start()
    assert list(tmp_path.iterdir()) == []
