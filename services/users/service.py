"""The service `users`: people and the organisation they belong to."""

from services.contracts.auth import Enrol
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
)
from services.hosting import Calls, Database, Healthy, Tell, rpc
from services.hosting.telling import TellFrom
from services.users import organisation, people
from services.users.documents import Person


class Users(Healthy):
    name = "users"

    database = Database("users")
    calls = Calls()
    tell = Tell()
    tell_of = TellFrom(Person)

    @rpc
    def register(self, request: RegisterUser) -> User:
        person = people.enrolling(request)
        self.calls(Enrol(user=str(person.id), email=person.email, password=request.password))
        user = people.found_or_join(person)
        self.tell(UserRegistered(user=user))
        people.stand(user)
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

    def _told(self, person: Person) -> Person:
        self.tell_of(person)
        return person
