"""The service `users`: people, the organisation they belong to, and its audit log."""

from nameko.timer import timer

from services.contracts.audit import (
    AppsDeed,
    AuditNames,
    AuditPage,
    AuthDeed,
    ConfigDeed,
    ListAuditNames,
    ReadAudit,
    RecorderDeed,
    TokensDeed,
    UsersDeed,
)
from services.contracts.auth import Enrol
from services.contracts.join_links import (
    JoinLinks,
    JoinOffer,
    ListJoinLinks,
    MakeJoinLink,
    NewJoinLink,
    ReadJoinLink,
    RevokeJoinLink,
)
from services.contracts.messages import Done
from services.contracts.users import (
    ApproveUser,
    Colleagues,
    GetUser,
    HandOverOrganisation,
    ListColleagues,
    ListPeople,
    People,
    RegisterUser,
    RemoveUser,
    UpdateMe,
    User,
    UserRegistered,
    UserRemoved,
)
from services.hosting import Calls, Database, Healthy, Settings, Tell, listen, rpc
from services.hosting.clock import now
from services.hosting.telling import TellFrom
from services.users import audit, join_links, organisation, people
from services.users.documents import LinkRecord, Person
from services.users.settings import UsersSettings

LOOK_FOR_OLD = 3600
"""seconds between two looks for entries of the audit log that are to go"""


class Users(Healthy):
    name = "users"

    database = Database("users")
    calls = Calls()
    settings = Settings(UsersSettings)
    tell = Tell()
    tell_of = TellFrom(Person, LinkRecord)

    @rpc
    def register(self, request: RegisterUser) -> User:
        link = join_links.for_registration(request) if request.link else None
        person = people.enrolling(request)
        self.calls(Enrol(user=str(person.id), email=person.email, password=request.password))
        user = people.found_or_join(person) if link is None else people.join(person, link)
        self.tell(UserRegistered(user=user))
        self.tell_of(people.stand(user, link))
        return user

    @rpc
    def get(self, request: GetUser) -> User:
        return people.person(request.user).told()

    @rpc
    def update_me(self, request: UpdateMe) -> User:
        return people.update(request)

    @rpc
    def colleagues(self, request: ListColleagues) -> Colleagues:
        return Colleagues(people.colleagues(request.actor.organisation, beside=request.actor.user))

    # -- the organisation's admin

    @rpc
    def people(self, request: ListPeople) -> People:
        return People(organisation.people(request.actor))

    @rpc
    def approve(self, request: ApproveUser) -> User:
        return self._told(organisation.approve(request.actor, request.user)).told()

    @rpc
    def remove(self, request: RemoveUser) -> Done:
        self._told(organisation.remove(request.actor, request.user))
        return Done()

    @rpc
    def hand_over(self, request: HandOverOrganisation) -> User:
        to = self.database.together(lambda: organisation.hand_over(request.actor, request.user))
        return self._told(people.person(to)).told()

    # -- links that let people in

    @rpc
    def make_join_link(self, request: MakeJoinLink) -> NewJoinLink:
        link, token = join_links.make(organisation.permitted(request.actor, "make_links"), request)
        self.tell_of(link)
        return NewJoinLink(link.told(), token)

    @rpc
    def join_links(self, request: ListJoinLinks) -> JoinLinks:
        by = organisation.permitted(request.actor, "make_links")
        return JoinLinks([link.told() for link in join_links.of(by.organisation)])

    @rpc
    def revoke_join_link(self, request: RevokeJoinLink) -> Done:
        by = organisation.permitted(request.actor, "make_links")
        self.tell_of(join_links.revoke(by, request.link))
        return Done()

    @rpc
    def read_join_link(self, request: ReadJoinLink) -> JoinOffer:
        return join_links.offer(request.token)

    @listen(UserRemoved)
    def on_removed(self, event: UserRemoved) -> None:
        join_links.end_those_of(event.user.id)

    # -- the audit log

    @rpc
    def audit(self, request: ReadAudit) -> AuditPage:
        return audit.read(organisation.permitted(request.actor, "read_audit").organisation, request)

    @rpc
    def audit_names(self, request: ListAuditNames) -> AuditNames:
        return audit.names(organisation.permitted(request.actor, "read_audit").organisation)

    @listen(UsersDeed)
    def on_users_deed(self, event: UsersDeed) -> None:
        audit.record(event)

    @listen(AuthDeed)
    def on_auth_deed(self, event: AuthDeed) -> None:
        audit.record(event)

    @listen(AppsDeed)
    def on_apps_deed(self, event: AppsDeed) -> None:
        audit.record(event)

    @listen(ConfigDeed)
    def on_config_deed(self, event: ConfigDeed) -> None:
        audit.record(event)

    @listen(TokensDeed)
    def on_tokens_deed(self, event: TokensDeed) -> None:
        audit.record(event)

    @listen(RecorderDeed)
    def on_recorder_deed(self, event: RecorderDeed) -> None:
        audit.record(event)

    @timer(interval=LOOK_FOR_OLD, eager=True)
    def drop_old_entries(self) -> None:
        audit.drop_older(now(), self.settings.audit_days)

    def _told(self, person: Person) -> Person:
        self.tell_of(person)
        return person
