"""What is worth a notification, and the facts its words need."""

from collections.abc import Callable

import msgspec

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
from services.contracts.join_links import UserJoined
from services.contracts.tokens import TokenExpiring
from services.contracts.users import ApprovalAsked, User

Name = Callable[[str], str]
"""of a user"""


class Message(msgspec.Struct, frozen=True):
    user: str
    kind: str
    facts: dict[str, str]
    key: str = ""
    """tells it from others of the kind to the same user"""


def welcome(user: User) -> Message:
    return Message(user=user.id, kind="welcome", facts={"name": user.name, "organisation": user.organisation})


APPROVAL_ASKED = "approval-asked"


def approval_asked(event: ApprovalAsked) -> Message:
    """It is done with when they are let in or refused."""
    facts = {"name": event.user.name, "user": event.user.id}
    return Message(user=event.admin, kind=APPROVAL_ASKED, facts=facts, key=event.user.id)


def joined(event: UserJoined) -> Message:
    return Message(user=event.by, kind="joined", facts={"name": event.user.name}, key=event.user.id)


WHOM: dict[type[Concerning], tuple[str, str]] = {
    Invited: ("invited", "user"),
    InviteReminded: ("invite-reminded", "user"),
    InviteAccepted: ("invite-accepted", "owner"),
    InviteRejected: ("invite-rejected", "owner"),
    MemberRemoved: ("member-removed", "user"),
    MemberLeft: ("member-left", "owner"),
    HandedOver: ("app-handed-over", "user"),
}
"""the kind of notification an event makes, and who is told: whom it concerns, or the app's owner"""


def concerning(event: Concerning, name: Name) -> Message:
    kind, whom = WHOM[type(event)]
    return Message(
        user=event.user if whom == "user" else event.facts.owner,
        kind=kind,
        facts={"app": event.facts.name, "app_id": event.facts.app, "by": name(event.by)},
        key=f"{event.facts.app}:{event.facts.version}",
    )


def changed(event: AppChanged, name: Name) -> list[Message]:
    """A lock is told to all who could change the config, except to who turned it."""
    turned = [change for change in event.changed if change in ("locked", "unlocked")]
    return [
        Message(
            user=user,
            kind=f"app-{turn}",
            facts={"app": event.facts.name, "app_id": event.facts.app, "by": name(event.by)},
            key=f"{event.facts.app}:{event.facts.version}",
        )
        for turn in turned
        for user in (event.facts.owner, *event.facts.members)
        if user != event.by
    ]


def deleted(event: AppDeleted, name: Name) -> list[Message]:
    return [
        Message(
            user=member,
            kind="app-deleted",
            facts={"app": event.facts.name, "by": name(event.by)},
            key=event.facts.app,
        )
        for member in event.facts.members
    ]


def token_expiring(event: TokenExpiring) -> Message:
    return Message(
        user=event.owner,
        kind="token-expiring",
        facts={"app": event.name, "app_id": event.app, "days": str(event.days), "issue": str(event.issue)},
        key=f"{event.app}:{event.issue}:{event.days}",
    )
