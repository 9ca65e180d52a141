"""API keys in the database: made for a script, shown once, kept as a digest of their 256 random bits."""

import secrets
from datetime import UTC, datetime, timedelta

from services.auth.documents import ScriptKey
from services.auth.refreshing import digest
from services.contracts.audit import AuthDeed, Did
from services.contracts.auth import KEY_PREFIX, ApiKeyRevoked, CreateApiKey, KeyFacts
from services.contracts.errors import AccessTokenInvalid, ApiKeyUnknown, InvalidInput
from services.contracts.messages import Actor
from services.contracts.users import User
from services.hosting.clock import now

MOST = 50
"""of one user"""


def create(request: CreateApiKey) -> tuple[ScriptKey, str]:
    """The key and its secret. Raises InvalidInput."""
    user = request.actor.user
    if len(of_user(user)) >= MOST:
        raise InvalidInput(f"revoke a key first: a user has {MOST} at most", field="name")
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ScriptKey(
        id=secrets.token_hex(8),
        secret=digest(secret),
        user=user,
        name=request.name,
        scopes=list(dict.fromkeys(request.scopes)),
        created_at=now(),
        expires_at=datetime.now(UTC) + timedelta(days=request.days),
    )
    key.to_tell(_deed(key, "api_key_created"))
    return key.save(force_insert=True), secret


def of_user(user: str) -> list[ScriptKey]:
    return [*_good(user=user).order_by("-created_at", "id")]


def revoke(user: str, key: str) -> ScriptKey:
    """Raises ApiKeyUnknown."""
    found: ScriptKey | None = _good(user=user, id=key).first()
    if found is None:
        raise ApiKeyUnknown("there is no such API key")
    before = len(found.untold)
    found.to_tell(ApiKeyRevoked(key=key))
    found.to_tell(_deed(found, "api_key_revoked"))
    ScriptKey.objects(id=key, revoked=False).update_one(
        set__revoked=True, push_all__untold=found.untold[before:]
    )
    found.revoked = True
    return found


def _deed(key: ScriptKey, did: Did) -> AuthDeed:
    facts = {"name": key.name, "scopes": ", ".join(key.scopes)}
    return AuthDeed(did=did, by=key.user, facts=facts, id=f"{key.id}.{did}")


def of_secret(secret: str) -> ScriptKey:
    """Raises AccessTokenInvalid."""
    found: ScriptKey | None = _good(secret=digest(secret)).first()
    if found is None:
        raise AccessTokenInvalid("the API key is unknown, revoked or expired")
    return found


def facts(key: ScriptKey, user: User | None) -> KeyFacts:
    """Raises AccessTokenInvalid."""
    if user is None or user.standing != "active":
        raise AccessTokenInvalid("the API key's user is gone")
    actor = Actor(user=user.id, organisation=user.organisation, role=user.role)
    told = key.told()
    return KeyFacts(told.id, actor, told.scopes, told.expires_at)


def _good(**of: str):  # type: ignore[no-untyped-def]  # mongoengine's query set
    return ScriptKey.objects(revoked=False, expires_at__gt=datetime.now(UTC), **of)
