"""Log-in sessions of a user, and what ends them."""

from collections.abc import Callable

import pytest

from services.contracts.auth import (
    ChangePassword,
    EndSession,
    GetEndedSessions,
    ListSessions,
    LoggedIn,
    LogIn,
    LogOut,
    LogOutEverywhere,
    Refresh,
    SessionEnded,
)
from services.contracts.errors import LogInSessionUnknown, RefreshTokenInvalid, WrongCredentials
from services.contracts.messages import Actor
from services.hosting.telling import TellFrom
from tests.services.conftest import PASSWORD, Ask, Heard, Someone

Register = Callable[..., Someone]


def log_in(ask: Ask, someone: Someone, device: str = "Firefox on Linux") -> tuple[LoggedIn, Actor]:
    """The answer, and who asks in this session."""
    logged_in = ask(LogIn(email=someone.user.email, password=PASSWORD, device=device))
    newest = ask(ListSessions(actor=someone.actor)).sessions
    session = next(one.id for one in newest if one.device == device)
    return logged_in, Actor(user=someone.user.id, organisation=someone.user.organisation, session=session)


def test_ones_sessions_are_listed_with_the_one_asked_in(services: Ask, register: Register) -> None:
    ada = register()
    _, phone = log_in(services, ada, "Safari on iOS")
    log_in(services, ada, "Firefox on Linux")
    listed = services(ListSessions(actor=phone)).sessions
    assert {(one.device, one.current) for one in listed} == {
        ("Safari on iOS", True),
        ("Firefox on Linux", False),
    }
    assert services(ListSessions(actor=register().actor)).sessions == []


def test_an_ended_session_is_told_and_refreshes_no_more(
    services: Ask, register: Register, hear: Callable[..., Heard]
) -> None:
    ada = register()
    logged_in, actor = log_in(services, ada)
    heard = hear(SessionEnded)
    services(EndSession(actor=actor, session=actor.session))
    assert heard.next() == SessionEnded(session=actor.session, user=ada.user.id)
    assert actor.session in services(GetEndedSessions()).ended
    assert services(ListSessions(actor=actor)).sessions == []
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=logged_in.refresh_token))


def test_nobody_ends_anothers_session(services: Ask, register: Register) -> None:
    logged_in, actor = log_in(services, register())
    with pytest.raises(LogInSessionUnknown):
        services(EndSession(actor=register().actor, session=actor.session))
    services(Refresh(refresh_token=logged_in.refresh_token))


def test_a_log_out_is_told(services: Ask, register: Register, hear: Callable[..., Heard]) -> None:
    logged_in, actor = log_in(services, register())
    heard = hear(SessionEnded)
    services(LogOut(refresh_token=logged_in.refresh_token))
    assert heard.next().session == actor.session


def test_an_end_that_could_not_be_told_is_told_later(
    services: Ask, register: Register, hear: Callable[..., Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, actor = log_in(services, register())
    heard = hear(SessionEnded)
    with monkeypatch.context() as broken:
        broken.setattr(TellFrom, "__call__", lambda self, document: None)
        services(EndSession(actor=actor, session=actor.session))
    assert heard.next(10).session == actor.session


def test_logging_out_everywhere_ends_every_session(services: Ask, register: Register) -> None:
    ada = register()
    logged_in = [log_in(services, ada, device)[0] for device in ("a", "b")]
    services(LogOutEverywhere(actor=ada.actor))
    for each in logged_in:
        with pytest.raises(RefreshTokenInvalid):
            services(Refresh(refresh_token=each.refresh_token))


def test_a_changed_password_ends_the_other_sessions(services: Ask, register: Register) -> None:
    ada = register()
    other, _ = log_in(services, ada, "other")
    own, actor = log_in(services, ada, "own")
    services(ChangePassword(actor=actor, current=PASSWORD, new="a new long password"))
    services(Refresh(refresh_token=own.refresh_token))
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=other.refresh_token))
    with pytest.raises(WrongCredentials):
        services(LogIn(email=ada.user.email, password=PASSWORD))
    services(LogIn(email=ada.user.email, password="a new long password"))


def test_only_who_knows_the_password_changes_it(services: Ask, register: Register) -> None:
    ada = register()
    _, actor = log_in(services, ada)
    with pytest.raises(WrongCredentials):
        services(ChangePassword(actor=actor, current="wrong password", new="a new long password"))
    services(LogIn(email=ada.user.email, password=PASSWORD))
