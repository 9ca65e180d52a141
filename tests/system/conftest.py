"""One whole stack for all system tests: real broker, real database, every service, the edge."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.local import Ports, Stack
from tests.system.people import App, Owner, Tracker

LIMITS = {
    f"{what}_PER_MINUTE": "60000"
    for what in ("HELLOS", "BEACONS", "LOGINS", "REGISTRATIONS", "RESETS", "REFRESHES")
}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    run: Path = tmp_path_factory.mktemp("stack")
    running = Stack(run=run, ports=Ports.free(), tied=True, environment=LIMITS)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def owner(stack: Stack) -> Owner:
    return Owner(stack.edge_url)


@pytest.fixture
def app(owner: Owner) -> App:
    """A fresh app with its token."""
    return owner.app()


@pytest.fixture
def tracker(stack: Stack, app: App) -> Tracker:
    return Tracker(stack.edge_url, app.token)
