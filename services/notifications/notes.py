"""Notifications in the database. Everybody reaches their own only."""

from typing import Any

from bson import ObjectId
from mongoengine import NotUniqueError

from services.contracts.errors import NotificationUnknown
from services.contracts.notifications import Notification
from services.hosting.clock import now
from services.notifications.documents import Note
from services.notifications.kinds import Message

SHOWN = 100


def add(message: Message) -> Notification:
    """The notification; the one that is there already when the message came before."""
    same = {"user": message.user, "kind": message.kind, "key": message.key}
    try:
        return Note(**same, facts=message.facts, created_at=now()).save(force_insert=True).told()
    except NotUniqueError:
        return Note.objects.get(**same).told()


def done_with(kind: str, **which: str) -> list[tuple[str, Notification]]:
    """What was to be done is done: hide it from who was told. `which`: of that `key`, or of that `user`."""
    waiting = [*Note.objects(kind=kind, hidden=False, **which)]
    hiding = [note for note in waiting if Note.objects(id=note.id, hidden=False).update_one(hidden=True)]
    return [(note.user, Note.objects.get(id=note.id).told()) for note in hiding]


def pass_on(kind: str, giver: str, taker: str) -> list[Message]:
    """What waits for somebody waits for somebody else now."""
    waiting = [*Note.objects(user=giver, kind=kind, hidden=False)]
    return [Message(user=taker, kind=kind, facts=dict(note.facts), key=note.key) for note in waiting]


def of(user: str) -> list[Notification]:
    return [note.told() for note in Note.objects(user=user).order_by("-created_at", "-id").limit(SHOWN)]


def hide(user: str, notification: str) -> None:
    """Raises NotificationUnknown. Hiding it twice is no error."""
    if not _own(user, notification).update_one(hidden=True, full_result=True).matched_count:
        raise NotificationUnknown("there is no such notification")


def delete(user: str, notification: str) -> None:
    """Raises NotificationUnknown."""
    if not _own(user, notification).delete():
        raise NotificationUnknown("there is no such notification")


def _own(user: str, notification: str) -> Any:  # Any: mongoengine's query set
    if not ObjectId.is_valid(notification):
        raise NotificationUnknown("there is no such notification")
    return Note.objects(id=ObjectId(notification), user=user)
