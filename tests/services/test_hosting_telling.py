"""Events written with the change they speak of: told once the broker has them, whoever died in between."""

from collections.abc import Callable

import pytest
from bson import ObjectId

from services.apps.documents import Site
from services.contracts.apps import AppCreated, CreateApp
from services.hosting import telling
from services.hosting.clock import now
from services.hosting.publishing import Publishing
from tests.services.conftest import Ask, Heard, wait_for
from tests.services.test_apps import create, somebody


def left_untold(request: CreateApp, at: int) -> Site:
    """An app as a process leaves it that dies right after writing it."""
    site = Site(
        id=ObjectId(),
        name=request.name,
        key=request.name.lower(),
        url=request.url,
        origins=request.origins,
        visibility=request.visibility,
        owner=request.actor.user,
        organisation=request.actor.organisation,
        created_at=at,
    )
    site.to_tell(AppCreated(app=site.told("owner")))
    site.untold[0].at = at
    return site.save(force_insert=True)


def untold(site_id: object) -> int:
    return len(Site.objects.get(id=site_id).untold)


def test_what_a_dead_process_left_untold_is_told_by_the_next(
    services: Ask, hear: Callable[..., Heard]
) -> None:
    heard = hear(AppCreated)
    site = left_untold(create(somebody()), now() - telling.LEFT_AFTER - 1)
    assert heard.next().app.id == str(site.id)
    assert wait_for(lambda: untold(site.id) == 0)
    assert heard.nothing(), "once is enough"


def test_what_somebody_is_telling_just_now_is_left_to_them(services: Ask, hear: Callable[..., Heard]) -> None:
    heard = hear(AppCreated)
    fresh = left_untold(create(somebody()), now() + 3_600_000)
    left = left_untold(create(somebody()), now() - telling.LEFT_AFTER - 1)
    assert heard.next().app.id == str(left.id)
    assert heard.nothing()
    assert untold(fresh.id) == 1


def test_a_change_stands_while_the_broker_takes_no_event_and_is_told_later(
    services: Ask, hear: Callable[..., Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.contracts.errors import BrokerDown

    heard = hear(AppCreated)
    publish = Publishing.publish

    def away(self: Publishing, message: object, exchange: object, routing_key: str, **more: object) -> None:
        if routing_key == "created":
            raise BrokerDown("away")
        publish(self, message, exchange, routing_key, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Publishing, "publish", away)
    app = services(create(somebody()))
    assert heard.nothing()
    assert untold(app.id) == 2, "the app, and who created it"
    monkeypatch.undo()
    assert heard.next().app.id == app.id
    assert wait_for(lambda: untold(app.id) == 0)


def test_only_the_owner_of_a_fact_tells_it(services: Ask) -> None:
    class Elsewhere:
        class container:  # noqa: N801  as Nameko names it
            service_name = "config"

    site = left_untold(create(somebody()), now() + 3_600_000)
    teller = telling.TellFrom(Site)
    teller.container = Elsewhere.container
    with pytest.raises(ValueError, match="config told apps/created"):
        teller(site)
