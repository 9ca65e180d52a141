"""Logging in with a code, too."""

import time
from collections.abc import Callable

import pytest

from services.auth import totp
from services.auth.documents import Credential
from services.contracts.auth import ConfirmTotp, GetTotp, LogIn, OfferTotp, TotpStanding, TurnTotpOff
from services.contracts.errors import (
    SecondFactorRequired,
    SecondFactorWrong,
    TooManyRequests,
    TotpOn,
    WrongCredentials,
)
from tests.services.conftest import PASSWORD, Ask, Someone

Register = Callable[..., Someone]


def code(secret: str, later: int = 0) -> str:
    return totp.code(secret, int(time.time()) // 30 + later)


@pytest.fixture
def ada(register: Register) -> Someone:
    return register()


@pytest.fixture
def secret(services: Ask, ada: Someone) -> str:
    """Of Ada's second factor, which is on; the code of now was used to confirm it."""
    offered = services(OfferTotp(actor=ada.actor)).secret
    services(ConfirmTotp(actor=ada.actor, code=code(offered)))
    return offered


def test_an_offered_secret_is_asked_for_only_once_it_is_confirmed(services: Ask, ada: Someone) -> None:
    offered = services(OfferTotp(actor=ada.actor))
    assert offered.secret in offered.uri
    services(LogIn(email=ada.user.email, password=PASSWORD))
    with pytest.raises(SecondFactorWrong):
        services(ConfirmTotp(actor=ada.actor, code="000000x"))
    assert services(GetTotp(actor=ada.actor)) == TotpStanding(on=False, recovery_codes_left=0)
    recovery = services(ConfirmTotp(actor=ada.actor, code=code(offered.secret))).codes
    assert len(recovery) == 10
    assert services(GetTotp(actor=ada.actor)) == TotpStanding(on=True, recovery_codes_left=10)
    with pytest.raises(TotpOn):
        services(OfferTotp(actor=ada.actor))
    with pytest.raises(TotpOn):
        services(ConfirmTotp(actor=ada.actor, code=code(offered.secret, 1)))


def test_a_log_in_takes_password_and_code_and_each_code_once(
    services: Ask, ada: Someone, secret: str
) -> None:
    with pytest.raises(SecondFactorRequired):
        services(LogIn(email=ada.user.email, password=PASSWORD))
    given = LogIn(email=ada.user.email, password=PASSWORD, code=code(secret, 1))
    assert services(given).user == ada.user
    with pytest.raises(SecondFactorWrong):
        services(given)


def test_a_code_alone_is_worth_nothing_and_says_nothing(services: Ask, ada: Someone, secret: str) -> None:
    with pytest.raises(WrongCredentials):
        services(LogIn(email=ada.user.email, password="wrong password", code=code(secret, 1)))
    with pytest.raises(WrongCredentials):
        services(LogIn(email=ada.user.email, password="wrong password"))


def test_codes_cannot_be_tried_for_long(services: Ask, ada: Someone, secret: str) -> None:
    for _ in range(5):
        with pytest.raises(SecondFactorWrong):
            services(LogIn(email=ada.user.email, password=PASSWORD, code="not it"))
    with pytest.raises(TooManyRequests):
        services(LogIn(email=ada.user.email, password=PASSWORD, code=code(secret, 1)))


def test_a_recovery_code_logs_in_once(services: Ask, ada: Someone) -> None:
    offered = services(OfferTotp(actor=ada.actor)).secret
    recovery = services(ConfirmTotp(actor=ada.actor, code=code(offered))).codes[0]
    given = LogIn(email=ada.user.email, password=PASSWORD, code=recovery.upper().replace("-", " "))
    services(given)
    with pytest.raises(SecondFactorWrong):
        services(given)
    assert services(GetTotp(actor=ada.actor)).recovery_codes_left == 9
    assert recovery not in str(Credential.objects.get(user=ada.user.id).to_mongo())


def test_it_is_turned_off_by_password(services: Ask, ada: Someone, secret: str) -> None:
    with pytest.raises(WrongCredentials):
        services(TurnTotpOff(actor=ada.actor, password="wrong password"))
    services(TurnTotpOff(actor=ada.actor, password=PASSWORD))
    services(LogIn(email=ada.user.email, password=PASSWORD))
