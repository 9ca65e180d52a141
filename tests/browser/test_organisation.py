"""The people of an organisation, at the dashboard: invited, let in, seen, named in the log. And whatever page is shown,
nothing offends its security policy.
"""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from stack.local import Stack
from tests.browser.people import Keep, in_every_light, register


def open_organisation(page: Page) -> None:
    page.get_by_test_id("account").click()
    page.get_by_test_id("nav-organisation").click()


def row(page: Page, name: str):  # type: ignore[no-untyped-def]  # Playwright's locator
    return page.get_by_test_id("person").filter(has_text=name)


def test_colleagues_are_invited_let_in_seen_and_named_in_the_log(
    stack: Stack, somebody: Callable[[], Page], keep: Keep
) -> None:
    ada, bob, eve = somebody(), somebody(), somebody()
    register(ada, f"{stack.edge_url}/register", "Ada Lovelace", "ada@people.example")
    expect(ada.get_by_test_id("new-app")).to_be_visible()
    open_organisation(ada)
    expect(row(ada, "Ada Lovelace").locator(".dot.online")).to_be_visible()

    # By a link: in at once.
    ada.get_by_test_id("organisation-links").click()
    ada.get_by_test_id("link-uses").select_option("2")
    ada.get_by_test_id("link-make").click()
    address = ada.get_by_test_id("made-link").locator("code").inner_text()
    in_every_light(ada, keep, "join-links")
    bob.goto(address)
    expect(bob.get_by_test_id("register-offer")).to_contain_text("Ada Lovelace")
    keep(bob, "register-by-link")
    register(bob, address, "Bob Martin", "bob@elsewhere.example")
    expect(bob.get_by_test_id("account")).to_be_visible()

    # By approval: the admin is told, and lets them in.
    register(eve, f"{stack.edge_url}/register", "Eve Adams", "eve@people.example")
    expect(eve.get_by_test_id("register-pending")).to_be_visible()
    ada.get_by_test_id("organisation-people").click()
    expect(ada.get_by_test_id("bell-count")).to_be_visible()
    expect(row(ada, "Eve Adams").get_by_test_id("person-approve")).to_be_visible()
    expect(row(ada, "Bob Martin").locator(".dot.online")).to_be_visible()
    expect(ada.get_by_test_id("people-online")).to_contain_text("2")
    in_every_light(ada, keep, "people")
    row(ada, "Eve Adams").get_by_test_id("person-approve").click()
    expect(ada.get_by_test_id("people-waiting")).to_be_hidden()

    # A member sees colleagues, and may decide nothing.
    open_organisation(bob)
    expect(row(bob, "Ada Lovelace").locator(".dot.online")).to_be_visible()
    expect(bob.get_by_test_id("person-remove")).to_have_count(0)

    # An app is shared by invitation.
    ada.goto(f"{stack.edge_url}/apps/new")
    ada.get_by_test_id("app-name").fill("Shop")
    ada.get_by_test_id("app-url").fill("https://shop.example")
    ada.get_by_test_id("app-submit").click()
    ada.get_by_test_id("nav-settings").click()
    ada.get_by_test_id("settings-members").click()
    bob.goto(f"{stack.edge_url}/apps")
    ada.get_by_test_id("invite-whom").select_option(label="Bob Martin (bob@elsewhere.example)")
    ada.get_by_test_id("invite").click()
    expect(row(ada, "Bob Martin")).to_contain_text("Invited")
    expect(bob.get_by_test_id("invite-card")).to_contain_text("Ada Lovelace invites you to Shop")
    keep(bob, "invite")
    bob.get_by_test_id("invite-accept").click()
    expect(bob.get_by_test_id("app-card")).to_be_visible()
    expect(row(ada, "Bob Martin")).to_contain_text("Member")
    expect(row(ada, "Bob Martin").locator(".dot.online")).to_be_visible()
    in_every_light(ada, keep, "members")

    # Its owner locks, changes and deletes it; a member only looks.
    ada.get_by_test_id("settings-general").click()
    ada.get_by_test_id("app-description").fill("Where it all begins")
    ada.get_by_test_id("app-save").click()
    expect(ada.get_by_test_id("app-form").get_by_text("Saved")).to_be_visible()
    ada.get_by_test_id("lock").click()
    expect(ada.get_by_test_id("unlock")).to_be_disabled()
    in_every_light(ada, keep, "app-settings")
    bob.goto(ada.url)
    expect(bob.get_by_test_id("app-description")).to_be_disabled()
    expect(bob.get_by_test_id("delete")).to_have_count(0)
    ada.get_by_test_id("unlock-confirm").fill("people.example/shop")
    ada.get_by_test_id("unlock").click()
    expect(ada.get_by_test_id("lock")).to_be_visible()
    ada.get_by_test_id("delete-confirm").fill("people.example/Shop")
    ada.get_by_test_id("delete").click()
    expect(ada.get_by_role("heading", name="No apps yet")).to_be_visible()
    open_organisation(ada)
    bob.context.close()
    expect(row(ada, "Bob Martin").locator(".dot:not(.online)")).to_be_visible(timeout=20_000)

    ada.get_by_test_id("organisation-audit").click()
    log = ada.get_by_test_id("audit-entry")
    expect(log.filter(has_text="let Eve Adams in")).to_be_visible()
    expect(log.filter(has_text="Bob Martin registered and joined by an invite link")).to_be_visible()
    in_every_light(ada, keep, "audit")
    ada.get_by_test_id("audit-did").select_option("approved")
    expect(log).to_have_count(1)
    with ada.expect_download() as download:
        ada.get_by_test_id("audit-csv").click()
    assert "approved" in download.value.path().read_text()


PAGES = (
    "overview",
    "live",
    "funnel",
    "buttons",
    "settings/snippet",
    "settings/funnel",
    "settings/campaigns",
    "settings/capture",
    "settings/data",
    "settings/history",
    "settings/members",
    "settings/general",
)


def test_no_page_offends_its_security_policy(stack: Stack, owner: Page, somebody: Callable[[], Page]) -> None:
    said: list[str] = []
    watched = owner.context.new_page()
    for page in (watched, door := somebody()):
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', "
            "event => console.error(`violated ${event.violatedDirective} by ${event.blockedURI}`))"
        )
    app = owner.url.partition("/apps/")[2].partition("/")[0]
    own = (f"/apps/{app}/{page}" for page in PAGES)
    for path in (
        "/apps",
        "/apps/new",
        "/organisation",
        "/organisation/links",
        "/organisation/audit",
        "/account",
        *own,
    ):
        watched.goto(stack.edge_url + path)
        expect(watched.locator("h1")).to_be_visible()
        expect(watched.locator(".skeleton")).to_have_count(0)
    watched.get_by_test_id("bell").click()
    for path in ("/login", "/register", "/reset-password", "/nothing"):
        door.goto(stack.edge_url + path)
        expect(door.get_by_role("heading").first).to_be_visible()
    # Who is not logged in has no refresh cookie, which the browser reports.
    assert [each for each in said if "401" not in each] == []
    # And the policy is in force.
    with watched.expect_console_message(lambda message: "violated script-src" in message.text):
        watched.evaluate(
            "document.body.append(Object.assign("
            "document.createElement('script'), { textContent: 'window.ran = true' }))"
        )
    assert watched.evaluate("window.ran") is None
