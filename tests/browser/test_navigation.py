"""Pages entered without a page load, and left again by the browser's own buttons, are page views like any other."""

import pytest
from playwright.sync_api import Page

from stack.local import Stack
from stack.local.demo import Demo
from tests.browser.customers import shop_of
from tests.system.people import Owner, eventually


def test_single_page_navigation_back_and_forward_are_counted(
    stack: Stack, demo: Demo, customer: Page
) -> None:
    app = Owner(stack.edge_url).app(origins=[stack.shop_url])
    shop_of(app, stack, customer.context)
    customer.goto(f"{stack.shop_url}/products")
    tab = customer.locator(".tabs a").nth(1)
    tab.click()
    customer.wait_for_url("**/products/*")
    customer.go_back()
    customer.wait_for_url("**/products")
    customer.go_forward()
    customer.wait_for_url("**/products/*")
    assert eventually(lambda: app.totals()["page_views"] == 4), app.totals()
    customer.goto(f"{stack.shop_url}/basket")
    assert eventually(lambda: app.totals()["page_views"] == 5), app.totals()
    totals = app.totals()
    assert (totals["visitors"], totals["sessions"]) == (1, 1)


@pytest.mark.parametrize(
    ("kept", "views"),
    [(False, {"/": 2, "/basket": 1}), (True, {"/#one": 2, "/#two": 3, "/basket": 1})],
    ids=["dropped", "kept"],
)
def test_a_place_on_a_page_is_a_page_view_where_the_app_keeps_fragments(
    stack: Stack, demo: Demo, customer: Page, kept: bool, views: dict[str, int]
) -> None:
    app = Owner(stack.edge_url).app(origins=[stack.shop_url])
    assert app.configure("capture", {"keep_fragment": kept}).status_code == 200
    shop_of(app, stack, customer.context)
    with customer.expect_websocket():  # until the tracker was told what is kept
        customer.goto(f"{stack.shop_url}/#one")
    customer.evaluate("location.hash = 'two'")
    customer.go_back()
    customer.wait_for_url("**/#one")
    customer.go_forward()
    customer.wait_for_url("**/#two")
    customer.reload()
    customer.goto(f"{stack.shop_url}/basket")

    def counted() -> dict[str, int]:
        return {row["path"]: row["views"] for row in app.report("pages")["rows"]}

    assert eventually(lambda: counted() == views), counted()
