"""All that is wrong with a body is told at once."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.di import Provide

from edge.dashboard.bodies import problems
from edge.dashboard.config import Buttons, Configs
from edge.problems import respond
from services.contracts.config import AppConfig, Campaign, Capture, Funnel, PutFunnel, Stage
from services.contracts.messages import Actor
from tests.unit.edge.http import browsing
from tests.unit.edge.memory_bus import MemoryBus

STAGE = {"name": "a", "trigger": "url", "value": "/a"}


@pytest.mark.parametrize(
    ("value", "kind", "fields"),
    [
        ({"stages": [STAGE]}, Funnel, []),
        ({"stages": [STAGE, {"name": "", "trigger": "tap"}], "window": 0}, Funnel,
         ["stages[1].name", "stages[1].trigger", "window"]),
        ({"stages": [{**STAGE, "any_of": [""]}, {"trigger": "url"}]}, Funnel,
         ["stages[0].any_of[0]", "stages[1].name"]),
        ({"stages": [STAGE] * 13}, Funnel, ["stages"]),
        ({"stages": 3, "orders": "any", "per": None}, Funnel, ["stages", "per", "orders"]),
        ({"buttons": [{"name": "a"}, 7, {"name": "b", "selector": "#b", "x": 1}]}, Buttons,
         ["buttons[0].selector", "buttons[1]", "buttons[2].x"]),
        ({}, Buttons, ["buttons"]),
        ([], Buttons, [""]),
        ({"name": "a", "suffix": "a b", "cost": -1, "currency": "eur"}, Campaign, ["suffix", "cost", "currency"]),
        ({"moves": "yes", "exclude": ["", 1]}, Capture, ["moves", "exclude[0]", "exclude[1]"]),
    ],
)  # fmt: skip
def test_each_wrong_part_is_named(value: Any, kind: Any, fields: list[str]) -> None:
    assert [field for field, _ in problems(value, kind)] == fields


def test_a_problem_says_what_is_wrong_without_the_path() -> None:
    assert list(problems({"moves": 1}, Capture)) == [("moves", "must be true or false, not a whole number")]
    assert list(problems({**STAGE, "trigger": "tap"}, Stage)) == [
        ("trigger", "must be one of url, click, event")
    ]


def configs(bus: MemoryBus) -> Litestar:
    """The config's routes alone, for somebody who has logged in."""
    return Litestar(
        [Configs],
        dependencies={
            "bus": Provide(lambda: bus, sync_to_thread=False),
            "actor": Provide(lambda: Actor(user="u", organisation="o"), sync_to_thread=False),
        },
        exception_handlers={Exception: respond},
    )


@pytest.mark.anyio
async def test_a_refused_config_names_every_field(bus: MemoryBus) -> None:
    bus.answers[PutFunnel] = AppConfig(app="a", version=1)
    async with browsing(configs(bus)) as client:
        path = "/api/apps/a/config/funnel"
        answer = await client.put(path, json={"stages": [{"name": ""}], "order": "none", "more": 1})
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert [error["field"] for error in answer.json()["errors"]] == [
            "stages[0].name",
            "stages[0].trigger",
            "order",
            "more",
        ]
        for broken in ("{", "", "[[", "\xff"):
            refused = await client.put(path, content=broken, headers={"content-type": "application/json"})
            assert 400 <= refused.status_code < 500
        assert bus.asked == []
        assert (await client.put(path, json={"stages": [STAGE, {**STAGE, "name": "b"}]})).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("number", ["-1", str(2**53 + 1), "9" * 40, "x"])
async def test_a_version_that_cannot_be_is_refused_at_the_edge(bus: MemoryBus, number: str) -> None:
    async with browsing(configs(bus)) as client:
        answer = await client.get(f"/api/apps/a/config/versions/{number}")
    assert 400 <= answer.status_code < 500
    assert bus.asked == []
