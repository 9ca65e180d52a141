"""A broker of these tests' own, since they stop, freeze and kill it, and a plain Nameko service on it."""

import asyncio
import inspect
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from edge.bus import Bus
from services.contracts.errors import Unreachable
from stack.local import Ports, Stack
from tests.system.bus.calls import Greet

ROOT = Path(__file__).parents[3]
NAMEKO = Path(sys.executable).with_name("nameko")
LONGEST = 60.0
"""seconds a test may take; what hangs fails, and its fixtures still end, which pytest-timeout would not let them"""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = bounded(pyfuncitem.obj)


def bounded(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., Coroutine[Any, Any, None]]:
    @wraps(test)
    async def in_time(**given: Any) -> None:  # Any: fixtures
        async with asyncio.timeout(LONGEST):
            await test(**given)

    return in_time


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="package")
def stack_of_a_broker() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="datalab-bus-") as run:
        stack = Stack(run=Path(run), ports=Ports.free(), tied=True)
        stack.start("broker")
        yield stack
        stack.discard()


@pytest.fixture
def broker(stack_of_a_broker: Stack) -> Stack:
    """Running, whatever the test before did to it."""
    if not stack_of_a_broker.running("broker"):
        stack_of_a_broker.start("broker")
    return stack_of_a_broker


@pytest.fixture
async def bus(broker: Stack) -> AsyncIterator[Bus]:
    async with connected(Bus(broker.amqp_uri())) as bus:
        yield bus


class connected:  # noqa: N801  reads as what it is: `async with connected(bus)`
    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    async def __aenter__(self) -> Bus:
        await self.bus.start()
        await until(lambda: self.bus.connected)
        return self.bus

    async def __aexit__(self, *_: object) -> None:
        await self.bus.stop()


class Service:
    """The shop, run by Nameko's own command line."""

    def __init__(self, amqp_uri: str, folder: Path) -> None:
        self.log = folder / "shop.log"
        self._configuration = folder / "nameko.yaml"
        self._configuration.write_text(f"AMQP_URI: '{amqp_uri}'\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(NAMEKO), "run", "--config", str(self._configuration), "tests.system.bus.shop:Shop"],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def dead(self) -> bool:
        return self._process is None or self._process.poll() is not None


@pytest.fixture(scope="package")
def shop(stack_of_a_broker: Stack) -> Iterator[Service]:
    service = Service(stack_of_a_broker.amqp_uri(), stack_of_a_broker.run)
    service.start()
    yield service
    service.stop()


@pytest.fixture
async def open_shop(shop: Service, bus: Bus) -> Service:
    """The shop, answering; started again where it was stopped or has ended."""
    if shop.dead:
        shop.start()
    await until_answered(lambda: bus.call(Greet(name="early"), 1))
    return shop


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  conditions are of other processes
            await asyncio.sleep(0.01)


async def until_answered(ask: Callable[[], Awaitable[Any]], seconds: float = 30.0) -> Any:
    """The answer, once somebody is there to give it."""
    async with asyncio.timeout(seconds):
        while True:
            try:
                return await ask()
            except Unreachable:
                await asyncio.sleep(0.05)
