"""Which tokens are good."""

import asyncio
import base64
import calendar
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.keys import AccessTokens, AppTokens
from services.contracts.auth import (
    EndedSessions,
    GetAccessKeys,
    GetEndedSessions,
    PublicKey,
    PublicKeys,
    SessionEnded,
)
from services.contracts.errors import AccessTokenInvalid, AppTokenInvalid, BrokerDown, CallTimedOut
from services.contracts.messages import Actor
from services.contracts.tokens import (
    CurrentOrigins,
    GetRevocations,
    GetTokenKeys,
    OriginsChanged,
    Revocations,
    TokenRevoked,
)
from tests.unit.edge.conftest import Clock
from tests.unit.edge.memory_bus import MemoryBus, until

pytestmark = pytest.mark.anyio


class Signer:
    """A service's key, and what it signs."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._private = Ed25519PrivateKey.generate()

    @property
    def public(self) -> PublicKey:
        raw = self._private.public_key().public_bytes_raw()
        return PublicKey(kid=self.kid, x=base64.urlsafe_b64encode(raw).rstrip(b"=").decode())

    def sign(self, without: str = "", **claims: Any) -> str:
        whole = {"exp": int(time.time()) + 900, **claims}
        whole.pop(without, None)
        return jwt.encode(whole, self._private, "EdDSA", {"kid": self.kid})

    def app(self, **claims: Any) -> str:
        given: dict[str, Any] = {
            "iss": "datalab/tokens",
            "sub": "app",
            "origins": ["https://a.example"],
            "jti": "t1",
            "issue": 1,
        }
        return self.sign(**(given | claims))

    def access(self, **claims: Any) -> str:
        return self.sign(
            **({"iss": "datalab/auth", "sub": "u", "org": "o", "role": "admin", "sid": "s"} | claims)
        )


@pytest.fixture
def signer(bus: MemoryBus) -> Signer:
    signer = Signer("k1")
    bus.answers[GetTokenKeys] = bus.answers[GetAccessKeys] = PublicKeys([signer.public])
    bus.answers[GetRevocations] = Revocations([])
    bus.answers[GetEndedSessions] = EndedSessions([])
    return signer


@pytest.fixture
def pause(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(1000.0)
    monkeypatch.setattr("edge.keys.time.monotonic", clock)
    return clock


def asked(bus: MemoryBus, kind: type) -> int:
    return sum(isinstance(request, kind) for request in bus.asked)


async def test_an_app_token_says_app_origins_and_id(bus: MemoryBus, signer: Signer) -> None:
    claims = await AppTokens(bus).claims(signer.app())
    assert (claims.sub, claims.origins, claims.jti) == ("app", ("https://a.example",), "t1")


async def test_an_access_token_says_who_asks(bus: MemoryBus, signer: Signer) -> None:
    actor = await AccessTokens(bus).actor(signer.access())
    assert actor == Actor(user="u", organisation="o", role="admin", session="s")


async def test_checking_needs_no_call_once_keys_and_revocations_are_known(
    bus: MemoryBus, signer: Signer
) -> None:
    tokens = AppTokens(bus)
    for jti in "abc":
        await tokens.claims(signer.app(jti=jti))
    assert bus.asked == [GetTokenKeys(), GetRevocations()]


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(claims)}."


FUTURE = {"sub": "app", "origins": [], "jti": "t", "iss": "datalab/tokens", "exp": 4_000_000_000}
DEEP = base64.urlsafe_b64encode(b"[" * 9000).decode() + ".e30.e30"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "é.é.é",
        DEEP,
        unsigned({"alg": "none", "kid": "k1"}, FUTURE),
        unsigned({"alg": "EdDSA", "kid": "k1"}, FUTURE),
        unsigned({"alg": "EdDSA", "kid": 1}, FUTURE),
        unsigned({"alg": "EdDSA", "kid": ["k1"]}, FUTURE),
        unsigned({"alg": "EdDSA"}, FUTURE),
    ],
)
async def test_what_is_no_token_is_refused(bus: MemoryBus, signer: Signer, token: str) -> None:
    with pytest.raises(AppTokenInvalid):
        await AppTokens(bus).claims(token)


async def test_a_public_key_used_as_a_shared_secret_signs_nothing(bus: MemoryBus, signer: Signer) -> None:
    secret = signer.public.x.ljust(64, "=")
    token = jwt.encode(FUTURE, secret, "HS256", {"kid": "k1"})
    with pytest.raises(AppTokenInvalid):
        await AppTokens(bus).claims(token)


async def test_a_forged_token_of_a_known_key_id_is_refused(bus: MemoryBus, signer: Signer) -> None:
    with pytest.raises(AppTokenInvalid):
        await AppTokens(bus).claims(Signer("k1").app())


@pytest.mark.parametrize("missing", ["sub", "exp", "iss", "jti", "origins"])
async def test_an_app_token_lacks_no_claim(bus: MemoryBus, signer: Signer, missing: str) -> None:
    with pytest.raises(AppTokenInvalid):
        await AppTokens(bus).claims(signer.app(without=missing))


@pytest.mark.parametrize("missing", ["sub", "exp", "iss", "org", "role", "sid"])
async def test_an_access_token_lacks_no_claim(bus: MemoryBus, signer: Signer, missing: str) -> None:
    with pytest.raises(AccessTokenInvalid):
        await AccessTokens(bus).actor(signer.access(without=missing))


async def test_a_token_of_the_other_kind_is_refused(bus: MemoryBus, signer: Signer) -> None:
    with pytest.raises(AppTokenInvalid):
        await AppTokens(bus).claims(signer.access(origins=[], jti="t"))
    with pytest.raises(AccessTokenInvalid):
        await AccessTokens(bus).actor(signer.app(org="o", role="admin"))


async def test_an_expired_token_is_refused(bus: MemoryBus, signer: Signer) -> None:
    with pytest.raises(AppTokenInvalid):
        await AppTokens(bus).claims(signer.app(exp=int(time.time()) - 1))


async def test_a_token_that_was_good_is_refused_once_it_expires(
    bus: MemoryBus, signer: Signer, wall: Clock
) -> None:
    tokens = AppTokens(bus)
    wall.now = calendar.timegm(time.gmtime())
    token = signer.app(exp=int(wall.now) + 10)
    await tokens.claims(token)
    wall.forward(9.9)
    await tokens.claims(token)
    wall.forward(0.1)
    with pytest.raises(AppTokenInvalid):
        await tokens.claims(token)


# -- keys


async def test_a_new_key_is_fetched_when_its_first_token_comes(
    bus: MemoryBus, signer: Signer, pause: Clock
) -> None:
    tokens = AccessTokens(bus)
    await tokens.actor(signer.access())
    rotated = Signer("k2")
    bus.answers[GetAccessKeys] = PublicKeys([signer.public, rotated.public])
    pause.forward(1)
    await tokens.actor(rotated.access())
    await tokens.actor(signer.access())
    assert asked(bus, GetAccessKeys) == 2


async def test_a_key_that_is_withdrawn_verifies_no_more(bus: MemoryBus, signer: Signer, pause: Clock) -> None:
    tokens = AccessTokens(bus)
    token = signer.access()
    await tokens.actor(token)
    rotated = Signer("k2")
    bus.answers[GetAccessKeys] = PublicKeys([rotated.public])
    pause.forward(1)
    await tokens.actor(rotated.access())
    pause.forward(1)
    with pytest.raises(AccessTokenInvalid):
        await tokens.actor(token)


async def test_a_key_that_changed_under_its_id_verifies_no_more(
    bus: MemoryBus, signer: Signer, pause: Clock
) -> None:
    tokens = AccessTokens(bus)
    token = signer.access()
    await tokens.actor(token)
    bus.answers[GetAccessKeys] = PublicKeys([Signer("k1").public])
    pause.forward(1)
    with pytest.raises(AccessTokenInvalid):
        await tokens.actor(Signer("k2").access())
    with pytest.raises(AccessTokenInvalid):
        await tokens.actor(token)


async def test_unknown_keys_are_asked_for_at_most_once_a_second(
    bus: MemoryBus, signer: Signer, pause: Clock
) -> None:
    tokens = AccessTokens(bus)
    stranger = Signer("stranger")
    for _ in range(5):
        for _ in range(10):
            with pytest.raises(AccessTokenInvalid):
                await tokens.actor(stranger.access())
        pause.forward(0.5)
    assert asked(bus, GetAccessKeys) == 3


async def test_many_with_unknown_keys_at_once_ask_once(bus: MemoryBus, signer: Signer) -> None:
    answer = asyncio.Event()

    async def slowly(_: GetAccessKeys) -> PublicKeys:
        await answer.wait()
        return PublicKeys([signer.public])

    bus.answers[GetAccessKeys] = slowly
    tokens = AccessTokens(bus)
    asking = [asyncio.create_task(tokens.actor(signer.access())) for _ in range(20)]
    await until(lambda: bus.asked)
    answer.set()
    assert {actor.user for actor in await asyncio.gather(*asking)} == {"u"}
    assert asked(bus, GetAccessKeys) == 1


async def test_where_keys_cannot_be_fetched_the_token_is_not_called_invalid(
    bus: MemoryBus, signer: Signer
) -> None:
    tokens = AppTokens(bus)
    bus.answers[GetTokenKeys] = CallTimedOut("late")
    for _ in range(2):
        with pytest.raises(CallTimedOut):
            await tokens.claims(signer.app())
    bus.answers[GetTokenKeys] = PublicKeys([signer.public])
    assert (await tokens.claims(signer.app())).sub == "app"


# -- revocations


async def test_a_revoked_token_is_refused(bus: MemoryBus, signer: Signer) -> None:
    bus.answers[GetRevocations] = Revocations(["t1"])
    with pytest.raises(AppTokenInvalid, match="revoked"):
        await AppTokens(bus).claims(signer.app(jti="t1"))


async def test_a_token_is_refused_as_soon_as_its_revocation_is_told(bus: MemoryBus, signer: Signer) -> None:
    tokens = AppTokens(bus)
    await tokens.claims(signer.app(jti="t1"))
    bus.hear(TokenRevoked(jti="t1", app="app"))
    with pytest.raises(AppTokenInvalid, match="revoked"):
        await tokens.claims(signer.app(jti="t1"))
    await tokens.claims(signer.app(jti="t2"))


async def test_a_revocation_told_before_the_list_is_loaded_counts(bus: MemoryBus, signer: Signer) -> None:
    tokens = AppTokens(bus)
    bus.hear(TokenRevoked(jti="t1", app="app"))
    with pytest.raises(AppTokenInvalid, match="revoked"):
        await tokens.claims(signer.app(jti="t1"))


async def test_a_revocation_told_while_the_list_is_loaded_counts(bus: MemoryBus, signer: Signer) -> None:
    answers = [asyncio.Event(), asyncio.Event()]
    asked_times = 0

    async def before_it_was_revoked(_: GetRevocations) -> Revocations:
        nonlocal asked_times
        asked_times += 1
        await answers[asked_times - 1].wait()
        return Revocations([])

    bus.answers[GetRevocations] = before_it_was_revoked
    tokens = AppTokens(bus)
    first = asyncio.create_task(tokens.claims(signer.app(jti="a")))
    second = asyncio.create_task(tokens.claims(signer.app(jti="b")))
    await until(lambda: asked(bus, GetRevocations))
    bus.hear(TokenRevoked(jti="t1", app="app"))
    answers[0].set()
    await first
    bus.hear(TokenRevoked(jti="t2", app="app"))
    answers[1].set()
    await second
    for jti in ("t1", "t2"):
        with pytest.raises(AppTokenInvalid, match="revoked"):
            await tokens.claims(signer.app(jti=jti))
    assert asked_times == 1


async def test_after_a_new_connection_the_list_is_loaded_anew(bus: MemoryBus, signer: Signer) -> None:
    tokens = AppTokens(bus)
    await tokens.claims(signer.app(jti="t1"))
    bus.answers[GetRevocations] = Revocations(["t1"])
    bus.reconnect()
    with pytest.raises(AppTokenInvalid, match="revoked"):
        await tokens.claims(signer.app(jti="t1"))


async def test_where_revocations_are_unknown_no_token_is_taken(bus: MemoryBus, signer: Signer) -> None:
    bus.answers[GetRevocations] = BrokerDown("down")
    with pytest.raises(BrokerDown):
        await AppTokens(bus).claims(signer.app())


async def test_a_rotated_token_is_good_until_its_chosen_end(
    bus: MemoryBus, signer: Signer, wall: Clock
) -> None:
    tokens = AppTokens(bus)
    wall.now = calendar.timegm(time.gmtime())
    listed, told = signer.app(jti="listed"), signer.app(jti="told")
    bus.answers[GetRevocations] = Revocations([], ending={"listed": int(wall.now + 60) * 1000})
    await tokens.claims(listed)
    bus.hear(TokenRevoked(jti="told", app="app", at=int(wall.now + 60) * 1000))
    for token in (listed, told):
        await tokens.claims(token)
    wall.forward(60)
    for token in (listed, told):
        with pytest.raises(AppTokenInvalid):
            await tokens.claims(token)


async def test_an_end_told_again_later_does_not_revive_a_token(bus: MemoryBus, signer: Signer) -> None:
    tokens = AppTokens(bus)
    bus.hear(TokenRevoked(jti="t1", app="app"))
    bus.hear(TokenRevoked(jti="t1", app="app", at=4_000_000_000_000))
    with pytest.raises(AppTokenInvalid):
        await tokens.claims(signer.app())


async def test_the_apps_present_origins_hold_in_place_of_the_tokens(bus: MemoryBus, signer: Signer) -> None:
    tokens = AppTokens(bus)
    bus.answers[GetRevocations] = Revocations(
        [], origins=[CurrentOrigins("app", 3, ("https://listed.example",))]
    )

    async def origins() -> tuple[str, ...]:
        return (await tokens.claims(signer.app())).origins

    assert await origins() == ("https://listed.example",)
    bus.hear(OriginsChanged(current=CurrentOrigins("app", 4, ("https://b.example",))))
    bus.hear(OriginsChanged(current=CurrentOrigins("app", 2, ("https://old.example",))))
    bus.hear(OriginsChanged(current=CurrentOrigins("other", 9, ("https://other.example",))))
    assert await origins() == ("https://b.example",)
    bus.reconnect()
    assert await origins() == ("https://b.example",), "a list read before the event does not undo it"


# -- ended log-in sessions


async def test_a_token_of_an_ended_session_is_refused(bus: MemoryBus, signer: Signer) -> None:
    bus.answers[GetEndedSessions] = EndedSessions(["s"])
    with pytest.raises(AccessTokenInvalid, match="ended"):
        await AccessTokens(bus).actor(signer.access())


async def test_a_token_is_refused_as_soon_as_the_end_of_its_session_is_told(
    bus: MemoryBus, signer: Signer
) -> None:
    tokens = AccessTokens(bus)
    await tokens.actor(signer.access())
    bus.hear(SessionEnded(session="s", user="u"))
    with pytest.raises(AccessTokenInvalid, match="ended"):
        await tokens.actor(signer.access())
    await tokens.actor(signer.access(sid="another"))
    assert asked(bus, GetEndedSessions) == 1


async def test_after_a_new_connection_ended_sessions_are_loaded_anew(bus: MemoryBus, signer: Signer) -> None:
    tokens = AccessTokens(bus)
    await tokens.actor(signer.access())
    bus.answers[GetEndedSessions] = EndedSessions(["s"])
    bus.reconnect()
    with pytest.raises(AccessTokenInvalid, match="ended"):
        await tokens.actor(signer.access())


# -- withdrawn keys


async def test_known_keys_are_looked_at_again_every_ten_minutes(
    bus: MemoryBus, signer: Signer, pause: Clock
) -> None:
    tokens = AccessTokens(bus)
    await tokens.actor(signer.access())
    pause.forward(599)
    await tokens.actor(signer.access())
    assert asked(bus, GetAccessKeys) == 1
    bus.answers[GetAccessKeys] = PublicKeys([Signer("k2").public])
    pause.forward(1)
    with pytest.raises(AccessTokenInvalid):
        await tokens.actor(signer.access())


async def test_known_keys_go_on_while_nobody_can_be_asked(
    bus: MemoryBus, signer: Signer, pause: Clock
) -> None:
    tokens = AccessTokens(bus)
    await tokens.actor(signer.access())
    bus.answers[GetAccessKeys] = BrokerDown("down")
    pause.forward(3600)
    await tokens.actor(signer.access())
