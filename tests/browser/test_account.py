"""One's own account, at the dashboard: profile, password, second factor, devices, API keys."""

import time
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from services.auth import totp
from stack.local import Stack
from tests.browser.people import PASSWORD, Keep, in_every_light, register

NEW = "another horse battery"


def open_account(page: Page) -> None:
    page.get_by_test_id("account").click()
    page.get_by_test_id("nav-account").click()


def log_in(page: Page, stack: Stack, email: str, password: str) -> None:
    page.goto(f"{stack.edge_url}/login")
    page.get_by_test_id("login-email").fill(email)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()


def test_people_run_their_own_account(stack: Stack, somebody: Callable[[], Page], keep: Keep) -> None:
    email = "grace@account.example"
    page, other = somebody(), somebody()
    register(page, f"{stack.edge_url}/register", "Grace", email)
    expect(page.get_by_test_id("account")).to_be_visible()
    log_in(other, stack, email, PASSWORD)
    expect(other.get_by_test_id("account")).to_be_visible()

    open_account(page)
    page.get_by_test_id("profile-name").fill("Grace Hopper")
    page.get_by_test_id("profile-position").fill("Rear admiral")
    page.get_by_test_id("profile-save").click()
    expect(page.get_by_test_id("profile-form").get_by_text("Saved")).to_be_visible()
    expect(page.get_by_test_id("session")).to_have_count(2)

    # A wrong password changes nothing; the right one logs the other device out.
    for current in ("not this one at all", PASSWORD):
        page.get_by_test_id("password-current").fill(current)
        page.get_by_test_id("password-new").fill(NEW)
        page.get_by_test_id("password-save").click()
        if current != PASSWORD:
            expect(page.get_by_test_id("password-problem")).to_be_visible()
    expect(page.get_by_test_id("password-form").get_by_text("Your password is changed")).to_be_visible()
    other.reload()
    expect(other.get_by_test_id("login-form")).to_be_visible()

    page.get_by_test_id("key-name").fill("Nightly import")
    page.get_by_test_id("key-import").check()
    page.get_by_test_id("key-make").click()
    secret = page.get_by_test_id("made-key").locator("code").inner_text()
    asked = httpx.get(f"{stack.edge_url}/api/users/me", headers={"authorization": f"Bearer {secret}"})
    assert asked.json()["name"] == "Grace Hopper"

    page.get_by_test_id("totp-begin").click()
    shared = page.get_by_test_id("totp-secret").inner_text()
    in_every_light(page, keep, "account")
    page.get_by_test_id("totp-code").fill("000000")
    page.get_by_test_id("totp-confirm").click()
    expect(page.get_by_test_id("totp-form")).to_contain_text("wrong")
    page.get_by_test_id("totp-code").fill(totp.code(shared, int(time.time()) // totp.STEP))
    page.get_by_test_id("totp-confirm").click()
    codes = page.get_by_test_id("recovery-codes").locator("code")
    expect(codes).to_have_count(totp.RECOVERY_CODES)
    recovery = codes.first.inner_text()
    expect(page.get_by_test_id("totp-on")).to_be_visible()

    page.get_by_test_id("key-revoke").click()
    expect(page.get_by_test_id("api-key")).to_have_count(0)
    page.get_by_test_id("log-out-everywhere").click()
    expect(page.get_by_test_id("login-form")).to_be_visible()
    log_in(page, stack, email, NEW)
    page.get_by_test_id("login-code").fill(recovery)
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("account")).to_be_visible()
