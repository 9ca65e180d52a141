"""The service `tokens`, with `apps` beside it."""

import time

import eventlet
import pytest

from services.contracts.apps import App
from services.contracts.errors import AppUnknown, Forbidden, InvalidInput
from services.contracts.messages import Actor
from services.contracts.tokens import AppToken, GetRevocations, GetToken, GetTokenKeys, IssueToken
from services.hosting.clock import now
from services.tokens.documents import IssuedToken
from tests.services.conftest import Ask
from tests.services.test_apps import create, somebody
from tests.services.test_auth import verified


@pytest.fixture
def owner() -> Actor:
    return somebody()


@pytest.fixture
def app(services: Ask, owner: Actor) -> App:
    return services(
        create(owner, visibility="public", origins=["https://shop.example", "http://localhost:8090"])
    )


def issue(ask: Ask, actor: Actor, app: App, days: int = 366) -> AppToken:
    return ask(IssueToken(actor=actor, app=app.id, days=days))


def test_a_token_carries_app_origins_and_issue(services: Ask, owner: Actor, app: App) -> None:
    token = issue(services, owner, app, days=30)
    claims = verified(token.token, services(GetTokenKeys()), "datalab/tokens")
    assert (claims["sub"], claims["origins"], claims["issue"]) == (app.id, app.origins, 1)
    assert claims["exp"] * 1000 == token.expires_at
    assert claims["exp"] - time.time() == pytest.approx(30 * 86_400, abs=10)


def test_a_new_token_leaves_the_old_one_valid(services: Ask, owner: Actor, app: App) -> None:
    old, new = issue(services, owner, app), issue(services, owner, app)
    assert (old.issue, new.issue) == (1, 2)
    keys = services(GetTokenKeys())
    assert len({verified(each.token, keys, "datalab/tokens")["jti"] for each in (old, new)}) == 2
    assert services(GetRevocations()).revoked == []


def test_the_current_token_is_the_newest_that_is_valid(services: Ask, owner: Actor, app: App) -> None:
    assert services(GetToken(actor=owner, app=app.id)) is None
    old, new = issue(services, owner, app), issue(services, owner, app)
    assert services(GetToken(actor=owner, app=app.id)) == new
    IssuedToken.objects(app=app.id, issue=2).update_one(expires_at=now())
    assert services(GetToken(actor=owner, app=app.id)) == old
    IssuedToken.objects(app=app.id, issue=1).update_one(expires_at=now())
    assert services(GetToken(actor=owner, app=app.id)) is None


def test_a_revoked_token_is_listed_until_it_would_have_ended(services: Ask, owner: Actor, app: App) -> None:
    issue(services, owner, app)
    token = IssuedToken.objects.get(app=app.id)
    token.modify(revoked_at=now())
    assert services(GetRevocations()).revoked == [token.jti]
    assert services(GetToken(actor=owner, app=app.id)) is None
    token.modify(expires_at=now())
    assert services(GetRevocations()).revoked == []


def test_only_the_owner_issues_and_who_sees_the_app_may_copy_the_snippet(
    services: Ask, owner: Actor, app: App
) -> None:
    token = issue(services, owner, app)
    viewer = somebody(owner.organisation)
    with pytest.raises(Forbidden):
        issue(services, viewer, app)
    assert services(GetToken(actor=viewer, app=app.id)) == token
    with pytest.raises(AppUnknown):
        services(GetToken(actor=somebody(), app=app.id))


def test_tokens_issued_at_once_are_numbered_apart(services: Ask, owner: Actor, app: App) -> None:
    issuing = [eventlet.spawn(issue, services, owner, app) for _ in range(5)]
    assert sorted(each.wait().issue for each in issuing) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("days", [6, 367])
def test_a_token_lives_seven_days_to_a_year(services: Ask, owner: Actor, app: App, days: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        issue(services, owner, app, days)
    assert refused.value.field == "days"
