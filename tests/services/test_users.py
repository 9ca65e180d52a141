"""The service `users`, with `auth` and `notifications` beside it."""

from collections.abc import Callable

import eventlet
import pytest

from services.contracts.errors import EmailTaken, InvalidInput, ServiceFailed, UserUnknown
from services.contracts.messages import Actor
from services.contracts.users import GetUser, ListColleagues, RegisterUser, UpdateMe, UserRegistered
from services.users.documents import Person
from tests.services.conftest import PASSWORD, Ask, Heard, Someone, fresh

Register = Callable[..., Someone]


def registration(organisation: str, email: str | None = None, name: str = "Ada") -> RegisterUser:
    email = email or f"{fresh('u')}@{organisation}"
    return RegisterUser(email=email, password=PASSWORD, name=name, organisation=organisation)


def domain() -> str:
    return f"{fresh('org')}.example"


def test_the_first_of_a_domain_founds_it_and_later_ones_wait(services: Ask) -> None:
    organisation = domain()
    first = services(registration(organisation))
    second = services(registration(organisation.upper()))
    assert (first.role, first.standing) == ("admin", "active")
    assert (second.role, second.standing) == ("member", "pending")
    assert first.organisation == second.organisation == organisation
    assert services(GetUser(user=first.id)) == first
    assert services(GetUser(user=second.id)) == second


def test_of_many_who_found_at_once_one_is_the_founder(services: Ask) -> None:
    organisation = domain()
    registering = [eventlet.spawn(services, registration(organisation)) for _ in range(6)]
    registered = [each.wait() for each in registering]
    assert (
        sorted((user.role, user.standing) for user in registered)
        == [("admin", "active")] + [("member", "pending")] * 5
    )
    assert [services(GetUser(user=user.id)) for user in registered] == registered


def test_an_email_registers_once_whatever_its_case(services: Ask) -> None:
    email = f"{fresh('ada')}@shop.example"
    services(registration(domain(), email))
    with pytest.raises(EmailTaken) as refused:
        services(registration(domain(), email.upper()))
    assert refused.value.field == "email"


def test_a_form_sent_twice_at_once_registers_once(services: Ask) -> None:
    organisation = domain()
    request = registration(organisation)

    def outcome() -> str:
        try:
            return services(request).role
        except EmailTaken:
            return "taken"

    outcomes = [each.wait() for each in [eventlet.spawn(outcome) for _ in range(4)]]
    assert sorted(outcomes) == ["admin", "taken", "taken", "taken"]
    person = Person.objects.get(email=request.email)
    assert (person.role, person.standing, person.founder) == ("admin", "active", True)


def test_a_registration_broken_half_way_is_repeated(services: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    organisation = domain()
    request = registration(organisation)
    with monkeypatch.context() as broken:
        broken.setattr("services.auth.enrolling.hashed", lambda password: 1 / 0)
        with pytest.raises(ServiceFailed):
            services(request)
    assert Person.objects.get(email=request.email).standing == "enrolling"
    user = services(request)
    assert (user.role, user.standing) == ("admin", "active")


def test_one_repeated_for_another_domain_leaves_the_first_to_others(
    services: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, joined = domain(), domain()
    email = f"{fresh('u')}@{left}"
    with monkeypatch.context() as broken:
        broken.setattr("services.users.people.stand", lambda user: 1 / 0)
        with pytest.raises(ServiceFailed):
            services(registration(left, email))
    assert services(registration(joined, email)).organisation == joined
    assert services(registration(left)).role == "admin"


def test_a_registration_is_told(services: Ask, hear: Callable[..., Heard]) -> None:
    heard = hear(UserRegistered)
    user = services(registration(domain()))
    assert heard.next().user == user


@pytest.mark.parametrize(
    ("field", "value"), [("email", "nobody"), ("password", "short"), ("name", ""), ("organisation", "a b")]
)
def test_a_malformed_registration_names_its_field(services: Ask, field: str, value: str) -> None:
    request = registration(domain())
    setattr(request, field, value)
    with pytest.raises(InvalidInput) as refused:
        services(request)
    assert refused.value.field == field


@pytest.mark.parametrize("user", ["", "nobody", "0" * 24])
def test_nobody_is_no_user(services: Ask, user: str) -> None:
    with pytest.raises(UserUnknown):
        services(GetUser(user=user))


def test_one_changes_ones_own_name_and_position(services: Ask, register: Register) -> None:
    ada = register()
    assert services(UpdateMe(actor=ada.actor, position="CTO")).position == "CTO"
    changed = services(UpdateMe(actor=ada.actor, name="Ada L."))
    assert (changed.name, changed.position) == ("Ada L.", "CTO")
    assert services(GetUser(user=ada.user.id)) == changed


def test_colleagues_are_the_active_others_of_the_organisation_by_name(
    services: Ask, register: Register
) -> None:
    ada = register()
    organisation = ada.user.organisation
    zoe, bob, waiting = (register(organisation, name) for name in ("Zoe", "Bob", "Waiting"))
    register()
    Person.objects(id__in=[zoe.user.id, bob.user.id]).update(standing="active")
    assert [user.name for user in services(ListColleagues(actor=ada.actor)).colleagues] == ["Bob", "Zoe"]
    stranger = Actor(user="0" * 24, organisation=domain())
    assert services(ListColleagues(actor=stranger)).colleagues == []
    assert waiting.user.standing == "pending"
