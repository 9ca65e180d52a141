"""What is recorded, whose visits are left out, and how long it is kept: set by the owner at the dashboard."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from stack.local import Stack
from tests.browser.people import Keep, in_every_light, log_in
from tests.system.people import PASSWORD, SHOP, App, Owner, Tracker, eventually, now, page


@pytest.fixture
def app(stack: Stack) -> App:
    """With a visitor in it."""
    made = Owner(stack.edge_url).app()
    tracker = Tracker(stack.edge_url, made.token)
    with tracker.stream() as stream:
        stream.acked(page("/basket"))
    assert eventually(
        lambda: made.report("overview", **{"from": now() - 3_600_000})["totals"]["sessions"] == 1
    )
    return made


@pytest.fixture
def settings(stack: Stack, app: App, somebody: Callable[[], Page]) -> Page:
    """The app's settings; whatever the dashboard asks is answered by yes."""
    shown = somebody()
    shown.on("dialog", lambda dialog: dialog.accept())
    shown.goto(f"{stack.edge_url}/login")
    log_in(shown, app.owner.email, PASSWORD)
    shown.get_by_test_id("app-card").get_by_role("link").first.click()
    shown.get_by_test_id("nav-settings").click()
    return shown


def test_the_owner_says_what_is_recorded_and_whose_visits_are_left_out(
    app: App, settings: Page, keep: Keep
) -> None:
    settings.get_by_test_id("settings-capture").click()
    capture, own = settings.get_by_test_id("capture"), settings.get_by_test_id("own")
    capture.get_by_test_id("capture-moves").uncheck()
    capture.get_by_test_id("capture-query").fill("page\n\nlang\n")
    capture.get_by_test_id("capture-exclude").fill("/admin/*\nintern")
    capture.get_by_test_id("save").click()
    expect(capture.get_by_text("intern: a path starts with / or *, like /admin/*")).to_be_visible()
    in_every_light(settings, keep, "capture")
    capture.get_by_test_id("capture-exclude").fill("/admin/*")
    capture.get_by_test_id("save").click()
    expect(capture.get_by_test_id("saved")).to_be_visible()
    own.get_by_test_id("own-addresses").fill("203.0.113.0/24\noffice")
    own.get_by_test_id("save").click()
    expect(own.get_by_text("office: neither an address nor a network")).to_be_visible()
    own.get_by_test_id("own-addresses").fill("203.0.113.0/24")
    own.get_by_test_id("save").click()
    expect(own.get_by_test_id("saved")).to_be_visible()

    config = app.owner.http.get(f"{app.path}/config").json()
    assert config["own"] == {"addresses": ["203.0.113.0/24"], "visitors": []}
    assert {name: config["capture"][name] for name in ("moves", "hover", "keep_query", "exclude")} == {
        "moves": False,
        "hover": True,
        "keep_query": ["page", "lang"],
        "exclude": ["/admin/*"],
    }


def test_the_owner_takes_events_out_erases_a_visitor_and_bounds_what_is_kept(
    app: App, settings: Page, keep: Keep
) -> None:
    settings.get_by_test_id("settings-data").click()
    with settings.expect_download() as download:
        settings.get_by_test_id("export").click()
    lines = [json.loads(line) for line in download.value.path().read_text().splitlines()]
    assert [line["url"] for line in lines if line["kind"] == "url"] == [f"{SHOP}/basket"]
    visitor = lines[0]["visitor"]

    settings.get_by_test_id("retention-days").select_option(label="90 days")
    expect(settings.get_by_text("Saving deletes what is older")).to_be_visible()
    in_every_light(settings, keep, "data")
    settings.get_by_test_id("retention-save").click()
    expect(settings.get_by_test_id("retention-form").get_by_text("Saved")).to_be_visible()
    assert app.owner.http.get(f"{app.path}/retention").json() == {"days": 90}

    settings.get_by_test_id("erase-visitor").fill(visitor)
    settings.get_by_test_id("erase").click()
    expect(settings.get_by_text("1 session erased.")).to_be_visible()
    settings.get_by_test_id("erase-visitor").fill(visitor)
    settings.get_by_test_id("erase").click()
    expect(settings.get_by_text("There was nothing recorded of that visitor.")).to_be_visible()
    assert eventually(
        lambda: app.report("overview", **{"from": now() - 3_600_000})["totals"]["sessions"] == 0
    )
