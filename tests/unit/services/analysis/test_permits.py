"""Who may see an app is asked for every report, once for those that come together."""

from typing import Any

import eventlet
import pytest
from eventlet.event import Event

from services.analysis.permits import Permits
from services.contracts.apps import Permit
from services.contracts.errors import AppUnknown
from services.contracts.messages import Actor
from tests.unit.services.analysis.meanwhile import PATIENCE


class Apps:
    """In the place of the service: answers when it is let go, that only Ann may see the app."""

    def __init__(self) -> None:
        self.asked: list[Permit] = []
        self.go: Event = Event()

    def __call__(self, request: Permit) -> None:
        self.asked.append(request)
        self.go.wait()
        if request.actor.user != "ann":
            raise AppUnknown("there is no such app")


def actor(user: str, session: str = "", organisation: str = "o") -> Actor:
    return Actor(user=user, organisation=organisation, session=session)


@pytest.fixture
def apps() -> Any:  # Any: it stands for `Calls`
    return Apps()


@pytest.fixture
def permits() -> Permits:
    permits = Permits()
    permits.setup()
    return permits


def test_what_a_dashboard_asks_for_together_is_let_in_by_one_answer(permits: Permits, apps: Any) -> None:
    asking = [eventlet.spawn(permits.see, actor("ann"), "shop", apps) for _ in range(4)]
    eventlet.sleep(0)
    apps.go.send()
    with eventlet.Timeout(PATIENCE):
        for one in asking:
            one.wait()
    assert apps.asked == [Permit(actor=actor("ann"), app="shop")]


def test_nobody_is_let_in_by_the_answer_for_somebody_else_or_another_app(permits: Permits, apps: Any) -> None:
    ann = eventlet.spawn(permits.see, actor("ann"), "shop", apps)
    bob = eventlet.spawn(permits.see, actor("bob"), "shop", apps)
    other = eventlet.spawn(permits.see, actor("ann"), "blog", apps)
    eventlet.sleep(0)
    apps.go.send()
    with eventlet.Timeout(PATIENCE):
        ann.wait()
        other.wait()
        with pytest.raises(AppUnknown):
            bob.wait()
    assert [(one.actor.user, one.app) for one in apps.asked] == [
        ("ann", "shop"),
        ("bob", "shop"),
        ("ann", "blog"),
    ]


@pytest.mark.parametrize("other", [actor("ann", session="another"), actor("ann", organisation="another")])
def test_somebody_acts_from_one_log_in_for_one_organisation(
    permits: Permits, apps: Any, other: Actor
) -> None:
    both = [eventlet.spawn(permits.see, who, "shop", apps) for who in (actor("ann"), other)]
    eventlet.sleep(0)
    apps.go.send()
    with eventlet.Timeout(PATIENCE):
        for one in both:
            one.wait()
    assert [one.actor for one in apps.asked] == [actor("ann"), other]


def test_a_permission_is_not_kept(permits: Permits, apps: Any) -> None:
    apps.go.send()
    for _ in range(2):
        permits.see(actor("ann"), "shop", apps)
    assert len(apps.asked) == 2
