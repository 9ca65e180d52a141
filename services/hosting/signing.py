"""Ed25519 keys that sign a service's tokens, kept in the service's own database and made at the first need.

Two replicas that need the first key at once get the same one: the generation is unique, and who comes second
reads the first's.
"""

import base64
import secrets
from functools import lru_cache
from typing import Self

from mongoengine import BinaryField, IntField, NotUniqueError, StringField

from services.contracts.auth import PublicKey, PublicKeys
from services.hosting.clock import now
from services.hosting.database import Record


class SigningKey(Record):
    """Abstract: the service's document names its database, and its collection by being there."""

    meta = {"abstract": True}

    generation = IntField(primary_key=True)
    kid = StringField(required=True)
    private = BinaryField(required=True)
    """the 32 bytes of the seed"""
    created_at = IntField(required=True)

    @classmethod
    def newest(cls) -> "SigningKey":
        key: SigningKey | None = cls.objects.order_by("-generation").first()
        return key or cls._first()

    @classmethod
    def _first(cls) -> "SigningKey":
        key = cls.fresh(generation=1)
        try:
            key.save(force_insert=True)
        except NotUniqueError:
            return cls.objects.get(generation=1)
        return key

    @classmethod
    def fresh(cls, generation: int) -> Self:
        return cls(
            generation=generation, kid=secrets.token_hex(8), private=secrets.token_bytes(32), created_at=now()
        )

    @classmethod
    def public_keys(cls) -> PublicKeys:
        cls.newest()
        return PublicKeys(
            [PublicKey(kid=key.kid, x=public(key.private)) for key in cls.objects.order_by("generation")]
        )

    def sign(self, claims: dict[str, object]) -> str:
        """A JWT (EdDSA) with these claims, naming this key."""
        import jwt  # with cryptography it takes 10 MB, which only a service that signs should pay

        return jwt.encode(claims, _private_key(self.private), algorithm="EdDSA", headers={"kid": self.kid})


@lru_cache(4)
def _private_key(seed: bytes):  # type: ignore[no-untyped-def]  # cryptography is imported late
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def public(seed: bytes) -> str:
    """The public half, base64url without padding."""
    raw = _private_key(seed).public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
