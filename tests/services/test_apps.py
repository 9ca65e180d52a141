"""The service `apps`."""

from collections.abc import Callable
from typing import Any

import pytest

from services.apps.documents import Site
from services.contracts.apps import App, AppCreated, CreateApp, ListApps, Permit, PermitEach, Seer
from services.contracts.errors import AppNameTaken, AppUnknown, ConfigLocked, Forbidden, InvalidInput
from services.contracts.messages import Actor
from tests.services.conftest import Ask, Heard, fresh


def somebody(organisation: str | None = None) -> Actor:
    return Actor(user=fresh("u"), organisation=organisation or f"{fresh('org')}.example")


def create(actor: Actor, name: str = "Shop", **given: Any) -> CreateApp:
    fields: dict[str, Any] = {"url": "https://shop.example", "origins": ["https://shop.example"], **given}
    return CreateApp(actor=actor, name=name, **fields)


def test_who_creates_an_app_owns_it(services: Ask, hear: Callable[..., Heard]) -> None:
    heard = hear(AppCreated)
    owner = somebody()
    app = services(create(owner, "Shop", tags=["a", "a", "b"], description="the shop"))
    assert (app.owner, app.organisation, app.role, app.locked) == (
        owner.user,
        owner.organisation,
        "owner",
        False,
    )
    assert app.tags == ["a", "b"]
    assert services(Permit(actor=owner, app=app.id)) == app
    assert heard.next().app == app


def test_a_name_is_taken_once_in_an_organisation_whatever_its_case(services: Ask) -> None:
    owner = somebody()
    services(create(owner, "Shop"))
    with pytest.raises(AppNameTaken) as refused:
        services(create(somebody(owner.organisation), "SHOP"))
    assert refused.value.field == "name"
    assert services(create(somebody(), "Shop")).name == "Shop"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "shop"}, "url"),
        ({"origins": []}, "origins"),
        ({"origins": ["https://shop.example/path"]}, "origins[0]"),
        ({"origins": ["https://a.example", "http://b:99999"]}, "origins[1]"),
        ({"visibility": "secret"}, "visibility"),
    ],
)
def test_a_malformed_app_names_its_field(services: Ask, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        services(create(somebody(), **given))
    assert refused.value.field == field


def test_each_sees_their_own_the_public_and_where_they_are_a_member(services: Ask) -> None:
    owner = somebody()
    colleague, stranger = somebody(owner.organisation), somebody()
    for name, visibility in (("c private", "private"), ("b public", "public"), ("a joined", "private")):
        services(create(owner, name, visibility=visibility))
    Site.objects(organisation=owner.organisation, key="a joined").update_one(push__members=colleague.user)

    def seen(actor: Actor) -> list[tuple[str, str]]:
        return [(app.name, app.role) for app in services(ListApps(actor=actor)).apps]

    assert seen(owner) == [("a joined", "owner"), ("b public", "owner"), ("c private", "owner")]
    assert seen(colleague) == [("a joined", "member"), ("b public", "viewer")]
    assert seen(stranger) == []


def test_an_app_of_another_organisation_does_not_exist(services: Ask) -> None:
    app = services(create(somebody(), visibility="public"))
    for unknown in (app.id, "0" * 24, "nonsense", ""):
        with pytest.raises(AppUnknown):
            services(Permit(actor=somebody(), app=unknown))


def test_of_many_at_once_each_is_told_whether_they_may_see_the_app_they_ask_for(services: Ask) -> None:
    owner = somebody()
    colleague, stranger = somebody(owner.organisation), somebody()
    private = services(create(owner, "private")).id
    public = services(create(owner, "public", visibility="public")).id
    joined = services(create(owner, "joined")).id
    Site.objects(id=joined).update_one(push__members=colleague.user, locked=True)
    may_see = {
        (owner, private): True,
        (owner, public): True,
        (owner, joined): True,
        (colleague, private): False,
        (colleague, public): True,
        (colleague, joined): True,
        (stranger, private): False,
        (stranger, public): False,
        (stranger, joined): False,
        (owner, "0" * 24): False,
        (owner, "nonsense"): False,
        (owner, private.upper()): False,
        (Actor(user=owner.user, organisation=""), public): False,
    }
    assert services(PermitEach(seers=[Seer(*asked) for asked in may_see])).each == [*may_see.values()]
    assert services(PermitEach(seers=[])).each == []


def locked(app: App) -> App:
    Site.objects(id=app.id).update_one(locked=True)
    return app


def test_what_is_seen_but_not_allowed_is_forbidden(services: Ask) -> None:
    owner = somebody()
    app = services(create(owner, visibility="public"))
    viewer = somebody(owner.organisation)
    assert services(Permit(actor=viewer, app=app.id, action="see")).role == "viewer"
    for action in ("configure", "issue_token"):
        with pytest.raises(Forbidden):
            services(Permit(actor=viewer, app=app.id, action=action))


def test_a_locked_config_is_frozen_for_the_owner_too(services: Ask) -> None:
    owner = somebody()
    app = locked(services(create(owner)))
    with pytest.raises(ConfigLocked):
        services(Permit(actor=owner, app=app.id, action="configure"))
    assert services(Permit(actor=owner, app=app.id, action="issue_token")).locked
