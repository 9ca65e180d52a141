"""Pages entered without a page load, and left again by the browser's own buttons, are page views like any other."""

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
