"""Without a mouse: to the reports and around in them, seeing at each step where one is."""

import re

from playwright.sync_api import Browser, expect

from stack.local import Stack
from stack.local.demo import EMAIL, Demo
from tests.browser.looks import tab_to


def test_from_the_log_in_to_the_reports_by_keyboard(stack: Stack, demo: Demo, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{stack.edge_url}/login")
    expect(page.get_by_test_id("login-email")).to_be_focused()
    page.keyboard.type(EMAIL)
    tab_to(page, "login-password")
    page.keyboard.type(demo.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_test_id("app-card").first.wait_for()
    tab_to(page, "Demo shop")
    page.keyboard.press("Enter")
    page.wait_for_url("**/overview")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    tab_to(page, "period-90d")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("period=90d"))

    page.reload()
    page.get_by_test_id("overview-visitors").or_(page.get_by_test_id("overview-empty")).wait_for()
    tab_to(page, "Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()

    page.reload()
    page.get_by_test_id("overview-visitors").or_(page.get_by_test_id("overview-empty")).wait_for()
    tab_to(page, "app-switcher")
    page.keyboard.press("Enter")
    page.get_by_text("All apps", exact=True).wait_for()
    tab_to(page, "All apps")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("app-switcher")).to_be_focused()
    tab_to(page, "nav-funnel")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Funnel")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_test_id("funnel-stage-0-count").wait_for()
    tab_to(page, "Edit funnel")
    context.close()
