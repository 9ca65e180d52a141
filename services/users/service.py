"""The service `users`: people and the organisation they belong to."""

from services.contracts.auth import Enrol
from services.contracts.users import (
    Colleagues,
    GetUser,
    ListColleagues,
    RegisterUser,
    UpdateMe,
    User,
    UserRegistered,
)
from services.hosting import Calls, Database, Healthy, Tell, rpc
from services.users import people


class Users(Healthy):
    name = "users"

    database = Database("users")
    calls = Calls()
    tell = Tell()

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
