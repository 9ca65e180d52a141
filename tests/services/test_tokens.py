"""The service `tokens`, with `apps` beside it."""

import time
from collections.abc import Callable

import eventlet
import pytest

from services.contracts.apps import App, DeleteApp, UpdateApp
from services.contracts.errors import AppUnknown, Forbidden, InvalidInput, TokenUnknown
from services.contracts.messages import Actor
from services.contracts.notifications import ListNotifications
from services.contracts.tokens import (
    AppToken,
    GetRevocations,
    GetToken,
    GetTokenKeys,
    IssueToken,
    ListTokens,
    OriginsChanged,
    RevokeToken,
    TokenExpiring,
    TokenRevoked,
)
from services.hosting.clock import now
from services.tokens import issued
from services.tokens.documents import IssuedToken, KnownApp
from tests.services.conftest import Ask, Heard, wait_for
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


def revoked(ask: Ask, app: App) -> list[str]:
    """Those of the app: others' tests have theirs."""
    own = set(IssuedToken.objects(app=app.id).scalar("jti"))
    return [jti for jti in ask(GetRevocations()).revoked if jti in own]


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
    assert revoked(services, app) == []


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
    assert revoked(services, app) == [token.jti]
    assert services(GetToken(actor=owner, app=app.id)) is None
    token.modify(expires_at=now())
    assert revoked(services, app) == []


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


DAY, HOUR = 86_400_000, 3_600_000


def jti(app: App, issue: int) -> str:
    return str(IssuedToken.objects.get(app=app.id, issue=issue).jti)


def test_a_revoked_token_ends_at_once_and_that_is_told(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(TokenRevoked)
    issue(services, owner, app)
    services(RevokeToken(actor=owner, app=app.id, issue=1))
    told = heard.next()
    assert (told.jti, told.app) == (jti(app, 1), app.id)
    assert told.at <= now()
    assert told.jti in services(GetRevocations()).revoked
    services(RevokeToken(actor=owner, app=app.id, issue=1))
    (listed,) = services(ListTokens(actor=owner, app=app.id)).tokens
    assert (listed.revoked, listed.ends_at) == (True, told.at)
    for unknown in (0, 2, -1):
        with pytest.raises(TokenUnknown):
            services(RevokeToken(actor=owner, app=app.id, issue=unknown))


def test_a_rotated_token_stays_valid_for_the_chosen_hours(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(TokenRevoked)
    issue(services, owner, app)
    new = services(IssueToken(actor=owner, app=app.id, overlap=48))
    told = heard.next()
    assert told.jti == jti(app, 1)
    assert told.at == pytest.approx(now() + 48 * HOUR, abs=10_000)
    revocations = services(GetRevocations())
    assert revocations.ending[told.jti] == told.at
    assert told.jti not in revocations.revoked
    assert services(GetToken(actor=owner, app=app.id)) == new
    services(IssueToken(actor=owner, app=app.id, overlap=72))
    assert IssuedToken.objects.get(app=app.id, issue=1).revoked_at == told.at, "an earlier end stays"
    services(IssueToken(actor=owner, app=app.id, overlap=0))
    assert {jti(app, number) for number in (1, 2, 3)} <= set(services(GetRevocations()).revoked)


def test_only_the_owner_lists_and_revokes(services: Ask, owner: Actor, app: App) -> None:
    issue(services, owner, app)
    viewer, stranger = somebody(owner.organisation), somebody()
    for actor, refusal in ((viewer, Forbidden), (stranger, AppUnknown)):
        with pytest.raises(refusal):
            services(ListTokens(actor=actor, app=app.id))
        with pytest.raises(refusal):
            services(RevokeToken(actor=actor, app=app.id, issue=1))


def test_changed_origins_hold_for_the_tokens_that_are_out(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(OriginsChanged)
    issue(services, owner, app)
    assert app.id not in {each.app for each in services(GetRevocations()).origins}
    services(UpdateApp(actor=owner, app=app.id, origins=["https://new.example"]))
    told = heard.next().current
    assert (told.app, told.version, told.origins) == (app.id, 2, ("https://new.example",))
    assert told in services(GetRevocations()).origins
    services(UpdateApp(actor=owner, app=app.id, origins=app.origins))
    assert heard.next().current.version == 3
    assert app.id not in {each.app for each in services(GetRevocations()).origins}


def test_the_tokens_of_a_deleted_app_end(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(TokenRevoked)
    issue(services, owner, app)
    issue(services, owner, app)
    services(DeleteApp(actor=owner, app=app.id, confirm=f"{owner.organisation}/{app.name}"))
    assert {heard.next().jti for _ in range(2)} == {jti(app, 1), jti(app, 2)}


def test_the_owner_is_told_of_an_end_14_and_3_days_before_it_once_each(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(TokenExpiring)
    issue(services, owner, app, days=30)
    wait_for(lambda: KnownApp.objects(app=app.id).first())

    def told(left: int) -> list[int]:
        """The notices given when so many ms are left."""
        IssuedToken.objects(app=app.id).update_one(expires_at=now() + left)
        given = [token for token in issued.expiring() if token.app == app.id]
        return [token.noticed[-1] for token in given]

    assert told(15 * DAY) == []
    assert told(14 * DAY - 1) == [14]
    assert told(4 * DAY) == []
    assert told(3 * DAY - 1) == [3]
    assert told(DAY) == []
    events = sorted((heard.next() for _ in range(2)), key=lambda event: -event.days)
    assert [(each.app, each.name, each.owner, each.days) for each in events] == [
        (app.id, app.name, owner.user, 14),
        (app.id, app.name, owner.user, 3),
    ]

    def notes() -> list[str]:
        listed = services(ListNotifications(actor=owner)).notifications
        return sorted(note.facts["days"] for note in listed if note.kind == "token-expiring")

    assert wait_for(lambda: len(notes()) == 2)
    assert notes() == ["14", "3"]


def test_no_end_is_announced_that_was_chosen(services: Ask, owner: Actor, app: App) -> None:
    issue(services, owner, app, days=30)
    services(IssueToken(actor=owner, app=app.id, overlap=24))
    IssuedToken.objects(app=app.id, issue=1).update_one(expires_at=now() + 2 * DAY)
    assert [token for token in issued.expiring() if token.app == app.id] == []
