"""The doors before the dashboard: the second factor's code, the forgotten password, the registration."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.auth import totp
from stack.calls import ask
from stack.local import Stack
from tests.browser.people import log_in
from tests.system.people import PASSWORD, Owner


@pytest.fixture
def person(stack: Stack) -> Owner:
    return Owner(stack.edge_url)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(locale="en-GB", viewport={"width": 800, "height": 800})
    yield context.new_page()
    context.close()


def test_whose_account_asks_for_a_code_gives_it_after_the_password(
    stack: Stack, person: Owner, page: Page, keep: Callable[[Page, str], None]
) -> None:
    secret = person.http.post("/api/auth/totp").json()["secret"]
    code = totp.code(secret, int(time.time()) // 30)
    recovery = person.http.post("/api/auth/totp/confirm", json={"code": code}).json()["codes"]
    page.goto(f"{stack.edge_url}/login")
    log_in(page, person.email, PASSWORD)
    field = page.get_by_test_id("login-code")
    expect(field).to_be_focused()
    expect(page.get_by_test_id("login-problem")).to_have_count(0)
    keep(page, "door-code")
    field.fill("000000")
    field.press("Enter")
    expect(page.get_by_test_id("login-problem")).to_have_text("This code is wrong or was used already.")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    keep(page, "door-code-wrong")
    field.fill(recovery[0])
    field.press("Enter")
    page.wait_for_url("**/apps")


def test_a_forgotten_password_is_set_anew_by_a_link(
    stack: Stack, person: Owner, page: Page, keep: Callable[[Page, str], None]
) -> None:
    page.goto(f"{stack.edge_url}/login")
    page.get_by_text("Forgotten your password?").click()
    field = page.get_by_test_id("reset-email")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    keep(page, "door-forgotten")
    field.fill(person.email)
    page.get_by_test_id("reset-submit").click()
    expect(page.get_by_test_id("reset-done")).to_contain_text("a link is on its way")
    keep(page, "door-link-sent")

    link = ask(stack.amqp_uri(), "auth.reset_link", email=person.email)["link"]
    page.goto("about:blank")  # the link is opened from a mail
    page.goto(link)
    field = page.get_by_test_id("reset-password")
    expect(field).to_be_focused()
    keep(page, "door-new-password")
    field.fill("a new and longer one")
    page.get_by_test_id("reset-submit").click()
    expect(page.get_by_test_id("reset-done")).to_contain_text("Your password is set")
    keep(page, "door-password-set")
    page.get_by_test_id("reset-log-in").click()
    log_in(page, person.email, "a new and longer one")
    page.wait_for_url("**/apps")

    page.context.clear_cookies()
    page.goto(f"{stack.edge_url}/login")
    page.goto(link)
    page.get_by_test_id("reset-password").fill("and one more of them")
    page.get_by_test_id("reset-submit").click()
    expect(page.get_by_test_id("reset-problem")).to_contain_text("Ask for another one.")
    keep(page, "door-link-used")
    page.get_by_test_id("reset-another").click()
    expect(page.get_by_test_id("reset-email")).to_be_visible()
    expect(page.get_by_test_id("reset-problem")).to_have_count(0)
