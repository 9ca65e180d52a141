"""A whole stack with its demo, and Chromium with two people in it: a customer in the shop, the owner at the dashboard.

Screenshots are kept in `.run/screenshots`.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from stack.local import Ports, Stack
from stack.local.demo import EMAIL, Demo
from tests.browser.people import log_in
from tests.system.people import CHROME, MANY

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that a test answers itself is from nowhere, and would have to ask before it may reach this machine.
    "--disable-features=LocalNetworkAccessChecks",
]
SCREENSHOTS = Path(__file__).parents[2] / ".run" / "screenshots"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(run=tmp_path_factory.mktemp("stack"), ports=Ports.free(), tied=True, environment=MANY)
    running.start()
    yield running
    running.discard()


@pytest.fixture(scope="session")
def demo(stack: Stack) -> Demo:
    made = Demo(stack, only_here=True)
    made.create()
    stack.start("shop")
    return made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "Chromium is missing: make setup-tests"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def customer(chromium: Browser) -> Iterator[Page]:
    """A browser that is not taken for a bot: headless Chromium names itself one."""
    context = chromium.new_context(user_agent=CHROME)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the shop's page raised: {error}"))
    yield page
    context.close()


@pytest.fixture
def owner(stack: Stack, demo: Demo, chromium: Browser) -> Iterator[Page]:
    """The dashboard, logged in, with the demo's app open."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{stack.edge_url}/login")
    log_in(page, EMAIL, demo.password)
    page.get_by_test_id("app-card").get_by_role("link").first.click()
    page.get_by_test_id("nav-funnel").wait_for()
    yield page
    context.close()


@pytest.fixture
def somebody(chromium: Browser) -> Iterator[Callable[[], Page]]:
    """A browser of its own for whoever needs one."""
    contexts: list[BrowserContext] = []

    def opened() -> Page:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB"))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def keep() -> Callable[[Page, str], None]:
    """Keep a screenshot to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def kept(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    return kept
