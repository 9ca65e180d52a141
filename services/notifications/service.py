"""The service `notifications`: what a user should know without looking for it."""

from services.contracts.apps import (
    AppChanged,
    AppDeleted,
    Concerning,
    HandedOver,
    InviteAccepted,
    Invited,
    InviteRejected,
    InviteReminded,
    MemberLeft,
    MemberRemoved,
)
from services.contracts.errors import UserUnknown
from services.contracts.messages import Done
from services.contracts.notifications import (
    DeleteNotification,
    HideNotification,
    ListNotifications,
    NotificationAdded,
    NotificationList,
)
from services.contracts.tokens import TokenExpiring
from services.contracts.users import GetUser, UserRegistered
from services.hosting import Calls, Database, Healthy, Tell, listen, rpc
from services.notifications import kinds, notes


class Notifications(Healthy):
    name = "notifications"

    database = Database("notifications")
    calls = Calls()
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
        self._add(kinds.welcome(event.user))

    @listen(Invited)
    def on_invited(self, event: Invited) -> None:
        self._concerning(event)

    @listen(InviteReminded)
    def on_reminded(self, event: InviteReminded) -> None:
        self._concerning(event)

    @listen(InviteAccepted)
    def on_accepted(self, event: InviteAccepted) -> None:
        self._concerning(event)

    @listen(InviteRejected)
    def on_rejected(self, event: InviteRejected) -> None:
        self._concerning(event)

    @listen(MemberRemoved)
    def on_removed(self, event: MemberRemoved) -> None:
        self._concerning(event)

    @listen(MemberLeft)
    def on_left(self, event: MemberLeft) -> None:
        self._concerning(event)

    @listen(HandedOver)
    def on_handed_over(self, event: HandedOver) -> None:
        self._concerning(event)

    @listen(AppChanged)
    def on_changed(self, event: AppChanged) -> None:
        self._add(*kinds.changed(event, self._name))

    @listen(AppDeleted)
    def on_deleted(self, event: AppDeleted) -> None:
        self._add(*kinds.deleted(event, self._name))

    @listen(TokenExpiring)
    def on_token_expiring(self, event: TokenExpiring) -> None:
        self._add(kinds.token_expiring(event))

    def _concerning(self, event: Concerning) -> None:
        self._add(kinds.concerning(event, self._name))

    def _add(self, *messages: kinds.Message) -> None:
        for message in messages:
            self.tell(NotificationAdded(user=message.user, notification=notes.add(message)))

    def _name(self, user: str) -> str:
        try:
            return self.calls(GetUser(user=user)).name
        except UserUnknown:
            return ""
