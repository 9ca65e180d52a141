"""What an app was told to watch, and its tokens, in the course of time."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from stack.local import Stack
from tests.browser.people import Keep, in_every_light, register


def test_an_owner_goes_back_to_an_older_version_and_ends_older_tokens(
    stack: Stack, somebody: Callable[[], Page], keep: Keep
) -> None:
    page = somebody()
    register(page, f"{stack.edge_url}/register", "Ida Rhodes", "ida@versions.example")
    page.get_by_test_id("new-app").click()
    page.get_by_test_id("app-name").fill("Shop")
    page.get_by_test_id("app-url").fill("https://shop.example")
    page.get_by_test_id("app-submit").click()
    expect(page.get_by_test_id("token")).to_have_count(1)

    # A new token ends the older one.
    page.get_by_test_id("token-overlap").select_option(label="end at once")
    page.get_by_test_id("issue-token").click()
    tokens = page.get_by_test_id("token")
    expect(tokens).to_have_count(2)
    expect(tokens.nth(1)).to_contain_text("revoked")
    in_every_light(page, keep, "tokens")
    tokens.nth(0).get_by_test_id("token-revoke").click()
    tokens.nth(0).get_by_test_id("token-confirm").click()
    expect(page.get_by_text("No token yet")).to_be_visible()

    page.get_by_test_id("settings-buttons").click()
    page.get_by_test_id("add-button").first.click()
    page.get_by_test_id("button-name").fill("Buy")
    page.get_by_test_id("button-selector").fill("#buy")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("saved")).to_be_visible()

    page.get_by_test_id("settings-history").click()
    versions = page.get_by_test_id("version")
    expect(versions).to_have_count(2)
    expect(versions.nth(0)).to_contain_text("Ida Rhodes changed the buttons")
    versions.nth(1).get_by_test_id("version-restore").click()
    versions.nth(1).get_by_test_id("version-confirm").click()
    expect(versions.nth(0)).to_contain_text("restored version 0")
    in_every_light(page, keep, "history")
    page.get_by_test_id("settings-buttons").click()
    expect(page.get_by_test_id("button-name")).to_have_count(0)
