"""The service `apps`: the sites a company watches and who may do what with them."""

from services.apps import members, sites
from services.apps.documents import Site
from services.apps.members import People
from services.contracts.apps import (
    AcceptInvite,
    App,
    AppList,
    CreateApp,
    DeleteApp,
    HandOver,
    Invite,
    InviteList,
    LeaveApp,
    ListApps,
    ListInvites,
    ListMembers,
    LockApp,
    MemberList,
    Permit,
    PermitEach,
    RejectInvite,
    Remind,
    RemoveMember,
    Seeing,
    UnlockApp,
    UpdateApp,
)
from services.contracts.messages import Actor, Done
from services.contracts.users import GetUser, ListColleagues, UserRemoved
from services.hosting import Calls, Database, Healthy, listen, rpc
from services.hosting.telling import TellFrom


class Apps(Healthy):
    name = "apps"

    database = Database("apps")
    calls = Calls()
    tell = TellFrom(Site)

    # -- apps

    @rpc
    def create(self, request: CreateApp) -> App:
        return self._told(sites.create(request)).told("owner")

    @rpc
    def list(self, request: ListApps) -> AppList:
        return AppList(sites.seen_by(request.actor))

    @rpc
    def permit(self, request: Permit) -> App:
        return sites.permit(request)

    @rpc
    def permit_each(self, request: PermitEach) -> Seeing:
        return sites.permit_each(request)

    @rpc
    def update(self, request: UpdateApp) -> App:
        return self._told(sites.update(request)).told("owner")

    @rpc
    def lock(self, request: LockApp) -> App:
        return self._told(sites.lock(request.actor, request.app)).told("owner")

    @rpc
    def unlock(self, request: UnlockApp) -> App:
        return self._told(sites.unlock(request.actor, request.app, request.confirm)).told("owner")

    @rpc
    def delete(self, request: DeleteApp) -> Done:
        return self._done(sites.delete(request.actor, request.app, request.confirm))

    # -- members

    @rpc
    def members(self, request: ListMembers) -> MemberList:
        return members.listed(request.actor, request.app, self._people)

    @rpc
    def invite(self, request: Invite) -> Done:
        return self._done(members.invite(request.actor, request.app, request.user, self._people))

    @rpc
    def remind(self, request: Remind) -> Done:
        return self._done(members.remind(request.actor, request.app, request.user))

    @rpc
    def remove(self, request: RemoveMember) -> Done:
        return self._done(members.remove(request.actor, request.app, request.user))

    @rpc
    def leave(self, request: LeaveApp) -> Done:
        return self._done(members.leave(request.actor, request.app))

    @rpc
    def hand_over(self, request: HandOver) -> App:
        return self._told(members.hand_over(request.actor, request.app, request.user)).told("member")

    # -- invites

    @rpc
    def invites(self, request: ListInvites) -> InviteList:
        return InviteList(members.invites(request.actor, self._people))

    @rpc
    def accept(self, request: AcceptInvite) -> App:
        return self._told(members.accept(request.actor, request.app)).told("member")

    @rpc
    def reject(self, request: RejectInvite) -> Done:
        return self._done(members.reject(request.actor, request.app))

    # -- people

    @listen(UserRemoved)
    def on_user_removed(self, event: UserRemoved) -> None:
        user = event.user
        for site in members.forget_person(user.id, user.organisation, event.by):
            self.tell(site)

    def _told(self, site: Site) -> Site:
        self.tell(site)
        return site

    def _done(self, site: Site) -> Done:
        self.tell(site)
        return Done()

    def _people(self, actor: Actor) -> People:
        beside = self.calls(ListColleagues(actor=actor)).colleagues
        return {user.id: user for user in (self.calls(GetUser(user=actor.user)), *beside)}
