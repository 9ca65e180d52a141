"""A new password for who forgot theirs."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from services.auth import mail
from services.auth.documents import PasswordReset
from services.contracts.auth import (
    AskReset,
    LogIn,
    MakeResetLink,
    Refresh,
    ResetAsked,
    ResetPassword,
)
from services.contracts.errors import (
    RefreshTokenInvalid,
    ResetLinkInvalid,
    TooManyRequests,
    UserUnknown,
    WrongCredentials,
)
from tests.services.conftest import PASSWORD, Ask, Heard, Someone, fresh, wait_for

Register = Callable[..., Someone]
NEW = "quite another password"


def token(link: str) -> str:
    return link.partition("#")[2]


def test_a_link_sets_a_new_password_once_and_ends_all_sessions(services: Ask, register: Register) -> None:
    ada = register()
    session = services(LogIn(email=ada.user.email, password=PASSWORD)).refresh_token
    made = services(MakeResetLink(email=ada.user.email.upper()))
    assert made.link.startswith("http://localhost:8080/reset-password#")
    services(ResetPassword(token=token(made.link), new=NEW))
    with pytest.raises(RefreshTokenInvalid):
        services(Refresh(refresh_token=session))
    with pytest.raises(WrongCredentials):
        services(LogIn(email=ada.user.email, password=PASSWORD))
    services(LogIn(email=ada.user.email, password=NEW))
    with pytest.raises(ResetLinkInvalid):
        services(ResetPassword(token=token(made.link), new=NEW))


def test_the_other_links_are_worth_nothing_then(services: Ask, register: Register) -> None:
    ada = register()
    first, second = (services(MakeResetLink(email=ada.user.email)).link for _ in range(2))
    services(ResetPassword(token=token(first), new=NEW))
    with pytest.raises(ResetLinkInvalid):
        services(ResetPassword(token=token(second), new=NEW))


def test_an_account_that_waits_after_wrong_passwords_waits_no_more(services: Ask, register: Register) -> None:
    ada = register()
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            services(LogIn(email=ada.user.email, password="wrong password"))
    with pytest.raises(TooManyRequests):
        services(LogIn(email=ada.user.email, password=PASSWORD))
    services(ResetPassword(token=token(services(MakeResetLink(email=ada.user.email)).link), new=NEW))
    services(LogIn(email=ada.user.email, password=NEW))


def test_a_link_lives_an_hour(services: Ask, register: Register) -> None:
    ada = register()
    made = services(MakeResetLink(email=ada.user.email))
    assert made.expires_in == 3600
    PasswordReset.objects(user=ada.user.id).update(expires_at=datetime.now(UTC))
    with pytest.raises(ResetLinkInvalid):
        services(ResetPassword(token=token(made.link), new=NEW))


def test_the_token_is_kept_as_its_digest_only(services: Ask, register: Register) -> None:
    ada = register()
    made = services(MakeResetLink(email=ada.user.email))
    kept = str(PasswordReset.objects.get(user=ada.user.id).to_mongo())
    assert token(made.link) not in kept


def test_the_operator_is_told_that_nobody_has_the_email(services: Ask) -> None:
    with pytest.raises(UserUnknown):
        services(MakeResetLink(email=f"{fresh('nobody')}@x.example"))


class PostOffice:
    """Takes what is sent; fails as often as it is told to."""

    sent: list[EmailMessage] = []
    failing = 0

    def __init__(self, *where: Any, **options: Any) -> None:
        if PostOffice.failing:
            PostOffice.failing -= 1
            raise ConnectionRefusedError

    def __enter__(self) -> "PostOffice":
        return self

    def __exit__(self, *_: object) -> None: ...

    def send_message(self, message: EmailMessage) -> None:
        self.sent.append(message)


@pytest.fixture
def post_office(services: Ask, monkeypatch: pytest.MonkeyPatch) -> type[PostOffice]:
    from services.auth.service import Auth

    configured = mail.MailSettings(
        public_url="https://data.example",
        smtp_host="mail",
        smtp_security="none",
        smtp_from="datalab@data.example",
    )
    monkeypatch.setattr(Auth.settings.__class__, "get_dependency", lambda self, context: configured)
    monkeypatch.setattr("services.auth.mail.smtplib.SMTP", PostOffice)
    monkeypatch.setattr(PostOffice, "sent", [])
    return PostOffice


def test_who_forgot_gets_a_mail_though_the_server_was_away(
    services: Ask, register: Register, post_office: type[PostOffice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_office, "failing", 1)
    ada = register()
    services(AskReset(email=ada.user.email))
    (message,) = wait_for(lambda: post_office.sent, 10)
    assert (message["To"], message["From"]) == (ada.user.email, "datalab@data.example")
    link = next(
        line for line in message.get_content().splitlines() if line.startswith("https://data.example/")
    )
    services(ResetPassword(token=token(link), new=NEW))
    services(LogIn(email=ada.user.email, password=NEW))


def test_who_is_unknown_is_answered_alike_and_gets_none(
    services: Ask, register: Register, post_office: type[PostOffice], hear: Callable[..., Heard]
) -> None:
    heard = hear(ResetAsked)
    ada, nobody = register().user.email, f"{fresh('nobody')}@x.example"
    assert services(AskReset(email=nobody)) == services(AskReset(email=ada))
    assert [heard.next().email for _ in range(2)] == [nobody, ada]
    wait_for(lambda: post_office.sent)
    assert [message["To"] for message in post_office.sent] == [ada]


def test_nobody_is_flooded_with_mails(
    services: Ask, register: Register, post_office: type[PostOffice]
) -> None:
    ada, bob = register().user.email, register().user.email
    for _ in range(3):
        count = len(post_office.sent)
        services(AskReset(email=ada))
        wait_for(lambda: len(post_office.sent) > count)  # noqa: B023
    services(AskReset(email=ada))
    services(AskReset(email=bob))
    wait_for(lambda: any(message["To"] == bob for message in post_office.sent))
    assert [message["To"] for message in post_office.sent].count(ada) == 3
