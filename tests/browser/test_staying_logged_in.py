"""Who is logged in stays so, however they open and reload the dashboard's pages."""

from collections.abc import Callable

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from stack.local import Stack
from stack.local.demo import EMAIL, Demo
from tests.browser.people import log_in
from tests.system.people import PASSWORD, Owner


def test_tabs_that_refresh_at_once_and_reloads_that_cut_answers_off_end_no_session(owner: Page) -> None:
    context = owner.context
    # As on a plain HTTP address, where tabs have no lock to take turns by.
    context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    tabs = [owner, context.new_page(), context.new_page()]
    address = owner.url
    for _ in range(4):
        for tab in tabs:
            # Each is left before its refresh is answered, then they all load at once.
            tab.goto(address, wait_until="commit")
            tab.evaluate("address => { setTimeout(() => location.assign(address), 0) }", address)
    for tab in tabs:
        tab.goto(address)
        expect(tab.get_by_test_id("nav-funnel")).to_be_visible(timeout=20_000)
    owner.reload()
    expect(owner.get_by_test_id("nav-funnel")).to_be_visible(timeout=20_000)


def test_who_lost_both_tokens_logs_in_again_and_is_back_where_they_were(owner: Page, demo: Demo) -> None:
    owner.get_by_test_id("nav-funnel").click()
    owner.get_by_test_id("funnel-stage-0-count").wait_for()
    address = owner.url
    owner.context.clear_cookies()
    owner.reload()
    expect(owner.get_by_text("You were logged out. Please log in again.")).to_be_visible()
    log_in(owner, EMAIL, demo.password)
    expect(owner).to_have_url(address)
    expect(owner.get_by_test_id("funnel-stage-0-count")).to_be_visible()


def test_who_is_logged_out_from_elsewhere_is_told_at_the_next_click(
    stack: Stack, chromium: Browser, keep: Callable[[Page, str], None]
) -> None:
    person = Owner(stack.edge_url)
    app = person.app()
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{stack.edge_url}/login?next=/apps/{app.id}/funnel")
    log_in(page, person.email, PASSWORD)
    page.get_by_test_id("funnel-empty").wait_for()
    assert person.http.post("/api/auth/logout-everywhere").status_code == 204
    page.get_by_test_id("nav-buttons").click()
    expect(page.get_by_text("You were logged out. Please log in again.")).to_be_visible()
    keep(page, "logged-out")
    log_in(page, person.email, PASSWORD)
    expect(page.get_by_test_id("buttons-empty")).to_be_visible()
    context.close()


def test_nothing_is_wrong_on_the_console_of_a_first_visit_nor_after_logging_in_and_out(
    stack: Stack, demo: Demo, chromium: Browser
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in ("", "login", "register", "reset-password", "apps"):
        page.goto(f"{stack.edge_url}/{path}")
        page.get_by_role("heading", level=1).wait_for()
    log_in(page, EMAIL, demo.password)
    page.get_by_test_id("app-card").get_by_role("link").first.click()
    for name in ("live", "funnel", "buttons", "settings", "overview"):
        page.get_by_test_id(f"nav-{name}").click()
        page.wait_for_load_state("networkidle")
    page.reload()
    page.get_by_test_id("account").click()
    page.get_by_test_id("log-out").click()
    page.get_by_test_id("login-email").wait_for()
    page.reload()
    page.get_by_test_id("login-email").wait_for()
    assert said == []
    context.close()
