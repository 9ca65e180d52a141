"""What goes wrong during a run, and when: drawn from the seed, every kind at least once.

Faults on different parts may overlap; those on one part do not, since a process that is down cannot be killed.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

import msgspec

from stack.local import Stack
from tests.proxy import Proxy

PARTS = ("edge", "recorder", "analysis", "broker", "database")
LINK, FILE = "edge to broker", "projection's file"


class Kind(msgspec.Struct, frozen=True):
    how: str
    part: str

    def __str__(self) -> str:
        return f"{self.how} {self.part}"


KINDS = (
    *(Kind(how, part) for how in ("kill", "restart", "freeze") for part in PARTS),
    Kind("cut", LINK),
    Kind("stall", LINK),
    Kind("delete", FILE),
)


class Fault(msgspec.Struct, frozen=True):
    at: float
    """seconds after the beginning"""
    kind: Kind


def schedule(dice: random.Random, seconds: float, pause: float) -> list[Fault]:
    """Faults over so many seconds with a mean `pause` in between, or closer where otherwise not every kind would get
    its turn."""
    count = max(len(KINDS), int(seconds / pause))
    rounds = [kind for _ in range(-(-count // len(KINDS))) for kind in dice.sample(KINDS, len(KINDS))]
    times = sorted(dice.uniform(0, seconds) for _ in range(count))
    return [Fault(at, kind) for at, kind in zip(times, rounds, strict=False)]


class Faults:
    """`freeze` is how many seconds a part stands still."""

    def __init__(self, stack: Stack, proxy: Proxy, freeze: float) -> None:
        self._stack = stack
        self._proxy = proxy
        self._freeze = freeze
        self._one_at_a_time = {kind.part: asyncio.Lock() for kind in KINDS}
        self._how: dict[str, Callable[[str], Awaitable[None]]] = {
            "kill": self._kill,
            "restart": self._restart,
            "freeze": self._frozen,
            "cut": self._cut,
            "stall": self._stall,
            "delete": self._delete,
        }
        self.injected: Counter[Kind] = Counter()

    async def inject(self, faults: list[Fault], told: Callable[[str], None]) -> None:
        """All of them, each at its time; returns when the last is over."""
        async with asyncio.TaskGroup() as group:
            for fault in faults:
                group.create_task(self._inject(fault, told))

    async def _inject(self, fault: Fault, told: Callable[[str], None]) -> None:
        await asyncio.sleep(fault.at)
        kind = fault.kind
        async with self._one_at_a_time[kind.part]:
            told(str(kind))
            self.injected[kind] += 1
            await self._how[kind.how](kind.part)

    async def _kill(self, part: str) -> None:
        await self._until_it_runs(part)
        await asyncio.to_thread(self._stack.kill, part, stay_down=False)

    async def _restart(self, part: str) -> None:
        await asyncio.to_thread(self._stack.replace, part)

    async def _frozen(self, part: str) -> None:
        await self._until_it_runs(part)
        await asyncio.to_thread(self._stack.freeze, part)
        try:
            await asyncio.sleep(self._freeze)
        finally:
            await asyncio.to_thread(self._stack.thaw, part)

    async def _cut(self, part: str) -> None:
        self._proxy.cut()

    async def _stall(self, part: str) -> None:
        self._proxy.stall()
        await asyncio.sleep(self._freeze)
        self._proxy.carry()

    async def _delete(self, part: str) -> None:
        for file in self._stack.projection.parent.glob(f"{self._stack.projection.name}*"):
            file.unlink()

    async def _until_it_runs(self, part: str) -> None:
        """The supervisor waits a second or more before it starts again what has died early."""
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(self._stack.running, part):  # noqa: ASYNC110  another process
                await asyncio.sleep(0.1)
