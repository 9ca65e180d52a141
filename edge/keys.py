"""Which tokens are good: the public keys of `auth` and `tokens`, fetched by call and kept, so that checking needs none.

A token with an unknown key id makes the keys be fetched again, at most once a second. Revocations are loaded at first
need and follow by event.
"""

import time
from functools import lru_cache
from typing import Any

import jwt
import msgspec

from edge.bus import Bus
from edge.sharing import Shared
from services.contracts.auth import GetAccessKeys, PublicKeys
from services.contracts.errors import AccessTokenInvalid, AppTokenInvalid, Unauthenticated
from services.contracts.messages import Actor, Call
from services.contracts.tokens import GetRevocations, GetTokenKeys, TokenRevoked

REFETCH_PAUSE = 1.0
"""seconds"""
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
            key_id = jwt.get_unverified_header(token).get("kid", "")
        except jwt.PyJWTError as error:
            raise self._refusal("the token is not a token") from error
        if key_id not in self._keys and time.monotonic() - self._fetched_at >= REFETCH_PAUSE:
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


class AccessTokens:
    """Access tokens of users, issued by `auth`."""

    def __init__(self, bus: Bus) -> None:
        self._verifier = Verifier(bus, GetAccessKeys(), "datalab/auth", AccessTokenInvalid)

    async def actor(self, token: str) -> Actor:
        claims = await self._verifier.claims(token)
        try:
            return msgspec.convert(
                {"user": claims["sub"], "organisation": claims.get("org"), "role": claims.get("role")}, Actor
            )
        except msgspec.ValidationError as error:
            raise AccessTokenInvalid("the token lacks a claim") from error


class AppClaims(msgspec.Struct, frozen=True):
    """What an app token says."""

    sub: str
    """the app"""
    origins: tuple[str, ...]
    jti: str


class AppTokens:
    """Tokens that the pages of an app carry, issued by `tokens`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._verifier = Verifier(bus, GetTokenKeys(), "datalab/tokens", AppTokenInvalid)
        self._revoked: set[str] | None = None
        self._revoked_early: set[str] = set()
        self._loading = Shared[set[str]]()
        bus.listen(TokenRevoked, self._on_revoked)
        bus.on_connected(self._reload)

    def _reload(self) -> None:
        self._revoked = None

    def _on_revoked(self, event: TokenRevoked) -> None:
        # Kept apart until the list is loaded, which may have been read before this event happened.
        (self._revoked_early if self._revoked is None else self._revoked).add(event.jti)

    async def claims(self, token: str) -> AppClaims:
        """Raises AppTokenInvalid."""
        try:
            claims = msgspec.convert(await self._verifier.claims(token), AppClaims)
        except msgspec.ValidationError as error:
            raise AppTokenInvalid("the token lacks a claim") from error
        revoked = self._revoked
        if revoked is None:
            revoked = await self._loading.fetch("revocations", self._load)
        if claims.jti in revoked:
            raise AppTokenInvalid("the token was revoked; paste the app's current snippet")
        return claims

    async def _load(self) -> set[str]:
        listed = await self._bus.call(GetRevocations())
        self._revoked = {*listed.revoked, *self._revoked_early}
        return self._revoked
