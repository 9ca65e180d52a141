"""Which API keys are good: asked of `auth` at first need, kept for a minute, dropped at once when they are revoked."""

import time

from edge.bus import Bus
from edge.collect.limits import PerKey
from edge.sharing import Shared
from services.contracts.auth import KEY_PREFIX, ApiKeyRevoked, CheckApiKey, KeyFacts, Scope
from services.contracts.errors import AccessTokenInvalid, ScopeMissing, TooManyRequests
from services.contracts.messages import Actor

KEPT_SECONDS = 60
"""how long a change of the key's user (their role, their standing) may go unseen"""
MOST_KEPT = 10_000
ASKED_PER_MINUTE = 120
"""keys an address may have checked that are not kept here: guessing must cost nobody much"""
SECRET_LENGTH = len(KEY_PREFIX) + 43


class ApiKeys:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._kept: dict[str, tuple[KeyFacts, float]] = {}
        """by secret, with when it was asked for"""
        self._revoked: set[str] = set()
        self._asking = Shared[KeyFacts]()
        self._limit = PerKey(ASKED_PER_MINUTE)
        bus.listen(ApiKeyRevoked, self._on_revoked)
        bus.on_connected(self._kept.clear)

    def _on_revoked(self, event: ApiKeyRevoked) -> None:
        # Remembered too: an answer may be on its way that was given before.
        self._revoked.add(event.key)
        self._kept = {secret: kept for secret, kept in self._kept.items() if kept[0].id != event.key}

    async def actor(self, secret: str, scope: Scope | None, address: str) -> Actor:
        """For whom the key speaks. `scope`: what is asked for, None for what no key may do.

        Raises AccessTokenInvalid, ScopeMissing, TooManyRequests.
        """
        facts, since = self._kept.get(secret, (None, 0.0))
        if facts is None or time.monotonic() - since >= KEPT_SECONDS:
            if len(secret) != SECRET_LENGTH:
                raise AccessTokenInvalid("that is no API key")
            if wait := self._limit.refused_for(address):
                raise TooManyRequests("too many API keys from this address", retry_after=wait)
            facts = await self._asking.fetch(secret, lambda: self._ask(secret))
        if facts.id in self._revoked or facts.expires_at <= time.time() * 1000:
            raise AccessTokenInvalid("the API key is revoked or expired")
        if scope is None or scope not in facts.scopes:
            raise ScopeMissing(
                "only a logged-in person may do that"
                if scope is None
                else f"the API key lacks the scope {scope}"
            )
        return facts.actor

    async def _ask(self, secret: str) -> KeyFacts:
        self._kept.pop(secret, None)
        facts = await self._bus.call(CheckApiKey(secret=secret))
        if len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[secret] = (facts, time.monotonic())
        return facts
