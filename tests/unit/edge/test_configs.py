"""Each app's config at the edge: fetched once, renewed by events."""

import asyncio

import pytest

from edge.collect.configs import Configs
from services.contracts.apps import AppDeleted, AppFacts
from services.contracts.config import AppConfig, Button, Capture, ConfigChanged, GetTrackerConfig
from services.contracts.errors import AppUnknown, CallTimedOut
from services.contracts.tracking import TrackerCapture, TrackerConfig
from tests.unit.edge.memory_bus import MemoryBus, until

pytestmark = pytest.mark.anyio


def config(version: int, app: str = "a", **capture: bool | list[str]) -> AppConfig:
    button = Button(name=f"v{version}", selector="#buy")
    return AppConfig(app=app, version=version, buttons=[button], capture=Capture(**capture))  # type: ignore[arg-type]


class Heard:
    """What the trackers are told."""

    def __init__(self, configs: Configs) -> None:
        self.versions: list[str] = []
        configs.on_change(self)

    def __call__(self, app: str, tracker: TrackerConfig) -> None:
        self.versions.append(f"{app} {tracker.buttons[0].name}")


async def test_a_config_is_fetched_once(bus: MemoryBus) -> None:
    bus.answers[GetTrackerConfig] = config(1, keep_query=["id"], keep_fragment=True, moves=False)
    configs = Configs(bus)
    first = await configs.of("a")
    assert await configs.of("a") is first
    assert bus.asked == [GetTrackerConfig(app="a")]
    assert (first.version, first.keep_query, first.keep_fragment) == (1, frozenset({"id"}), True)
    assert first.tracker.capture == TrackerCapture(moves=False, hover=True, fragment=True)
    assert not first.anonymous_when_declined


async def test_many_that_need_a_config_at_once_ask_once(bus: MemoryBus) -> None:
    answer = asyncio.Event()

    async def slowly(request: GetTrackerConfig) -> AppConfig:
        await answer.wait()
        return config(1, request.app)

    bus.answers[GetTrackerConfig] = slowly
    configs = Configs(bus)
    asking = [asyncio.create_task(configs.of(app)) for app in "aaab"]
    await until(lambda: bus.asked)
    asking[0].cancel()  # the one that began to ask goes away
    answer.set()
    assert [(await task).version for task in asking[1:]] == [1, 1, 1]
    assert [request.app for request in bus.asked] == ["a", "b"]  # type: ignore[attr-defined]


async def test_what_keeps_a_config_from_being_fetched_is_raised_and_the_next_asks_again(
    bus: MemoryBus,
) -> None:
    configs = Configs(bus)
    bus.answers[GetTrackerConfig] = CallTimedOut("late")
    with pytest.raises(CallTimedOut):
        await configs.of("a")
    bus.answers[GetTrackerConfig] = config(1)
    assert (await configs.of("a")).version == 1


async def test_a_change_is_taken_and_told(bus: MemoryBus) -> None:
    bus.answers[GetTrackerConfig] = config(1)
    configs = Configs(bus)
    await configs.of("a")
    heard = Heard(configs)
    bus.hear(ConfigChanged(config=config(2)))
    assert (await configs.of("a")).version == 2
    assert heard.versions == ["a v2"]
    assert len(bus.asked) == 1


async def test_an_older_change_or_the_same_again_changes_nothing(bus: MemoryBus) -> None:
    configs = Configs(bus)
    bus.hear(ConfigChanged(config=config(3)))
    heard = Heard(configs)
    bus.hear(ConfigChanged(config=config(2)))
    bus.hear(ConfigChanged(config=config(3)))
    assert (await configs.of("a")).version == 3
    assert heard.versions == []


async def test_a_change_told_while_the_answer_was_on_its_way_is_newer_than_the_answer(bus: MemoryBus) -> None:
    answer = asyncio.Event()

    async def stale(_: GetTrackerConfig) -> AppConfig:
        await answer.wait()
        return config(1)

    bus.answers[GetTrackerConfig] = stale
    configs = Configs(bus)
    asking = asyncio.create_task(configs.of("a"))
    await until(lambda: bus.asked)
    bus.hear(ConfigChanged(config=config(2)))
    answer.set()
    assert (await asking).version == 2
    assert (await configs.of("a")).version == 2


async def test_after_a_new_connection_configs_are_asked_for_anew(bus: MemoryBus) -> None:
    bus.answers[GetTrackerConfig] = config(1)
    configs = Configs(bus)
    await configs.of("a")
    bus.reconnect()
    bus.answers[GetTrackerConfig] = config(5)
    assert (await configs.of("a")).version == 5
    await configs.of("a")
    assert len(bus.asked) == 2


async def test_a_change_missed_while_the_broker_was_away_is_told_when_it_is_noticed(bus: MemoryBus) -> None:
    bus.answers[GetTrackerConfig] = config(1)
    configs = Configs(bus)
    await configs.of("a")
    heard = Heard(configs)
    bus.reconnect()
    bus.answers[GetTrackerConfig] = config(2)
    await configs.of("a")
    assert heard.versions == ["a v2"]
    bus.reconnect()
    await configs.of("a")
    assert heard.versions == ["a v2"]


async def test_a_deleted_app_has_no_config_and_its_streams_are_ended(bus: MemoryBus) -> None:
    configs = Configs(bus)
    bus.answers[GetTrackerConfig] = config(1)
    ended: list[str] = []
    configs.on_end(ended.append)
    await configs.of("a")
    facts = AppFacts(
        app="a",
        version=2,
        name="n",
        organisation="o",
        owner="u",
        members=[],
        origins=[],
        visibility="private",
    )
    bus.hear(AppDeleted(facts=facts, by="u", at=1))
    bus.hear(ConfigChanged(config=config(5)))
    assert (ended, configs.gone("a")) == (["a"], True)
    with pytest.raises(AppUnknown):
        await configs.of("a")
    bus.answers[GetTrackerConfig] = config(1, "b")
    assert (await configs.of("b")).version == 1
