"""The tracker on pages that are not kind to it: never an error on the page, never a long task."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from stack.local import Stack
from tests.system.people import CHROME, App, Owner

LONG_TASK = 50
"""ms of a processor"""

PAGE = """<!doctype html><title>Host</title><script>{hostile}</script>
<script defer src="{edge}/t.js" data-token="{token}"></script>
<button onclick="this.textContent = 'pressed'">press</button>"""

TRACKED = {
    "nothing": "",
    "no storage": """Object.defineProperty(window, 'localStorage', {
        get() { throw new DOMException('blocked', 'SecurityError') } })""",
    "frozen prototypes": """for (const one of [Object, Array, Function, String, Map, Promise, EventTarget, History])
        Object.freeze(one.prototype); Object.freeze(history)""",
}
LOST = {
    "JSON that throws": "JSON.stringify = JSON.parse = () => { throw new Error('host') }",
    "no JSON": "delete window.JSON",
    "arrays with toJSON": "Array.prototype.toJSON = function () { return 'host' }",
    "fetch that throws": "window.fetch = () => { throw new Error('host') }",
    "fetch that answers nothing": "window.fetch = () => undefined",
    "no crypto": "Object.defineProperty(window, 'crypto', { value: undefined })",
    "no observers": "delete window.IntersectionObserver; delete window.MutationObserver",
    "no sockets": "delete window.WebSocket; Navigator.prototype.sendBeacon = () => { throw new Error('host') }",
    "listeners refused": "EventTarget.prototype.addEventListener = () => { throw new Error('host') }",
}


@pytest.fixture
def app(stack: Stack) -> App:
    return Owner(stack.edge_url).app(origins=[stack.shop_url])


@pytest.fixture
def errors(page: Page) -> list[str]:
    raised: list[str] = []
    page.on("pageerror", lambda error: raised.append(str(error)))
    return raised


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(user_agent=CHROME)
    yield context.new_page()
    context.close()


def serve(page: Page, stack: Stack, app: App, hostile: str, policy: str = "") -> str:
    address = f"{stack.shop_url}/host"
    body = PAGE.format(hostile=hostile, edge=stack.edge_url, token=app.token)
    headers = {"content-type": "text/html", **({"content-security-policy": policy} if policy else {})}

    def answer(route: Route) -> None:
        route.fulfill(body=body, headers=headers)

    page.route(address, answer)
    return address


def live_on_it(page: Page) -> None:
    """What a visitor and the page itself do, until the page is left."""
    page.get_by_role("button").click()
    assert page.get_by_role("button").inner_text() == "pressed"
    page.evaluate("history.pushState(null, '', '/host?next'); history.back()")
    page.wait_for_url("**/host")
    page.goto("about:blank")


@pytest.mark.parametrize("hostile", TRACKED.values(), ids=TRACKED.keys())
def test_a_visit_is_recorded(page: Page, errors: list[str], stack: Stack, app: App, hostile: str) -> None:
    address = serve(page, stack, app, hostile)
    with page.expect_websocket() as opened:
        page.goto(address)
    said = opened.value.wait_for_event("framereceived")
    assert re.match(r'{"ack":\d+}', str(said))
    live_on_it(page)
    assert errors == []


@pytest.mark.parametrize("hostile", LOST.values(), ids=LOST.keys())
def test_where_it_cannot_work_the_page_does_not_notice(
    page: Page, errors: list[str], stack: Stack, app: App, hostile: str
) -> None:
    with page.expect_response("**/t.js") as loaded:
        page.goto(serve(page, stack, app, hostile))
    assert loaded.value.ok
    live_on_it(page)
    assert errors == []


def test_a_policy_that_forbids_its_connections_breaks_nothing(
    page: Page, errors: list[str], stack: Stack, app: App
) -> None:
    page.goto(
        serve(
            page, stack, app, "", f"default-src 'self' 'unsafe-inline' {stack.edge_url}; connect-src 'none'"
        )
    )
    live_on_it(page)
    assert errors == []


def test_it_never_holds_up_the_page(page: Page, chromium: Browser, stack: Stack, app: App) -> None:
    buttons = [{"name": f"b{n}", "selector": f".b{n}"} for n in range(50)]
    assert app.configure("buttons", {"buttons": buttons}).status_code == 200
    many = """addEventListener('DOMContentLoaded', () => {
        for (let n = 0; n < 3000; n++) document.body.append(Object.assign(document.createElement('div'),
          { className: 'b' + n % 50, textContent: 'one of many' })) })"""
    with page.expect_websocket() as opened:
        page.goto(serve(page, stack, app, many))
    opened.value.wait_for_event("framereceived")
    chromium.start_tracing(
        page=page, categories=["devtools.timeline", "disabled-by-default-devtools.timeline"]
    )
    page.reload()
    for step in range(60):
        page.mouse.move(step * 5, 20 + step * 7)
    page.mouse.wheel(0, 5000)
    page.get_by_role("button").click()
    trace = json.loads(chromium.stop_tracing())["traceEvents"]
    ours = [
        event.get("tdur", event["dur"]) / 1000
        for event in trace
        if "dur" in event and "/t.js" in str(event.get("args", {}).get("data", {}).get("url", ""))
    ]
    assert len(ours) > 10
    assert max(ours) < LONG_TASK
