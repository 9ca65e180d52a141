"""API keys: made, listed, checked, revoked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.auth.documents import ScriptKey
from services.contracts.auth import (
    ApiKeyRevoked,
    CheckApiKey,
    CreateApiKey,
    ListApiKeys,
    NewApiKey,
    RevokeApiKey,
)
from services.contracts.errors import AccessTokenInvalid, ApiKeyUnknown, InvalidInput
from services.contracts.messages import Actor
from services.contracts.users import ApproveUser, RemoveUser
from tests.services.conftest import Ask, Heard, Someone, wait_for

Register = Callable[..., Someone]


def make(services: Ask, someone: Someone, days: int = 90) -> NewApiKey:
    return services(CreateApiKey(actor=someone.actor, name="nightly", scopes=["read", "import"], days=days))


def test_a_key_speaks_for_its_user_within_its_scopes(services: Ask, register: Register) -> None:
    ada = register()
    made = make(services, ada)
    assert made.secret.startswith("dlk_")
    facts = services(CheckApiKey(secret=made.secret))
    assert facts.actor == Actor(user=ada.user.id, organisation=ada.user.organisation, role="admin")
    assert (facts.id, facts.scopes) == (made.key.id, ["read", "import"])
    assert facts.expires_at - made.key.created_at == pytest.approx(90 * 86_400_000, abs=10_000)
    assert services(ListApiKeys(actor=ada.actor)).keys == [made.key]


def test_the_secret_is_kept_as_its_digest_only(services: Ask, register: Register) -> None:
    made = make(services, register())
    assert made.secret[4:] not in str(ScriptKey.objects.get(id=made.key.id).to_mongo())


def test_a_revoked_key_is_told_and_good_no_more(
    services: Ask, register: Register, hear: Callable[..., Heard]
) -> None:
    ada = register()
    made = make(services, ada)
    heard = hear(ApiKeyRevoked)
    services(RevokeApiKey(actor=ada.actor, key=made.key.id))
    assert heard.next() == ApiKeyRevoked(key=made.key.id)
    assert services(ListApiKeys(actor=ada.actor)).keys == []
    with pytest.raises(AccessTokenInvalid):
        services(CheckApiKey(secret=made.secret))
    with pytest.raises(ApiKeyUnknown):
        services(RevokeApiKey(actor=ada.actor, key=made.key.id))
    wait_for(lambda: ScriptKey.objects(id=made.key.id).first() is None)


def test_nobody_revokes_anothers_key(services: Ask, register: Register) -> None:
    made = make(services, register())
    with pytest.raises(ApiKeyUnknown):
        services(RevokeApiKey(actor=register().actor, key=made.key.id))
    services(CheckApiKey(secret=made.secret))


def test_a_key_expires(services: Ask, register: Register) -> None:
    made = make(services, register(), days=1)
    ScriptKey.objects(id=made.key.id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(AccessTokenInvalid):
        services(CheckApiKey(secret=made.secret))


def test_the_keys_of_who_is_removed_are_revoked(
    services: Ask, register: Register, hear: Callable[..., Heard]
) -> None:
    ada = register()
    bob = register(ada.user.organisation)
    services(ApproveUser(actor=ada.actor, user=bob.user.id))
    made = make(services, bob)
    heard = hear(ApiKeyRevoked)
    services(RemoveUser(actor=ada.actor, user=bob.user.id))
    with pytest.raises(AccessTokenInvalid):
        services(CheckApiKey(secret=made.secret))
    assert heard.next().key == made.key.id


def test_a_user_has_fifty_keys_at_most(
    services: Ask, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.auth.api_keys.MOST", 2)
    ada = register()
    make(services, ada)
    make(services, ada)
    with pytest.raises(InvalidInput, match="revoke"):
        make(services, ada)
