"""Links into an organisation, at the edge."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.di import Provide

from edge.dashboard.doors import Doors
from edge.dashboard.join_links import Links, read_join_link
from edge.problems import respond
from edge.settings import EdgeSettings
from services.contracts.errors import JoinLinkInvalid
from services.contracts.join_links import JoinLink, MakeJoinLink, NewJoinLink, ReadJoinLink
from services.contracts.messages import Actor
from tests.unit.edge.conftest import Clock
from tests.unit.edge.http import browsing
from tests.unit.edge.memory_bus import MemoryBus

pytestmark = pytest.mark.anyio

ACTOR = Actor(user="u1", organisation="shop.example", role="admin", session="s")


def app(bus: MemoryBus, **settings: int) -> Litestar:
    chosen = EdgeSettings(amqp_uri="", ticket_key="-" * 32, public_url="https://data.example/", **settings)  # type: ignore[arg-type]
    given = {"bus": bus, "settings": chosen, "doors": Doors(chosen), "actor": ACTOR}
    return Litestar(
        [Links, read_join_link],
        dependencies={name: provided(value) for name, value in given.items()},
        exception_handlers={Exception: respond},
        openapi_config=None,
    )


def provided(value: object) -> Provide:
    def provide() -> Any:  # Any: whatever the handler declares
        return value

    return Provide(provide, sync_to_thread=False)


async def test_the_token_stands_where_browsers_send_it_to_nobody(bus: MemoryBus) -> None:
    link = JoinLink(id="l1", by="u1", email="", most=2, left=2, created_at=0, expires_at=1)
    bus.answers[MakeJoinLink] = NewJoinLink(link, "secret")
    async with browsing(app(bus)) as http:
        made = await http.post("/api/organisation/join-links", json={"uses": 2})
    assert made.json()["address"] == "https://data.example/register#secret"
    assert bus.asked == [MakeJoinLink(actor=ACTOR, uses=2)]


@pytest.mark.parametrize(
    "body", [{"days": 0}, {"days": 31}, {"uses": 0}, {"uses": 101}, {"email": "x"}, {"x": 1}]
)
async def test_a_link_lives_days_and_is_for_some(bus: MemoryBus, body: dict[str, object]) -> None:
    async with browsing(app(bus)) as http:
        refused = await http.post("/api/organisation/join-links", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == next(iter(body))
    assert bus.asked == []


async def test_tokens_are_not_guessed_in_a_row(bus: MemoryBus, monotonic: Clock) -> None:
    bus.answers[ReadJoinLink] = JoinLinkInvalid("the link has ended")
    async with browsing(app(bus, registrations_per_minute=12)) as http:
        tries = [await http.post("/api/join-link", json={"token": str(number)}) for number in range(4)]
    assert [each.status_code for each in tries] == [401, 401, 429, 429]
    assert tries[-1].headers["retry-after"] == "5"
    assert len(bus.asked) == 2
