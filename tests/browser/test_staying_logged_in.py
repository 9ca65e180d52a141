"""Who is logged in stays so, however they open and reload the dashboard's pages."""

from playwright.sync_api import Page, expect


def test_tabs_that_refresh_at_once_and_reloads_that_cut_answers_off_end_no_session(owner: Page) -> None:
    context = owner.context
    # As on a plain HTTP address, where tabs have no lock to take turns by.
    context.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    tabs = [owner, context.new_page(), context.new_page()]
    address = owner.url
    for _ in range(4):
        for tab in tabs:
            # Each is left before its refresh is answered, then they all load at once.
            tab.goto(address, wait_until="commit")
            tab.evaluate("address => { setTimeout(() => location.assign(address), 0) }", address)
    for tab in tabs:
        tab.goto(address)
        expect(tab.get_by_test_id("nav-funnel")).to_be_visible(timeout=20_000)
    owner.reload()
    expect(owner.get_by_test_id("nav-funnel")).to_be_visible(timeout=20_000)
