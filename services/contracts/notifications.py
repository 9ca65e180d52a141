"""What a user should know without looking for it, owned by the service `notifications`."""

from typing import ClassVar

import msgspec

from services.contracts.messages import Actor, Call, Done, Event


class Notification(msgspec.Struct, kw_only=True):
    id: str
    kind: str
    """`welcome`, `invited`, `token-expiring` …: the frontend owns the words"""
    facts: dict[str, str]
    """what the words need, e.g. the app's name; `app_id` where there is an app to go to"""
    hidden: bool
    created_at: int


class NotificationList(msgspec.Struct):
    notifications: list[Notification]


class ListNotifications(Call[NotificationList]):
    """The actor's own, newest first, at most 100; hidden ones included."""

    address: ClassVar[str] = "notifications.list"
    actor: Actor


class HideNotification(Call[Done]):
    """Raises NotificationUnknown."""

    address: ClassVar[str] = "notifications.hide"
    actor: Actor
    notification: str


class DeleteNotification(Call[Done]):
    """Raises NotificationUnknown."""

    address: ClassVar[str] = "notifications.delete"
    actor: Actor
    notification: str


class NotificationAdded(Event):
    address: ClassVar[str] = "notifications/added"
    user: str
    notification: Notification
