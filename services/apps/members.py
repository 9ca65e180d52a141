"""Who shares an app with its owner: invites and what becomes of them."""

from collections.abc import Callable, Iterator

from mongoengine import Q

from services.apps.documents import Invitation, Site
from services.apps.permissions import ANSWER, may
from services.apps.sites import change, found, note, permitted, write
from services.contracts.apps import (
    AppRole,
    Concerning,
    HandedOver,
    InviteAccepted,
    Invited,
    InviteRejected,
    InviteReminded,
    Member,
    MemberLeft,
    MemberList,
    MemberRemoved,
    PendingInvite,
    Person,
    Standing,
)
from services.contracts.audit import Did
from services.contracts.errors import (
    AlreadyInvited,
    AlreadyMember,
    InviteUnknown,
    MemberUnknown,
    TooManyRequests,
    UserUnknown,
)
from services.contracts.messages import Actor
from services.contracts.users import User
from services.hosting.clock import now

REMIND_PAUSE = 60 * 60 * 1000
"""ms between two reminders of an invite"""

DID: dict[type[Concerning], Did] = {
    Invited: "member_invited",
    InviteReminded: "member_reminded",
    InviteAccepted: "invite_accepted",
    InviteRejected: "invite_rejected",
    MemberRemoved: "member_removed",
    MemberLeft: "member_left",
    HandedOver: "app_handed_over",
}
"""what the audit log calls it"""
People = dict[str, User]
"""the active people of the organisation by their ids"""


def listed(actor: Actor, app: str, people: Callable[[Actor], People]) -> MemberList:
    """Raises AppUnknown. Who has left the organisation is shown no more."""
    site, role = permitted(actor, app, "see")
    active = people(actor)
    standings: list[tuple[str, Standing, int, int]] = [(site.owner, "owner", 0, 0)]
    standings += [(member, "accepted", 0, 0) for member in site.members]
    if may(role, "invite"):
        standings += [
            (each.user, "rejected" if each.rejected else "pending", each.invited_at, each.reminded_at)
            for each in site.invitations
        ]
    members = [
        Member(**_shown(active[user]), standing=standing, invited_at=invited_at, reminded_at=reminded_at)
        for user, standing, invited_at, reminded_at in standings
        if user in active
    ]
    return MemberList(members=members, invitable=_invitable(site, role, active))


def _invitable(site: Site, role: AppRole, active: People) -> list[Person]:
    if not may(role, "invite"):
        return []
    waiting = {each.user for each in site.invitations if not each.rejected}
    there = {site.owner, *site.members, *waiting}
    return [Person(**_shown(user)) for id_, user in active.items() if id_ not in there]


def _shown(user: User) -> dict[str, str]:
    return {"user": user.id, "name": user.name, "email": user.email, "position": user.position}


def invite(actor: Actor, app: str, user: str, people: Callable[[Actor], People]) -> Site:
    """Raises AppUnknown, Forbidden, UserUnknown, AlreadyMember, AlreadyInvited."""
    permitted(actor, app, "invite")
    if user not in people(actor):
        raise UserUnknown("there is no such colleague", field="user")

    def alter(site: Site) -> list[str]:
        if user == site.owner or user in site.members:
            raise AlreadyMember("they are a member already", field="user")
        before = site.invitation(user)
        if before is not None and not before.rejected:
            raise AlreadyInvited("they were invited and have not answered; remind them", field="user")
        _forget_invitation(site, user)
        site.invitations.append(Invitation(user=user, invited_at=now()))
        return _concerning(site, Invited, actor, user, "invitations")

    return change(actor, app, "invite", alter)


def remind(actor: Actor, app: str, user: str) -> Site:
    """Raises AppUnknown, Forbidden, InviteUnknown, TooManyRequests."""

    def alter(site: Site) -> list[str]:
        invitation = _pending(site, user)
        wait = invitation.reminded_at + REMIND_PAUSE - now()
        if wait > 0:
            raise TooManyRequests("they were reminded within the hour", retry_after=wait // 1000 + 1)
        invitation.reminded_at = now()
        return _concerning(site, InviteReminded, actor, user, "invitations")

    return change(actor, app, "invite", alter)


def remove(actor: Actor, app: str, user: str) -> Site:
    """Raises AppUnknown, Forbidden, MemberUnknown."""

    def alter(site: Site) -> list[str]:
        if user in site.members:
            site.members.remove(user)
        elif site.invitation(user) is not None:
            _forget_invitation(site, user)
        else:
            raise MemberUnknown("they are not a member")
        return _concerning(site, MemberRemoved, actor, user, "members")

    return change(actor, app, "invite", alter)


def leave(actor: Actor, app: str) -> Site:
    """Raises AppUnknown, Forbidden."""

    def alter(site: Site) -> list[str]:
        site.members.remove(actor.user)
        return _concerning(site, MemberLeft, actor, actor.user, "members")

    return change(actor, app, "leave", alter)


def hand_over(actor: Actor, app: str, user: str) -> Site:
    """Raises AppUnknown, Forbidden, MemberUnknown."""

    def alter(site: Site) -> list[str]:
        if user not in site.members:
            raise MemberUnknown("only a member can become the owner: invite them first", field="user")
        site.members.remove(user)
        site.members.append(site.owner)
        site.owner = user
        return _concerning(site, HandedOver, actor, user, "owner")

    return change(actor, app, "hand_over", alter)


def accept(actor: Actor, app: str) -> Site:
    """Raises InviteUnknown."""

    def alter(site: Site) -> list[str]:
        _forget_invitation(site, actor.user)
        site.members.append(actor.user)
        return _concerning(site, InviteAccepted, actor, actor.user, "members")

    return write(actor, lambda: _inviting(actor, app), alter)


def reject(actor: Actor, app: str) -> Site:
    """Raises InviteUnknown."""

    def alter(site: Site) -> list[str]:
        _pending(site, actor.user).rejected = True
        return _concerning(site, InviteRejected, actor, actor.user, "invitations")

    return write(actor, lambda: _inviting(actor, app), alter)


def forget_person(user: str, organisation: str, heir: str) -> Iterator[Site]:
    """Somebody has left the organisation: what they owned is the heir's, what they shared they share no more.
    Again and again does no harm.
    """
    actor = Actor(user=heir, organisation=organisation)

    def alter(site: Site) -> list[str]:
        changed = []
        if site.owner == user:
            site.owner = heir
            site.members = [member for member in site.members if member != heir]
            changed += _concerning(site, HandedOver, actor, heir, "owner")
        if user in site.members:
            site.members.remove(user)
            changed.append("members")
        if site.invitation(user) is not None:
            _forget_invitation(site, user)
            changed.append("invitations")
        return changed

    of_organisation = Site.objects(organisation=organisation)
    for theirs in of_organisation.filter(Q(owner=user) | Q(members=user) | Q(invitations__user=user)):
        app = theirs.id
        yield write(actor, lambda app=app: Site.objects.get(id=app), alter)  # type: ignore[misc]


def invites(actor: Actor, people: Callable[[Actor], People]) -> list[PendingInvite]:
    """What the actor was asked and has not answered, newest first."""
    asking = Site.objects(organisation=actor.organisation, invitations__user=actor.user)
    pending = [
        (site, invitation)
        for site in asking
        if (invitation := site.invitation(actor.user)) is not None and not invitation.rejected
    ]
    names = {user.id: user.name for user in people(actor).values()} if pending else {}
    return [
        PendingInvite(
            app=str(site.id),
            name=site.name,
            url=site.url,
            by=names.get(site.owner, ""),
            invited_at=invitation.invited_at,
        )
        for site, invitation in sorted(pending, key=lambda each: -each[1].invited_at)
    ]


def _inviting(actor: Actor, app: str) -> Site:
    """The app whose invite the actor may answer: `ANSWER` is for nobody else."""
    site = found(actor, app)
    invitation = site and site.invitation(actor.user)
    if site is None or invitation is None or invitation.rejected:
        raise InviteUnknown(f"there is no invite to {ANSWER}")
    return site


def _pending(site: Site, user: str) -> Invitation:
    invitation = site.invitation(user)
    if invitation is None or invitation.rejected:
        raise InviteUnknown("they have no invite that waits for an answer")
    return invitation


def _forget_invitation(site: Site, user: str) -> None:
    site.invitations = [each for each in site.invitations if each.user != user]


def _concerning(site: Site, event: type[Concerning], actor: Actor, user: str, changed: str) -> list[str]:
    """Have it told, and name what changed."""
    site.to_tell(event(facts=site.facts(), user=user, by=actor.user, at=now()))
    note(site, actor, DID[event], "" if user == actor.user else user)
    return [changed]
