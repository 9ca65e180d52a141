"""An app that nobody has visited yet: each page says what to do, and shows no number that there is not."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from stack.local import Stack
from stack.local.demo import BUTTONS, FUNNEL, Demo
from tests.browser.customers import shop_of
from tests.browser.people import log_in
from tests.system.people import CHROME, PASSWORD, App, Owner

NO_NUMBER = re.compile(r"NaN|undefined|Infinity|\bnull\b|\[object|[{}]|−0\b")

UNCONFIGURED = {
    "overview": ("Nothing recorded in this period", "snippet"),
    "live": ("Nobody is here right now", "About the snippet and its token"),
    "funnel": ("No funnel yet", "Define the funnel"),
    "buttons": ("No buttons yet", "Name the buttons"),
    "settings/funnel": ("No stages yet. Add the first step of the way to your goal.", "Add stage"),
    "settings/buttons": ("No buttons yet. Add the one that matters most.", "Add button"),
    "settings/campaigns": ("No campaigns yet. Add one to learn what a link brought you.", "Add campaign"),
}
"""what a page says, and what it offers (a test id, or the words on it)"""


@pytest.fixture
def app(stack: Stack) -> App:
    return Owner(stack.edge_url).app()


@pytest.fixture
def page(stack: Stack, app: App, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{stack.edge_url}/login")
    log_in(page, app.owner.email, PASSWORD)
    page.get_by_test_id("app-card").wait_for()
    yield page
    context.close()


def test_each_page_says_what_to_do(
    stack: Stack, app: App, page: Page, keep: Callable[[Page, str], None]
) -> None:
    for name, (says, offers) in UNCONFIGURED.items():
        page.goto(f"{stack.edge_url}/apps/{app.id}/{name}")
        expect(page.get_by_text(says, exact=True)).to_be_visible()
        expect(page.get_by_test_id(offers).or_(page.get_by_text(offers, exact=True)).first).to_be_visible()
        keep(page, f"empty-{name.replace('/', '-')}")
        assert not NO_NUMBER.search(page.locator("#content").inner_text()), name


def test_the_empty_overview_leads_to_the_site_whose_first_visitor_one_is(
    stack: Stack, demo: Demo, app: App, chromium: Browser
) -> None:
    moved = {"url": stack.shop_url, "origins": [stack.shop_url]}
    assert app.owner.http.patch(app.path, json=moved).status_code == 200
    context = chromium.new_context(user_agent=CHROME, locale="en-GB")
    shop_of(app, stack, context)
    page = context.new_page()
    page.goto(f"{stack.edge_url}/login")
    log_in(page, app.owner.email, PASSWORD)
    page.get_by_test_id("app-card").get_by_role("link").first.click()
    with context.expect_page() as opened:
        page.get_by_test_id("open-site").click()
    opened.value.wait_for_url(f"{stack.shop_url}/")
    expect(page.get_by_test_id("overview-visitors")).to_contain_text("1")
    context.close()


def test_a_funnel_and_buttons_without_visits_show_no_false_numbers(
    stack: Stack, app: App, page: Page, keep: Callable[[Page, str], None]
) -> None:
    assert app.configure("funnel", FUNNEL).status_code == 200
    assert app.configure("buttons", BUTTONS).status_code == 200
    page.goto(f"{stack.edge_url}/apps/{app.id}/funnel")
    expect(page.get_by_text("Nobody entered the funnel in this period.")).to_be_visible()
    expect(page.get_by_test_id("funnel-stage-0-count")).to_have_text("0")
    keep(page, "unvisited-funnel")
    assert not NO_NUMBER.search(page.locator("#content").inner_text())
    page.goto(f"{stack.edge_url}/apps/{app.id}/buttons")
    expect(page.get_by_test_id("button-0-clicked")).to_have_text("0")
    expect(page.get_by_text("No clicks yet").first).to_be_visible()
    keep(page, "unvisited-buttons")
    assert not NO_NUMBER.search(page.locator("#content").inner_text())
