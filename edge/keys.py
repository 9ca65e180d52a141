"""Which tokens are good: the public keys of `auth` and `tokens`, fetched by call and kept, so that checking needs none.

A token with an unknown key id makes the keys be fetched again, at most once a second. Revocations are loaded at first
need and follow by event.
"""

import time
from contextlib import suppress
from functools import lru_cache
from typing import Any

import jwt
import msgspec

from edge.bus import Bus
from edge.sharing import Shared
from services.contracts.auth import GetAccessKeys, GetEndedSessions, PublicKeys, SessionEnded
from services.contracts.errors import AccessTokenInvalid, AppTokenInvalid, Unauthenticated, Unreachable
from services.contracts.messages import Actor, Call
from services.contracts.tokens import (
    CurrentOrigins,
    GetRevocations,
    GetTokenKeys,
    OriginsChanged,
    TokenRevoked,
)

REFETCH_PAUSE = 1.0
"""seconds"""
KEYS_KEPT = 600.0
"""seconds"""
LONGEST_LIFE = 3600
"""seconds, longer than any access token lives"""
KEPT = 4096
"""verified tokens remembered"""


class Verifier:
    """Checks the signature, issuer and expiry of one kind of token."""

    def __init__(self, bus: Bus, keys: Call[PublicKeys], issuer: str, refusal: type[Unauthenticated]) -> None:
        self._bus = bus
        self._fetch = keys
        self._issuer = issuer
        self._refusal = refusal
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -REFETCH_PAUSE
        self._fetching = Shared[None]()
        self._verify = lru_cache(KEPT)(self._verify_once)

    async def claims(self, token: str) -> dict[str, Any]:  # Any: a JWT's claims are whatever JSON was signed
        """Raises the refusal of this kind of token, or what keeps the keys from being fetched."""
        try:
            key_id = _key_id(token)
        except jwt.PyJWTError as error:
            raise self._refusal("the token is not a token") from error
        age = time.monotonic() - self._fetched_at
        if key_id not in self._keys and age >= REFETCH_PAUSE:
            await self._fetching.fetch("keys", self._refetch)
        elif age >= KEYS_KEPT:
            # So that a key that was withdrawn is not believed for ever; without an answer the known ones go on.
            with suppress(Unreachable):
                await self._fetching.fetch("keys", self._refetch)
        if key_id not in self._keys:
            raise self._refusal("the token was signed by nobody we know")
        claims = self._verify(token, key_id)
        if claims["exp"] <= time.time():
            raise self._refusal("the token has expired")
        return claims

    async def _refetch(self) -> None:
        found = await self._bus.call(self._fetch)
        self._fetched_at = time.monotonic()
        self._keys = {
            key.kid: jwt.PyJWK(
                {"kty": "OKP", "crv": "Ed25519", "kid": key.kid, "x": key.x}, algorithm="EdDSA"
            )
            for key in found.keys
        }
        self._verify.cache_clear()

    def _verify_once(self, token: str, key_id: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                self._keys[key_id],
                algorithms=["EdDSA"],
                issuer=self._issuer,
                options={"require": ["exp", "sub"], "verify_iat": False},
            )
        except jwt.PyJWTError as error:
            raise self._refusal(f"the token is not valid: {error}") from error


@lru_cache(KEPT)
def _key_id(token: str) -> str:
    """Of the key that it says it was signed with. Raises jwt.PyJWTError."""
    return str(jwt.get_unverified_header(token).get("kid", ""))


class AccessTokens:
    """Access tokens of users, issued by `auth`, in log-in sessions that have not ended.

    The sessions that ended lately are loaded with one call at first need and after every new connection, and follow by
    event.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._ended: dict[str, float] = {}
        """session, and when its last access token has expired in any case, UNIX seconds"""
        self._loaded = False
        self._loading = Shared[None]()
        bus.listen(SessionEnded, lambda event: self._note(event.session))
        bus.on_connected(self._reload)
        self._verifier = Verifier(bus, GetAccessKeys(), "datalab/auth", AccessTokenInvalid)

    async def actor(self, token: str) -> Actor:
        """Raises AccessTokenInvalid."""
        claims = await self._verifier.claims(token)
        names = {"user": "sub", "organisation": "org", "role": "role", "session": "sid"}
        try:
            actor = msgspec.convert({name: claims.get(claim) for name, claim in names.items()}, Actor)
        except msgspec.ValidationError as error:
            raise AccessTokenInvalid("the token lacks a claim") from error
        if not self._loaded:
            await self._loading.fetch("ended", self._load)
        if actor.session in self._ended:
            raise AccessTokenInvalid("the log-in session has ended; log in again")
        return actor

    def _reload(self) -> None:
        self._loaded = False

    async def _load(self) -> None:
        for session in (await self._bus.call(GetEndedSessions())).ended:
            self._note(session)
        self._loaded = True

    def _note(self, session: str) -> None:
        now = time.time()
        self._ended = {known: until for known, until in self._ended.items() if until > now}
        self._ended[session] = now + LONGEST_LIFE


class AppClaims(msgspec.Struct, frozen=True):
    """What an app token says."""

    sub: str
    """the app"""
    origins: tuple[str, ...]
    jti: str


class AppTokens:
    """Tokens that the pages of an app carry, issued by `tokens`.

    What has become of a token since it was signed (an earlier end, other origins of its app) is loaded with one call at
    first need and after every new connection, and follows by event.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._verifier = Verifier(bus, GetTokenKeys(), "datalab/tokens", AppTokenInvalid)
        self._ends: dict[str, int] = {}
        """`jti` and UNIX ms"""
        self._origins: dict[str, CurrentOrigins] = {}
        self._loaded = False
        self._loading = Shared[None]()
        bus.listen(TokenRevoked, self._on_revoked)
        bus.listen(OriginsChanged, lambda event: self._note(event.current))
        bus.on_connected(self._reload)

    def _reload(self) -> None:
        self._loaded = False

    def _on_revoked(self, event: TokenRevoked) -> None:
        self._ends[event.jti] = min(event.at, self._ends.get(event.jti, event.at))

    def _note(self, current: CurrentOrigins) -> None:
        known = self._origins.get(current.app)
        if known is None or known.version < current.version:
            self._origins[current.app] = current

    async def claims(self, token: str) -> AppClaims:
        """Raises AppTokenInvalid."""
        try:
            claims = msgspec.convert(await self._verifier.claims(token), AppClaims)
        except msgspec.ValidationError as error:
            raise AppTokenInvalid("the token lacks a claim") from error
        if not self._loaded:
            await self._loading.fetch("revocations", self._load)
        ends = self._ends.get(claims.jti)
        if ends is not None and ends <= time.time() * 1000:
            raise AppTokenInvalid("the token was revoked; paste the app's current snippet")
        current = self._origins.get(claims.sub)
        return claims if current is None else msgspec.structs.replace(claims, origins=current.origins)

    async def _load(self) -> None:
        # What events said meanwhile stays: the list may have been read before they happened.
        listed = await self._bus.call(GetRevocations())
        for jti in listed.revoked:
            self._ends[jti] = 0
        for jti, at in listed.ending.items():
            self._ends[jti] = min(at, self._ends.get(jti, at))
        for current in listed.origins:
            self._note(current)
        self._loaded = True
