"""API keys at the edge: what they open, and when they end."""

import asyncio
import time

import pytest
from litestar import Litestar, delete, get, post
from litestar.di import Provide

from edge.api_keys import ASKED_PER_MINUTE, ApiKeys
from edge.app import make_app
from edge.dashboard.access import PERSON, provide_actor
from edge.given import GivenActor
from edge.keys import AccessTokens
from edge.problems import respond
from edge.settings import EdgeSettings
from services.contracts.auth import ApiKeyRevoked, CheckApiKey, KeyFacts, Scope
from services.contracts.errors import AccessTokenInvalid, ScopeMissing, TooManyRequests
from services.contracts.messages import Actor
from tests.unit.edge.conftest import Clock
from tests.unit.edge.http import browsing
from tests.unit.edge.memory_bus import MemoryBus, until

pytestmark = pytest.mark.anyio

SECRET = "dlk_" + "x" * 43
ACTOR = Actor(user="u", organisation="o")


def facts(*scopes: Scope, expires_at: int = 4_000_000_000_000) -> KeyFacts:
    return KeyFacts("k1", ACTOR, list(scopes), expires_at)


@pytest.fixture
def keys(bus: MemoryBus) -> ApiKeys:
    bus.answers[CheckApiKey] = facts("read")
    return ApiKeys(bus)


async def test_a_key_is_asked_for_once_a_minute(
    bus: MemoryBus, keys: ApiKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(1000.0)
    monkeypatch.setattr("edge.api_keys.time.monotonic", clock)
    for _ in range(3):
        assert await keys.actor(SECRET, "read", "a") == ACTOR
    assert len(bus.asked) == 1
    clock.forward(60)
    await keys.actor(SECRET, "read", "a")
    assert len(bus.asked) == 2


@pytest.mark.parametrize("scope", ["manage", "import", None])
async def test_a_key_does_what_it_was_made_for_only(keys: ApiKeys, scope: Scope | None) -> None:
    with pytest.raises(ScopeMissing):
        await keys.actor(SECRET, scope, "a")


async def test_a_revoked_key_is_refused_at_once(keys: ApiKeys, bus: MemoryBus) -> None:
    await keys.actor(SECRET, "read", "a")
    bus.hear(ApiKeyRevoked(key="k1"))
    with pytest.raises(AccessTokenInvalid):
        await keys.actor(SECRET, "read", "a")


async def test_a_revocation_told_while_the_key_is_checked_counts(bus: MemoryBus, keys: ApiKeys) -> None:
    answer = asyncio.Event()

    async def before_it_was_revoked(_: CheckApiKey) -> KeyFacts:
        await answer.wait()
        return facts("read")

    bus.answers[CheckApiKey] = before_it_was_revoked
    asking = asyncio.create_task(keys.actor(SECRET, "read", "a"))
    await until(lambda: bus.asked)
    bus.hear(ApiKeyRevoked(key="k1"))
    answer.set()
    with pytest.raises(AccessTokenInvalid):
        await asking


async def test_after_a_new_connection_keys_are_asked_for_anew(keys: ApiKeys, bus: MemoryBus) -> None:
    await keys.actor(SECRET, "read", "a")
    bus.answers[CheckApiKey] = AccessTokenInvalid("revoked")
    bus.reconnect()
    with pytest.raises(AccessTokenInvalid):
        await keys.actor(SECRET, "read", "a")


async def test_a_kept_key_expires(bus: MemoryBus, keys: ApiKeys) -> None:
    bus.answers[CheckApiKey] = facts("read", expires_at=int(time.time() * 1000) - 1)
    with pytest.raises(AccessTokenInvalid):
        await keys.actor(SECRET, "read", "a")


async def test_what_is_no_key_is_refused_without_asking(keys: ApiKeys, bus: MemoryBus) -> None:
    for secret in ("dlk_", "dlk_short", SECRET + "x"):
        with pytest.raises(AccessTokenInvalid):
            await keys.actor(secret, "read", "a")
    assert bus.asked == []


async def test_an_address_cannot_guess_for_long(bus: MemoryBus, keys: ApiKeys, monotonic: Clock) -> None:
    bus.answers[CheckApiKey] = AccessTokenInvalid("unknown")
    tries = ASKED_PER_MINUTE // 6
    for number in range(tries):
        with pytest.raises(AccessTokenInvalid):
            await keys.actor(f"dlk_{number:043}", "read", "a")
    with pytest.raises(TooManyRequests):
        await keys.actor(SECRET, "read", "a")
    assert len(bus.asked) == tries


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [
        (["read"], {"GET /": 200, "POST /": 403, "POST /import": 403, "DELETE /person": 403}),
        (["manage"], {"GET /": 403, "POST /": 201, "POST /import": 403, "DELETE /person": 403}),
        (["import"], {"GET /": 403, "POST /": 403, "POST /import": 201, "DELETE /person": 403}),
        (
            ["read", "import", "manage"],
            {"GET /": 200, "POST /": 201, "POST /import": 201, "DELETE /person": 403},
        ),
    ],
)
async def test_a_route_says_which_scope_it_takes(
    bus: MemoryBus, scopes: list[Scope], opened: dict[str, int]
) -> None:
    @get("/")
    async def read(actor: GivenActor) -> None: ...
    @post("/")
    async def change(actor: GivenActor) -> None: ...
    @post("/import", opt={"scope": "import"})
    async def bring_in(actor: GivenActor) -> None: ...
    @delete("/person", opt=PERSON)
    async def own(actor: GivenActor) -> None: ...

    bus.answers[CheckApiKey] = facts(*scopes)
    tokens, keys = AccessTokens(bus), ApiKeys(bus)
    app = Litestar(
        [read, change, bring_in, own],
        dependencies={
            "actor": Provide(provide_actor),
            "access_tokens": Provide(lambda: tokens, sync_to_thread=False),
            "api_keys": Provide(lambda: keys, sync_to_thread=False),
        },
        exception_handlers={Exception: respond},
        openapi_config=None,
    )
    async with browsing(app) as http:
        for request, status in opened.items():
            method, _, path = request.partition(" ")
            answer = await http.request(method, path, headers={"authorization": f"Bearer {SECRET}"})
            assert answer.status_code == status, request


def test_no_key_reaches_accounts_organisation_or_other_keys() -> None:
    app = make_app(EdgeSettings(amqp_uri="amqp://nowhere", ticket_key="-" * 32))
    closed = [
        (route.path, handler.opt.get("scope", "by method"))
        for route in app.routes
        for handler in getattr(route, "route_handlers", [])
        if route.path.startswith(
            ("/api/auth/sessions", "/api/auth/keys", "/api/auth/totp", "/api/organisation")
        )
        and "OPTIONS" not in handler.http_methods
    ]
    assert len(closed) >= 12
    assert {scope for _, scope in closed} == {None}
