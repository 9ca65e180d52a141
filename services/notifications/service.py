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
from services.contracts.join_links import UserJoined
from services.contracts.messages import Done
from services.contracts.notifications import (
    DeleteNotification,
    HideNotification,
    ListNotifications,
    NotificationAdded,
    NotificationList,
)
from services.contracts.tokens import TokenExpiring
from services.contracts.users import (
    AdminChanged,
    ApprovalAsked,
    GetUser,
    UserApproved,
    UserRegistered,
    UserRemoved,
)
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

    @listen(ApprovalAsked)
    def on_approval_asked(self, event: ApprovalAsked) -> None:
        self._add(kinds.approval_asked(event))
        if not self._waits(event.user.id):  # the answer was quicker than this question
            self._done_with(key=event.user.id)

    @listen(UserApproved)
    def on_approved(self, event: UserApproved) -> None:
        self._done_with(key=event.user.id)

    @listen(UserRemoved)
    def on_user_removed(self, event: UserRemoved) -> None:
        self._done_with(key=event.user.id)

    @listen(AdminChanged)
    def on_admin_changed(self, event: AdminChanged) -> None:
        self._add(*notes.pass_on(kinds.APPROVAL_ASKED, event.by, event.admin))
        self._done_with(user=event.by)

    @listen(UserJoined)
    def on_joined(self, event: UserJoined) -> None:
        self._add(kinds.joined(event))

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

    def _done_with(self, **which: str) -> None:
        for user, notification in notes.done_with(kinds.APPROVAL_ASKED, **which):
            self.tell(NotificationAdded(user=user, notification=notification))

    def _waits(self, user: str) -> bool:
        try:
            return self.calls(GetUser(user=user)).standing in ("enrolling", "pending")
        except UserUnknown:
            return False

    def _name(self, user: str) -> str:
        try:
            return self.calls(GetUser(user=user)).name
        except UserUnknown:
            return ""
