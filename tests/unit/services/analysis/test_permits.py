"""Who may see an app is asked for every report, and of all who come together at once."""

from typing import Any

import eventlet
import pytest

from services.analysis.permits import Permits
from services.contracts.apps import PermitEach, Seeing, Seer
from services.contracts.errors import AppUnknown, CallTimedOut
from services.contracts.messages import Actor
from tests.unit.services.analysis.meanwhile import PATIENCE, settle


class Apps:
    """In the place of the service: answers when it is let go, that only Ann may see the shop."""

    def __init__(self) -> None:
        self.asked: list[list[Seer]] = []
        self.go = eventlet.Queue()

    def __call__(self, request: PermitEach) -> Seeing:
        self.asked.append(request.seers)
        self.go.get()
        return Seeing([(seer.actor.user, seer.app) == ("ann", "shop") for seer in request.seers])


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


def asking(permits: Permits, apps: Any, *whom: tuple[Actor, str]) -> list[Any]:  # Any: as eventlet's
    """The first is asked about alone, the others meanwhile."""
    threads = []
    for actor, app in whom:
        threads.append(eventlet.spawn(permits.see, actor, app, apps))
        settle()
    for _ in range(2):
        apps.go.put(None)
    return threads


def test_who_comes_while_one_is_asked_about_is_asked_about_next_all_at_once(
    permits: Permits, apps: Any
) -> None:
    sessions = ("first", "a", "b", "a")
    with eventlet.Timeout(PATIENCE):
        for one in asking(permits, apps, *((actor("ann", session), "shop") for session in sessions)):
            one.wait()
    assert apps.asked == [
        [Seer(actor("ann", "first"), "shop")],
        [Seer(actor("ann", "a"), "shop"), Seer(actor("ann", "b"), "shop")],
    ]


def test_nobody_is_let_in_by_the_answer_for_somebody_else_or_another_app(permits: Permits, apps: Any) -> None:
    ann, bob = actor("ann"), actor("bob")
    first, again, *others = asking(permits, apps, (ann, "shop"), (ann, "shop"), (bob, "shop"), (ann, "blog"))
    with eventlet.Timeout(PATIENCE):
        first.wait()
        again.wait()
        for other in others:
            with pytest.raises(AppUnknown):
                other.wait()
    assert [len(seers) for seers in apps.asked] == [1, 3]


def test_somebody_acts_from_one_log_in_for_one_organisation(permits: Permits, apps: Any) -> None:
    who = [actor("ann"), actor("ann", session="another"), actor("ann", organisation="another")]
    with eventlet.Timeout(PATIENCE):
        for one in asking(permits, apps, (actor("ann"), "shop"), *((one, "shop") for one in who)):
            one.wait()
    assert [seer.actor for seer in apps.asked[1]] == who


def test_a_permission_is_not_kept_nor_is_one_asked_for_before(permits: Permits, apps: Any) -> None:
    with eventlet.Timeout(PATIENCE):
        for one in asking(permits, apps, (actor("ann"), "shop"), (actor("ann"), "shop")):
            one.wait()
        apps.go.put(None)
        permits.see(actor("ann"), "shop", apps)
    assert apps.asked == [[Seer(actor("ann"), "shop")]] * 3


def test_where_apps_does_not_answer_all_who_were_asked_about_are_refused_and_nobody_later(
    permits: Permits, apps: Any
) -> None:
    def fail(request: PermitEach) -> Seeing:
        apps(request)
        raise CallTimedOut("apps.permit_each did not answer within 5 s")

    failing: Any = fail
    asked = [eventlet.spawn(permits.see, actor("ann", session), "shop", failing) for session in "abc"]
    for _ in range(2):
        apps.go.put(None)
    with eventlet.Timeout(PATIENCE):
        for one in asked:
            with pytest.raises(CallTimedOut):
                one.wait()
        permits.see(actor("ann"), "shop", apps)
    assert [len(seers) for seers in apps.asked] == [3, 1]
