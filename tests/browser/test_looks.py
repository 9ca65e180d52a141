"""The dashboard on a phone and in the dark: it fits, and every word can be read."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from stack.local import Stack
from stack.local.demo import BUTTONS, CAMPAIGNS, FUNNEL, Demo
from tests.browser.customers import buy, shop_of
from tests.browser.looks import faint_words, overhang
from tests.browser.people import log_in
from tests.system.people import CHROME, PASSWORD, App, Owner, eventually

PHONE = ViewportSize(width=360, height=740)
DESK = ViewportSize(width=1280, height=900)
BEFORE = ("login", "register", "reset-password", "nowhere")
"""pages that show without a log-in"""
PAGES = {
    "overview": "overview-visitors",
    "live": "live-page",
    "funnel": "funnel-stage-4-count",
    "buttons": "button-1-clicks",
    "settings/snippet": "snippet",
    "settings/funnel": "stage-editor-4",
    "settings/buttons": "button-editor-1",
    "settings/campaigns": "campaign-editor-0",
}
"""each with what is there once it is complete"""


@pytest.fixture(scope="module")
def visited(stack: Stack, demo: Demo, chromium: Browser) -> Iterator[App]:
    """An app with a visit by somebody who is still there."""
    app = Owner(stack.edge_url).app(origins=[stack.shop_url])
    for part, value in (("funnel", FUNNEL), ("buttons", BUTTONS), ("campaigns", CAMPAIGNS)):
        assert app.configure(part, value).status_code == 200
    context = chromium.new_context(user_agent=CHROME)
    shop_of(app, stack, context)
    buy(context.new_page(), stack.shop_url)
    assert eventually(lambda: app.report("funnel")["stages"][-1]["count"] == 1)
    yield app
    context.close()


@pytest.mark.parametrize(
    ("width", "theme", "size"),
    [("phone", "light", PHONE), ("phone", "dark", PHONE), ("desk", "light", DESK), ("desk", "dark", DESK)],
    ids=["phone-light", "phone-dark", "desk-light", "desk-dark"],
)
def test_every_page_fits_and_can_be_read(
    stack: Stack,
    visited: App,
    chromium: Browser,
    keep: Callable[[Page, str], None],
    width: str,
    theme: str,
    size: ViewportSize,
) -> None:
    context = chromium.new_context(
        viewport=size,
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",  # no colour half-way to another one
        locale="en-GB",
    )
    page = context.new_page()

    def look(name: str) -> None:
        keep(page, f"{width}-{theme}-{name.replace('/', '-')}")
        assert overhang(page) == 0, name
        assert faint_words(page) == [], name

    for name in BEFORE:
        page.goto(f"{stack.edge_url}/{name}")
        page.get_by_role("heading", level=1).wait_for()
        look(name)
    page.goto(f"{stack.edge_url}/login")
    log_in(page, visited.owner.email, PASSWORD)
    page.get_by_test_id("app-card").get_by_text("1 online").wait_for()
    look("apps")
    page.get_by_test_id("account").click()
    page.get_by_test_id("log-out").wait_for()
    look("account")
    page.goto(f"{stack.edge_url}/apps/new")
    page.get_by_test_id("app-submit").wait_for()
    look("new-app")
    for name, complete in PAGES.items():
        page.goto(f"{stack.edge_url}/apps/{visited.id}/{name}")
        expect(page.get_by_test_id(complete).first).to_be_visible()
        expect(page.get_by_test_id("live-visitors")).to_have_text("1")
        look(name)
    context.close()
