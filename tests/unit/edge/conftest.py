import pytest

from tests.unit.edge.memory_bus import MemoryBus


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1_800_000_000.0)
    monkeypatch.setattr("time.time", clock)
    return clock


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """For code that reads the clock itself; the event loop keeps its own."""
    clock = Clock(1000.0)
    monkeypatch.setattr("edge.collect.limits.time.monotonic", clock)
    return clock
