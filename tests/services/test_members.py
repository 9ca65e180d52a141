"""Who shares an app: the service `apps` with `users` and `notifications` beside it."""

from collections.abc import Callable
from typing import Any

import pytest

from services.apps.documents import Site
from services.contracts import apps as contract
from services.contracts.apps import (
    AcceptInvite,
    App,
    AppChanged,
    AppDeleted,
    DeleteApp,
    HandOver,
    Invite,
    LeaveApp,
    ListApps,
    ListInvites,
    ListMembers,
    LockApp,
    Permit,
    RejectInvite,
    Remind,
    RemoveMember,
    UnlockApp,
    UpdateApp,
)
from services.contracts.errors import (
    AlreadyInvited,
    AlreadyMember,
    AppNameTaken,
    AppUnknown,
    Forbidden,
    InvalidInput,
    InviteUnknown,
    MemberUnknown,
    TooManyRequests,
    UserUnknown,
)
from services.contracts.messages import Actor
from services.contracts.notifications import ListNotifications
from services.contracts.users import RemoveUser
from services.hosting.clock import now
from services.users.documents import Person
from tests.services.conftest import Ask, Heard, Someone, wait_for
from tests.services.test_apps import create


class Team:
    """An owner with an app, and a colleague."""

    def __init__(self, ask: Ask, register: Callable[..., Someone]) -> None:
        self.ask = ask
        self.register = register
        self.owner = register(name="Olga").actor
        self.colleague = self.another("Carl")
        self.app: App = ask(create(self.owner))

    def another(self, name: str) -> Actor:
        someone = self.register(self.owner.organisation, name)
        Person.objects(id=someone.user.id).update_one(standing="active")
        return someone.actor

    def invite(self, actor: Actor) -> None:
        self.ask(Invite(actor=self.owner, app=self.app.id, user=actor.user))

    def join(self, actor: Actor) -> None:
        self.invite(actor)
        self.ask(AcceptInvite(actor=actor, app=self.app.id))

    def role(self, actor: Actor) -> str | None:
        try:
            return self.ask(Permit(actor=actor, app=self.app.id)).role
        except AppUnknown:
            return None

    def standings(self, actor: Actor | None = None) -> list[tuple[str, str]]:
        listed = self.ask(ListMembers(actor=actor or self.owner, app=self.app.id))
        return [(member.name, member.standing) for member in listed.members]

    def invitable(self, actor: Actor | None = None) -> list[str]:
        listed = self.ask(ListMembers(actor=actor or self.owner, app=self.app.id))
        return [person.name for person in listed.invitable]

    def told(self, actor: Actor, kind: str) -> dict[str, str]:
        """The facts of the first notification of the kind."""

        def found() -> list[dict[str, str]]:
            notes = self.ask(ListNotifications(actor=actor)).notifications
            return [note.facts for note in notes if note.kind == kind]

        return wait_for(found)[0]


@pytest.fixture
def team(services: Ask, register: Callable[..., Someone]) -> Team:
    return Team(services, register)


def test_an_invite_waits_until_it_is_accepted(team: Team) -> None:
    assert team.invitable() == ["Carl"]
    team.invite(team.colleague)
    assert team.invitable() == []
    assert team.standings() == [("Olga", "owner"), ("Carl", "pending")]
    assert team.role(team.colleague) is None
    (invite,) = team.ask(ListInvites(actor=team.colleague)).invites
    assert (invite.app, invite.name, invite.by) == (team.app.id, "Shop", "Olga")
    assert team.told(team.colleague, "invited") == {"app": "Shop", "app_id": team.app.id, "by": "Olga"}
    assert team.ask(AcceptInvite(actor=team.colleague, app=team.app.id)).role == "member"
    assert team.role(team.colleague) == "member"
    assert team.standings(team.colleague) == [("Olga", "owner"), ("Carl", "accepted")]
    assert team.ask(ListInvites(actor=team.colleague)).invites == []
    assert team.told(team.owner, "invite-accepted")["by"] == "Carl"


def test_who_rejected_may_be_asked_again(team: Team) -> None:
    team.invite(team.colleague)
    team.ask(RejectInvite(actor=team.colleague, app=team.app.id))
    assert team.standings() == [("Olga", "owner"), ("Carl", "rejected")]
    assert team.told(team.owner, "invite-rejected")["by"] == "Carl"
    with pytest.raises(InviteUnknown):
        team.ask(AcceptInvite(actor=team.colleague, app=team.app.id))
    with pytest.raises(InviteUnknown):
        team.ask(RejectInvite(actor=team.colleague, app=team.app.id))
    assert team.invitable() == ["Carl"]
    team.join(team.colleague)
    assert team.role(team.colleague) == "member"


def test_an_invite_is_reminded_of_once_an_hour(team: Team) -> None:
    with pytest.raises(InviteUnknown):
        team.ask(Remind(actor=team.owner, app=team.app.id, user=team.colleague.user))
    team.invite(team.colleague)
    team.ask(Remind(actor=team.owner, app=team.app.id, user=team.colleague.user))
    assert team.told(team.colleague, "invite-reminded")["by"] == "Olga"
    with pytest.raises(TooManyRequests) as refused:
        team.ask(Remind(actor=team.owner, app=team.app.id, user=team.colleague.user))
    assert 3500 < (refused.value.retry_after or 0) <= 3601
    Site.objects(id=team.app.id).update_one(set__invitations__0__reminded_at=now() - 3_600_000)
    team.ask(Remind(actor=team.owner, app=team.app.id, user=team.colleague.user))


def test_nobody_is_invited_twice_nor_from_elsewhere(team: Team, register: Callable[..., Someone]) -> None:
    stranger = register().actor
    pending = register(team.owner.organisation, "Pia").actor
    for unknown in (stranger.user, pending.user, "nobody", ""):
        with pytest.raises(UserUnknown) as refused:
            team.ask(Invite(actor=team.owner, app=team.app.id, user=unknown))
        assert refused.value.field == "user"
    team.invite(team.colleague)
    with pytest.raises(AlreadyInvited):
        team.invite(team.colleague)
    team.ask(AcceptInvite(actor=team.colleague, app=team.app.id))
    for member in (team.colleague, team.owner):
        with pytest.raises(AlreadyMember):
            team.invite(member)


def test_a_member_is_removed_or_leaves_and_is_told_of(team: Team) -> None:
    team.join(team.colleague)
    team.ask(RemoveMember(actor=team.owner, app=team.app.id, user=team.colleague.user))
    assert team.role(team.colleague) is None
    assert team.told(team.colleague, "member-removed")["by"] == "Olga"
    with pytest.raises(MemberUnknown):
        team.ask(RemoveMember(actor=team.owner, app=team.app.id, user=team.colleague.user))
    team.join(team.colleague)
    team.ask(LeaveApp(actor=team.colleague, app=team.app.id))
    assert team.role(team.colleague) is None
    assert team.told(team.owner, "member-left")["by"] == "Carl"


def test_an_invite_is_taken_back(team: Team) -> None:
    team.invite(team.colleague)
    team.ask(RemoveMember(actor=team.owner, app=team.app.id, user=team.colleague.user))
    assert team.standings() == [("Olga", "owner")]
    with pytest.raises(InviteUnknown):
        team.ask(AcceptInvite(actor=team.colleague, app=team.app.id))


def test_the_owner_does_not_leave_but_hands_over_to_a_member(team: Team) -> None:
    with pytest.raises(Forbidden):
        team.ask(LeaveApp(actor=team.owner, app=team.app.id))
    team.invite(team.colleague)
    with pytest.raises(MemberUnknown):
        team.ask(HandOver(actor=team.owner, app=team.app.id, user=team.colleague.user))
    team.ask(AcceptInvite(actor=team.colleague, app=team.app.id))
    given = team.ask(HandOver(actor=team.owner, app=team.app.id, user=team.colleague.user))
    assert (given.owner, given.role) == (team.colleague.user, "member")
    assert (team.role(team.owner), team.role(team.colleague)) == ("member", "owner")
    assert team.told(team.colleague, "app-handed-over")["by"] == "Olga"
    team.ask(LeaveApp(actor=team.owner, app=team.app.id))
    assert team.role(team.owner) is None


def test_members_know_each_other_and_not_who_was_asked(team: Team) -> None:
    team.join(team.colleague)
    team.invite(team.another("Dora"))
    assert team.standings(team.colleague) == [("Olga", "owner"), ("Carl", "accepted")]
    assert team.invitable(team.colleague) == []
    assert team.standings() == [("Olga", "owner"), ("Carl", "accepted"), ("Dora", "pending")]


def test_who_answers_at_once_and_twice_joins_once(team: Team) -> None:
    import eventlet

    team.invite(team.colleague)
    others = [team.another(name) for name in ("Dora", "Emil", "Finn")]
    for other in others:
        team.invite(other)
    joining = [
        eventlet.spawn(team.ask, AcceptInvite(actor=actor, app=team.app.id))
        for actor in (team.colleague, *others, team.colleague)
    ]
    refused = 0
    for each in joining:
        try:
            each.wait()
        except InviteUnknown:
            refused += 1
    assert refused == 1
    site = Site.objects.get(id=team.app.id)
    assert sorted(site.members) == sorted(actor.user for actor in (team.colleague, *others))
    assert list(site.invitations) == []


def test_who_leaves_the_organisation_leaves_their_apps_to_who_removed_them(team: Team) -> None:
    team.join(team.colleague)
    left, shared = team.ask(create(team.colleague, "Left")), team.app
    other = team.another("Dora")
    team.ask(Invite(actor=team.colleague, app=left.id, user=other.user))
    team.ask(AcceptInvite(actor=other, app=left.id))
    team.ask(RemoveUser(actor=team.owner, user=team.colleague.user))
    assert wait_for(lambda: Site.objects.get(id=left.id).owner == team.owner.user)
    assert wait_for(lambda: Site.objects.get(id=shared.id).members == [])
    assert Site.objects.get(id=left.id).members == [other.user]
    assert team.ask(Permit(actor=team.owner, app=left.id)).role == "owner"
    assert team.role(team.colleague) is None


# -- the app itself


def test_a_change_keeps_what_is_not_given_and_is_told(team: Team, hear: Callable[..., Heard]) -> None:
    heard = hear(AppChanged)
    given = UpdateApp(
        actor=team.owner, app=team.app.id, name="Store ", origins=["https://A.example:443"], tags=["b", "b"]
    )
    app = team.ask(given)
    assert (app.name, app.origins, app.tags) == ("Store", ["https://a.example"], ["b"])
    assert (app.url, app.description, app.visibility) == (team.app.url, "", "private")
    event = heard.next()
    assert (event.facts.version, sorted(event.changed), event.by) == (
        2,
        ["name", "origins", "tags"],
        team.owner.user,
    )
    assert event.facts.origins == ["https://a.example"]
    assert team.ask(given) == app
    assert heard.nothing(), "what changes nothing is not told"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "shop"}, "url"),
        ({"origins": []}, "origins"),
        ({"origins": ["https://a.example", "http://b:99999"]}, "origins[1]"),
        ({"name": ""}, "name"),
        ({"visibility": "secret"}, "visibility"),
    ],
)
def test_a_malformed_change_names_its_field(team: Team, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        team.ask(UpdateApp(actor=team.owner, app=team.app.id, **given))
    assert refused.value.field == field


def test_an_app_is_not_renamed_to_another(team: Team) -> None:
    team.ask(create(team.owner, "Second"))
    with pytest.raises(AppNameTaken) as refused:
        team.ask(UpdateApp(actor=team.owner, app=team.app.id, name="SECOND"))
    assert refused.value.field == "name"
    assert team.ask(UpdateApp(actor=team.owner, app=team.app.id, name="shop")).name == "shop"


def test_a_lock_is_opened_by_typing_the_name(team: Team) -> None:
    team.join(team.colleague)
    assert team.ask(LockApp(actor=team.owner, app=team.app.id)).locked
    assert team.told(team.colleague, "app-locked") == {"app": "Shop", "app_id": team.app.id, "by": "Olga"}
    for typed in ("", "Shop", f"{team.owner.organisation}/Shops"):
        with pytest.raises(InvalidInput) as refused:
            team.ask(UnlockApp(actor=team.owner, app=team.app.id, confirm=typed))
        assert refused.value.field == "confirm"
    assert team.ask(LockApp(actor=team.owner, app=team.app.id)).locked
    typed = f"{team.owner.organisation}/shop"
    assert not team.ask(UnlockApp(actor=team.owner, app=team.app.id, confirm=typed)).locked


def test_a_deleted_app_is_gone_for_everybody_and_its_name_is_free(
    team: Team, hear: Callable[..., Heard]
) -> None:
    heard = hear(AppDeleted)
    team.join(team.colleague)
    with pytest.raises(InvalidInput) as refused:
        team.ask(DeleteApp(actor=team.owner, app=team.app.id, confirm="Shop"))
    assert refused.value.field == "confirm"
    confirm = f"{team.owner.organisation}/Shop"
    team.ask(DeleteApp(actor=team.owner, app=team.app.id, confirm=confirm))
    event = heard.next()
    assert (event.facts.app, event.facts.members) == (team.app.id, [team.colleague.user])
    assert (team.role(team.owner), team.role(team.colleague)) == (None, None)
    assert team.ask(ListApps(actor=team.owner)).apps == []
    with pytest.raises(AppUnknown):
        team.ask(DeleteApp(actor=team.owner, app=team.app.id, confirm=confirm))
    assert team.told(team.colleague, "app-deleted") == {"app": "Shop", "by": "Olga"}
    assert wait_for(lambda: Site.objects(id=team.app.id).count() == 0)
    assert team.ask(create(team.owner, "Shop")).id != team.app.id


def test_every_event_between_an_app_and_its_people_is_told_of() -> None:
    from services.notifications.kinds import WHOM

    assert set(WHOM) == set(contract.Concerning.__subclasses__())
