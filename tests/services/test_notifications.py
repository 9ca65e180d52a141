"""The service `notifications`, hearing what `users` tells."""

from collections.abc import Callable

import pytest

from services.contracts.errors import NotificationUnknown
from services.contracts.messages import Actor
from services.contracts.notifications import (
    DeleteNotification,
    HideNotification,
    ListNotifications,
    Notification,
    NotificationAdded,
)
from services.contracts.users import UserRegistered
from services.hosting.publishing import Publishing
from services.notifications.kinds import Message
from services.notifications.notes import add
from tests.services.conftest import Ask, Heard, Someone, fresh

Register = Callable[..., Someone]


def own(ask: Ask, actor: Actor) -> list[Notification]:
    return ask(ListNotifications(actor=actor)).notifications


def test_who_registers_is_welcomed_and_the_edge_hears_of_it(
    services: Ask, register: Register, hear: Callable[..., Heard]
) -> None:
    heard = hear(NotificationAdded)
    ada = register()
    told = heard.next()
    assert (told.user, told.notification.kind) == (ada.user.id, "welcome")
    assert told.notification.facts == {"name": "Ada", "organisation": ada.user.organisation}
    assert own(services, ada.actor) == [told.notification]


def test_a_registration_told_twice_welcomes_once(
    services: Ask, register: Register, hear: Callable[..., Heard], amqp_uri: str
) -> None:
    heard = hear(NotificationAdded)
    ada = register()
    first = heard.next()
    Publishing(amqp_uri).publish(UserRegistered(user=ada.user), "users.events", "registered")
    assert heard.next() == first
    assert own(services, ada.actor) == [first.notification]


def test_they_are_listed_newest_first_and_no_more_than_a_hundred(services: Ask) -> None:
    actor = Actor(user=fresh("u"), organisation="x.example")
    for number in range(101):
        add(Message(user=actor.user, kind="welcome", facts={"number": str(number)}, key=str(number)))
    numbers = [int(each.facts["number"]) for each in own(services, actor)]
    assert numbers == list(range(100, 0, -1))


def test_a_hidden_one_is_listed_as_hidden_and_a_deleted_one_is_gone(services: Ask) -> None:
    actor = Actor(user=fresh("u"), organisation="x.example")
    kept, deleted = (add(Message(user=actor.user, kind="welcome", facts={}, key=key)) for key in "ab")
    services(HideNotification(actor=actor, notification=kept.id))
    services(HideNotification(actor=actor, notification=kept.id))
    services(DeleteNotification(actor=actor, notification=deleted.id))
    assert [(each.id, each.hidden) for each in own(services, actor)] == [(kept.id, True)]
    with pytest.raises(NotificationUnknown):
        services(DeleteNotification(actor=actor, notification=deleted.id))


def test_nobody_touches_anothers(services: Ask) -> None:
    actor = Actor(user=fresh("u"), organisation="x.example")
    note = add(Message(user=actor.user, kind="welcome", facts={}))
    other = Actor(user=fresh("u"), organisation="x.example", role="admin")
    for notification in (note.id, "nonsense"):
        with pytest.raises(NotificationUnknown):
            services(HideNotification(actor=other, notification=notification))
        with pytest.raises(NotificationUnknown):
            services(DeleteNotification(actor=other, notification=notification))
    assert own(services, actor) == [note]
