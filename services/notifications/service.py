"""The service `notifications`: what a user should know without looking for it."""

from services.contracts.messages import Done
from services.contracts.notifications import (
    DeleteNotification,
    HideNotification,
    ListNotifications,
    NotificationAdded,
    NotificationList,
)
from services.contracts.users import UserRegistered
from services.hosting import Database, Healthy, Tell, listen, rpc
from services.notifications import kinds, notes


class Notifications(Healthy):
    name = "notifications"

    database = Database("notifications")
    tell = Tell()

    @rpc
    def list(self, request: ListNotifications) -> NotificationList:
        return NotificationList(notes.of(request.actor.user))

    @rpc
    def hide(self, request: HideNotification) -> Done:
        notes.hide(request.actor.user, request.notification)
        return Done()

    @rpc
    def delete(self, request: DeleteNotification) -> Done:
        notes.delete(request.actor.user, request.notification)
        return Done()

    @listen(UserRegistered)
    def on_registered(self, event: UserRegistered) -> None:
        added = notes.add(kinds.welcome(event.user))
        self.tell(NotificationAdded(user=event.user.id, notification=added))
