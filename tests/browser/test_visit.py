"""A customer clicks through the shop; the owner sees it a second later."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from stack.local import Stack
from tests.browser.customers import buy

WITHIN = 2_000
"""ms from the click to the report"""


def stage_counts(owner: Page, times: int) -> None:
    for stage in range(5):
        expect(owner.get_by_test_id(f"funnel-stage-{stage}-count")).to_have_text(str(times), timeout=WITHIN)


def test_a_visit_is_in_funnel_and_buttons_within_two_seconds(
    stack: Stack, customer: Page, owner: Page, keep: Callable[[Page, str], None]
) -> None:
    owner.get_by_test_id("nav-funnel").click()
    buy(customer, stack.shop_url)
    stage_counts(owner, 1)
    keep(owner, "funnel")
    expect(owner.get_by_test_id("live-visitors")).to_have_text("1")
    keep(customer, "thanks")
    owner.get_by_test_id("nav-buttons").click()
    expect(owner.get_by_test_id("button-0-clicked")).to_have_text("1")
    expect(owner.get_by_test_id("button-1-clicked")).to_have_text("1")
    keep(owner, "buttons")
    owner.get_by_test_id("nav-overview").click()
    expect(owner.get_by_test_id("overview-visitors")).to_have_text("1")
    expect(owner.get_by_test_id("overview-sessions")).to_have_text("1")
    keep(owner, "overview")

    # A second purchase by the same customer, with analysis killed in the middle of it.
    customer.goto(f"{stack.shop_url}/products")
    stack.kill("analysis")
    buy(customer, stack.shop_url)
    stack.start("analysis")
    owner.get_by_test_id("nav-buttons").click()
    expect(owner.get_by_test_id("button-1-clicks")).to_contain_text("2", timeout=20_000)
    expect(owner.get_by_test_id("button-1-clicked")).to_have_text("1")
    owner.get_by_test_id("nav-funnel").click()
    stage_counts(owner, 1)
