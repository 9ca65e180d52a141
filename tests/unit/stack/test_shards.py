"""What the router of the record's shards is told. No mongos can be had for a test: its answers are stood in for."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pymongo.errors import OperationFailure

from stack.database import shards
from stack.database.addresses import Address, Client
from tests.unit.stack import compose

DATABASE = Address("record-router:27017", "event-analysis-agent", "event-analysis-agent", "secret")


class Router:
    """Keeps what it is told; knows one shard already."""

    def __init__(self, refuses: int | None = None) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.refuses = refuses
        self.admin = SimpleNamespace(command=self.command)

    def command(self, name: str, value: object = 1, /, **more: object) -> dict[str, object]:
        self.told.append((name, value, *more.values()))
        if self.refuses and name == "shardCollection":
            raise OperationFailure("refused", self.refuses)
        return {"shards": [{"_id": "datalab-shard-1"}]}


def told(router: Router) -> Client:
    return cast(Client, router)


def test_the_overlays_sets_are_read_the_config_servers_first() -> None:
    overlay = compose.read("stack/shards.yml")
    (config, *others) = shards.sets(overlay.services["database-prepare"].environment["MONGO_SETS"])
    assert config == ("datalab-config", "record-config:27017")
    assert overlay.services["record-router"].command == ["--configdb", "/".join(config)]
    for name, member in others:
        service = overlay.services[member.partition(":")[0]]
        assert service.hostname == member.partition(":")[0]
        assert service.command[:3] == ["--shardsvr", "--replSet", name]


@pytest.mark.parametrize("text", ["", "record-config:27017", "a/b:1,", "/b:1"])
def test_sets_that_cannot_be_read_are_named(text: str) -> None:
    with pytest.raises(ValueError, match="MONGO_SETS"):
        list(shards.sets(text))


def test_the_config_servers_set_says_what_it_is() -> None:
    assert shards.initiation("c", "host:1", is_config=True)["configsvr"] is True
    assert "configsvr" not in shards.initiation("s", "host:1", is_config=False)


def test_shards_that_are_missing_are_added() -> None:
    router = Router()
    shards.add(told(router), [("datalab-shard-1", "one:1"), ("datalab-shard-2", "two:1")])
    assert router.told == [("listShards", 1), ("addShard", "datalab-shard-2/two:1", "datalab-shard-2")]


def test_frames_are_divided_by_app_and_session() -> None:
    router = Router()
    shards.divide(told(router), DATABASE)
    frames = "event-analysis-agent.frames"
    assert router.told[-1] == ("shardCollection", frames, {"app": 1, "_id": 1})


def test_frames_that_are_divided_stay_as_they_are() -> None:
    assert shards.divide(told(Router(refuses=23)), DATABASE)
    with pytest.raises(OperationFailure):
        shards.divide(told(Router(refuses=13)), DATABASE)
