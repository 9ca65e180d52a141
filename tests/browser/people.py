"""What people do at the dashboard, and how its pages are looked at."""

from collections.abc import Callable

from playwright.sync_api import Page

Keep = Callable[[Page, str], None]
PASSWORD = "correct horse battery"
PHONE = {"width": 390, "height": 844}


def register(page: Page, address: str, name: str, email: str) -> None:
    """The organisation is the e-mail's, or the link's."""
    page.goto(address)
    page.get_by_test_id("register-name").fill(name)
    page.get_by_test_id("register-email").fill(email)
    page.get_by_test_id("register-password").fill(PASSWORD)
    page.get_by_test_id("register-submit").click()


def log_in(page: Page, email: str, password: str) -> None:
    """On the log-in page."""
    page.get_by_test_id("login-email").fill(email)
    page.get_by_test_id("login-password").fill(password)
    page.get_by_test_id("login-submit").click()


def in_every_light(page: Page, keep: Keep, name: str) -> None:
    page.evaluate("scrollTo(0, 0)")
    page.emulate_media(reduced_motion="reduce")  # no colour half-way to another one
    keep(page, name)
    page.emulate_media(color_scheme="dark")
    keep(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    keep(page, f"{name}-phone")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is wider than a phone"
    page.set_viewport_size({"width": 1280, "height": 900})
