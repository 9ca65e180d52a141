"""One whole stack for all system tests: real broker, real database, every service, the edge.

    pytest tests/system/test_pipe.py --edge http://pi.example     the same tests on a stack that runs elsewhere

Elsewhere, tests marked `inside` are left out: they reach behind the edge, to processes, broker or databases.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from stack.local import Ports, Stack
from tests.system.people import MANY, App, Owner, Tracker


class Elsewhere:
    """A stack of which only the edge can be reached."""

    def __init__(self, edge: str) -> None:
        self.edge_url = self.edge_address = edge

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a test that asks for stack.{name} reaches behind the edge: mark it `inside`")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--edge", help="the edge of a stack that runs elsewhere, to be tested from outside")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--edge", None):
        inside = [item for item in items if item.get_closest_marker("inside")]
        config.hook.pytest_deselected(items=inside)
        items[:] = [item for item in items if item not in inside]


@pytest.fixture(scope="session")
def stack(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack | Elsewhere]:
    if edge := request.config.getoption("--edge", None):
        yield Elsewhere(edge)
        return
    run: Path = tmp_path_factory.mktemp("stack")
    running = Stack(run=run, ports=Ports.free(), tied=True, environment=MANY)
    running.start()
    yield running
    running.discard()


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
