"""Customers of the demo shop, also of an app of its own in a test, so that what they do is counted apart from everybody
else's visits.
"""

import re

from playwright.sync_api import BrowserContext, Page, Route

from stack.local import Stack
from tests.system.people import App


def shop_of(app: App, stack: Stack, context: BrowserContext) -> None:
    """Let the demo shop carry this app's snippet."""

    def with_its_token(route: Route) -> None:
        if route.request.resource_type != "document":
            route.continue_()
            return
        page = route.fetch()
        route.fulfill(
            response=page, body=re.sub('data-token="[^"]*"', f'data-token="{app.token}"', page.text())
        )

    context.route(f"{stack.shop_url}/**", with_its_token)


def buy(customer: Page, shop: str) -> None:
    """Start, a product, the basket, checkout, "buy"."""
    customer.goto(f"{shop}/?campaign=spring")
    customer.goto(f"{shop}/products")
    customer.locator("a[href^='/product/']").first.click()
    customer.locator("#add-to-basket").click()
    customer.goto(f"{shop}/basket")
    customer.locator("#to-checkout").click()
    customer.locator("#to-payment").click()
    # Held down for as long as a hand takes to get there: clicks at two places within 50 ms are no hand's.
    customer.locator("#buy").click(delay=60)
    customer.wait_for_url("**/thanks**")
