"""What the admin of an organisation decides."""

from collections.abc import Callable

import pytest

from services.auth.documents import Credential
from services.contracts.auth import LogIn, Refresh
from services.contracts.errors import (
    ApprovalPending,
    Forbidden,
    RefreshTokenInvalid,
    ServiceFailed,
    UserUnknown,
    WrongCredentials,
)
from services.contracts.messages import Actor
from services.contracts.users import (
    AdminChanged,
    ApproveUser,
    GetUser,
    HandOverOrganisation,
    ListColleagues,
    ListPeople,
    RegisterUser,
    RemoveUser,
    UserApproved,
    UserRemoved,
)
from services.hosting.telling import TellFrom
from services.users.documents import Person
from tests.services.conftest import PASSWORD, Ask, Heard, Someone, wait_for

Register = Callable[..., Someone]


@pytest.fixture
def ada(register: Register) -> Someone:
    return register()


@pytest.fixture
def waiting(register: Register, ada: Someone) -> Someone:
    return register(ada.user.organisation, "Bob")


@pytest.fixture
def bob(services: Ask, ada: Someone, waiting: Someone) -> Someone:
    return Someone(services(ApproveUser(actor=ada.actor, user=waiting.user.id)))


def log_in(services: Ask, someone: Someone) -> str:
    return services(LogIn(email=someone.user.email, password=PASSWORD)).refresh_token


def test_the_admin_sees_who_waits_first(
    services: Ask, ada: Someone, bob: Someone, register: Register
) -> None:
    zoe = register(ada.user.organisation, "Zoe")
    people = services(ListPeople(actor=ada.actor)).people
    assert [person.id for person in people] == [zoe.user.id, ada.user.id, bob.user.id]


def test_who_is_approved_comes_in(
    services: Ask, ada: Someone, waiting: Someone, hear: Callable[..., Heard]
) -> None:
    with pytest.raises(ApprovalPending):
        log_in(services, waiting)
    heard = hear(UserApproved)
    for _ in range(2):
        assert services(ApproveUser(actor=ada.actor, user=waiting.user.id)).standing == "active"
    told = heard.next()
    assert (told.user.id, told.by) == (waiting.user.id, ada.user.id)
    log_in(services, waiting)
    assert [each.id for each in services(ListColleagues(actor=ada.actor)).colleagues] == [waiting.user.id]


REQUESTS = (ApproveUser, RemoveUser, HandOverOrganisation)


@pytest.mark.parametrize("request_kind", REQUESTS)
def test_only_the_admin_decides(
    services: Ask, bob: Someone, register: Register, request_kind: type, ada: Someone
) -> None:
    # Whatever their token says.
    claims_it = Actor(user=bob.user.id, organisation=bob.user.organisation, role="admin")
    for actor in (claims_it, Actor(user="nobody", organisation=bob.user.organisation, role="admin")):
        with pytest.raises(Forbidden):
            services(request_kind(actor=actor, user=ada.user.id))
    with pytest.raises(Forbidden):
        services(ListPeople(actor=claims_it))


@pytest.mark.parametrize("request_kind", REQUESTS)
def test_another_organisations_people_do_not_exist(
    services: Ask, ada: Someone, register: Register, request_kind: type
) -> None:
    stranger = register()
    for user in (stranger.user.id, "nobody", "0" * 24):
        with pytest.raises(UserUnknown):
            services(request_kind(actor=ada.actor, user=user))
    assert services(GetUser(user=stranger.user.id)) == stranger.user


def test_who_is_removed_is_logged_out_and_gone(
    services: Ask, ada: Someone, bob: Someone, hear: Callable[..., Heard]
) -> None:
    token = log_in(services, bob)
    heard = hear(UserRemoved)
    services(RemoveUser(actor=ada.actor, user=bob.user.id))
    told = heard.next()
    assert (told.user, told.by) == (bob.user, ada.user.id)
    with pytest.raises(UserUnknown):
        services(GetUser(user=bob.user.id))
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=token))
    with pytest.raises(WrongCredentials):
        log_in(services, bob)
    wait_for(lambda: Credential.objects(user=bob.user.id).first() is None)
    assert services(ListColleagues(actor=ada.actor)).colleagues == []
    again = RegisterUser(
        email=bob.user.email, password=PASSWORD, name="Bob", organisation=bob.user.organisation
    )
    assert services(again).standing == "pending"


def test_a_removal_cut_short_is_finished(
    services: Ask, ada: Someone, bob: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(TellFrom, "__call__", lambda self, document: None)
        services(RemoveUser(actor=ada.actor, user=bob.user.id))
    wait_for(lambda: Credential.objects(user=bob.user.id).first() is None, 10)
    wait_for(lambda: Person.objects(id=bob.user.id).first() is None)


def test_who_is_refused_is_gone(services: Ask, ada: Someone, waiting: Someone) -> None:
    services(RemoveUser(actor=ada.actor, user=waiting.user.id))
    assert [person.id for person in services(ListPeople(actor=ada.actor)).people] == [ada.user.id]


def test_the_admin_stays_until_somebody_else_is_it(
    services: Ask, ada: Someone, bob: Someone, hear: Callable[..., Heard], register: Register
) -> None:
    with pytest.raises(Forbidden):
        services(RemoveUser(actor=ada.actor, user=ada.user.id))
    heard = hear(AdminChanged)
    assert services(HandOverOrganisation(actor=ada.actor, user=bob.user.id)).role == "admin"
    told = heard.next()
    assert (told.organisation, told.admin, told.by) == (ada.user.organisation, bob.user.id, ada.user.id)
    assert services(GetUser(user=ada.user.id)).role == "member"
    services(RemoveUser(actor=bob.actor, user=ada.user.id))
    # The organisation has an admin, so nobody founds it again.
    assert register(ada.user.organisation).user.standing == "pending"


def test_nobody_is_made_admin_who_waits(services: Ask, ada: Someone, waiting: Someone) -> None:
    with pytest.raises(Forbidden):
        services(HandOverOrganisation(actor=ada.actor, user=waiting.user.id))
    assert services(GetUser(user=ada.user.id)).role == "admin"


def test_a_hand_over_cut_short_changes_nothing(
    services: Ask, ada: Someone, bob: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("services.users.organisation._succeed", lambda person, by: 1 / 0)
        with pytest.raises(ServiceFailed):
            services(HandOverOrganisation(actor=ada.actor, user=bob.user.id))
    assert services(GetUser(user=ada.user.id)).role == "admin"
    assert services(HandOverOrganisation(actor=ada.actor, user=bob.user.id)).role == "admin"
