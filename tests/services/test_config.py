"""The service `config`, with `apps` beside it."""

from collections.abc import Callable

import eventlet
import pytest

from services.apps.documents import Site
from services.config.documents import KnownApp, Version
from services.contracts.apps import App, DeleteApp
from services.contracts.config import (
    AppConfig,
    Button,
    Campaign,
    Capture,
    ConfigChanged,
    Funnel,
    GetConfig,
    GetHistory,
    GetTrackerConfig,
    GetVersion,
    Own,
    PutButtons,
    PutCampaigns,
    PutCapture,
    PutFunnel,
    PutOwn,
    PutSegments,
    RestoreVersion,
    Segment,
    Stage,
)
from services.contracts.errors import AppUnknown, ConfigLocked, Forbidden, InvalidInput, VersionUnknown
from services.contracts.messages import Actor
from tests.services.conftest import Ask, Heard, wait_for
from tests.services.test_apps import create, somebody

FUNNEL = Funnel(
    stages=[
        Stage(name="product", trigger="url", match="prefix", value="/product/"),
        Stage(name="buy", trigger="click", any_of=["#buy", "//button[@id='buy']"]),
    ],
    window=3600,
)
BUTTONS = [Button(name="Buy", selector="#buy")]
CAMPAIGNS = [Campaign(name="Autumn", suffix="autumn", cost=12.5, currency="EUR")]


@pytest.fixture
def owner() -> Actor:
    return somebody()


@pytest.fixture
def app(services: Ask, owner: Actor) -> App:
    return services(create(owner, visibility="public"))


def test_an_app_not_configured_yet_has_the_defaults(services: Ask, owner: Actor, app: App) -> None:
    assert services(GetConfig(actor=owner, app=app.id)) == AppConfig(app=app.id, version=0)
    assert services(GetTrackerConfig(app=app.id)) == AppConfig(app=app.id, version=0)


def test_each_change_is_a_version_that_is_kept_and_told(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(ConfigChanged)
    services(PutFunnel(actor=owner, app=app.id, funnel=FUNNEL))
    services(PutButtons(actor=owner, app=app.id, buttons=BUTTONS))
    config = services(PutCampaigns(actor=owner, app=app.id, campaigns=CAMPAIGNS))
    assert config == AppConfig(app=app.id, version=3, funnel=FUNNEL, buttons=BUTTONS, campaigns=CAMPAIGNS)
    assert services(GetConfig(actor=owner, app=app.id)) == config
    assert services(GetTrackerConfig(app=app.id)) == config
    assert [heard.next().config.version for _ in range(3)] == [1, 2, 3]
    kept = Version.objects(app=app.id).order_by("version")
    assert [(each.version, each.by, each.changed) for each in kept] == [
        (1, owner.user, "funnel"),
        (2, owner.user, "buttons"),
        (3, owner.user, "campaigns"),
    ]


def test_segments_and_own_visits_are_parts_of_the_config(services: Ask, owner: Actor, app: App) -> None:
    segments = [Segment(name="Buyers", filters=["click:#buy", "!country:DE"])]
    own = Own(addresses=["203.0.113.0/24"], visitors=["0" * 32])
    services(PutSegments(actor=owner, app=app.id, segments=segments))
    assert services(PutOwn(actor=owner, app=app.id, own=own)) == AppConfig(
        app=app.id, version=2, segments=segments, own=own
    )
    with pytest.raises(InvalidInput) as refused:
        services(PutSegments(actor=owner, app=app.id, segments=[Segment(name="x", filters=["x"])]))
    assert refused.value.field == "segments[0].filters[0]"
    with pytest.raises(InvalidInput) as refused:
        services(PutOwn(actor=owner, app=app.id, own=Own(addresses=["office"])))
    assert refused.value.field == "addresses[0]"


def test_the_same_value_again_is_told_but_makes_no_version(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    heard = hear(ConfigChanged)
    for _ in range(2):
        assert services(PutButtons(actor=owner, app=app.id, buttons=BUTTONS)).version == 1
        assert heard.next().config.version == 1
    assert Version.objects(app=app.id).count() == 1


def test_changes_at_the_same_time_lose_nothing(services: Ask, owner: Actor, app: App) -> None:
    requests = [
        PutFunnel(actor=owner, app=app.id, funnel=FUNNEL),
        PutCampaigns(actor=owner, app=app.id, campaigns=CAMPAIGNS),
        *(
            PutButtons(actor=owner, app=app.id, buttons=[Button(name=f"b{i}", selector="#b")])
            for i in range(5)
        ),
    ]
    versions = [each.wait().version for each in [eventlet.spawn(services, request) for request in requests]]
    assert sorted(versions) == [1, 2, 3, 4, 5, 6, 7]
    config = services(GetTrackerConfig(app=app.id))
    assert (config.version, config.funnel, config.campaigns, len(config.buttons)) == (7, FUNNEL, CAMPAIGNS, 1)


def test_a_problem_names_its_field_and_changes_nothing(services: Ask, owner: Actor, app: App) -> None:
    stages = [FUNNEL.stages[0], Stage(name="buy", trigger="click", match="regex", value="(?=x)")]
    with pytest.raises(InvalidInput) as refused:
        services(PutFunnel(actor=owner, app=app.id, funnel=Funnel(stages=stages)))
    assert refused.value.field == "stages[1].value"
    with pytest.raises(InvalidInput) as refused:
        services(PutButtons(actor=owner, app=app.id, buttons=[*BUTTONS, *BUTTONS]))
    assert refused.value.field == "buttons[1].name"
    with pytest.raises(InvalidInput) as refused:
        services(PutCampaigns(actor=owner, app=app.id, campaigns=[*CAMPAIGNS, *CAMPAIGNS]))
    assert refused.value.field == "campaigns[1].name"
    assert services(GetTrackerConfig(app=app.id)).version == 0


def test_who_only_sees_the_app_may_look_and_not_change(services: Ask, owner: Actor, app: App) -> None:
    viewer = somebody(owner.organisation)
    assert services(GetConfig(actor=viewer, app=app.id)).version == 0
    with pytest.raises(Forbidden):
        services(PutButtons(actor=viewer, app=app.id, buttons=BUTTONS))


def test_a_stranger_finds_no_app(services: Ask, app: App) -> None:
    with pytest.raises(AppUnknown):
        services(GetConfig(actor=somebody(), app=app.id))
    with pytest.raises(AppUnknown):
        services(PutButtons(actor=somebody(), app=app.id, buttons=BUTTONS))


def test_a_locked_config_stays_as_it_is(services: Ask, owner: Actor, app: App) -> None:
    Site.objects(id=app.id).update_one(locked=True)
    with pytest.raises(ConfigLocked):
        services(PutFunnel(actor=owner, app=app.id, funnel=FUNNEL))
    assert services(GetTrackerConfig(app=app.id)).version == 0


CAPTURE = Capture(moves=False, keep_query=["page"], exclude=["/admin/*"], anonymous_when_declined=True)


def test_history_says_who_changed_what_from_the_beginning(services: Ask, owner: Actor, app: App) -> None:
    wait_for(lambda: KnownApp.objects(app=app.id).first())
    services(PutButtons(actor=owner, app=app.id, buttons=BUTTONS))
    services(PutCapture(actor=owner, app=app.id, capture=CAPTURE))
    viewer = somebody(owner.organisation)
    versions = services(GetHistory(actor=viewer, app=app.id)).versions
    assert [(each.version, each.changed, each.by) for each in versions] == [
        (2, "capture", owner.user),
        (1, "buttons", owner.user),
        (0, "created", owner.user),
    ]
    assert versions[2].at == app.created_at
    assert app.created_at <= versions[1].at <= versions[0].at


def test_a_past_version_is_looked_at_and_restored_as_a_new_one(
    services: Ask, owner: Actor, app: App, hear: Callable[..., Heard]
) -> None:
    services(PutButtons(actor=owner, app=app.id, buttons=BUTTONS))
    services(PutCapture(actor=owner, app=app.id, capture=CAPTURE))
    services(PutButtons(actor=owner, app=app.id, buttons=[]))
    past = services(GetVersion(actor=owner, app=app.id, version=1))
    assert (past.version, past.buttons, past.capture) == (1, BUTTONS, Capture())
    heard = hear(ConfigChanged)
    restored = services(RestoreVersion(actor=owner, app=app.id, version=2))
    assert restored == AppConfig(app=app.id, version=4, buttons=BUTTONS, capture=CAPTURE)
    assert heard.next().config == restored
    assert services(GetConfig(actor=owner, app=app.id)) == restored
    newest = services(GetHistory(actor=owner, app=app.id)).versions[0]
    assert (newest.version, newest.changed, newest.restored) == (4, "restored", 2)
    assert services(RestoreVersion(actor=owner, app=app.id, version=0)) == AppConfig(app=app.id, version=5)
    for unknown in (6, -1):
        with pytest.raises(VersionUnknown):
            services(RestoreVersion(actor=owner, app=app.id, version=unknown))
        with pytest.raises(VersionUnknown):
            services(GetVersion(actor=owner, app=app.id, version=unknown))


def test_a_restore_is_a_change(services: Ask, owner: Actor, app: App) -> None:
    with pytest.raises(Forbidden):
        services(RestoreVersion(actor=somebody(owner.organisation), app=app.id, version=0))
    Site.objects(id=app.id).update_one(locked=True)
    with pytest.raises(ConfigLocked):
        services(RestoreVersion(actor=owner, app=app.id, version=0))


def test_every_problem_of_a_change_is_told(services: Ask, owner: Actor, app: App) -> None:
    with pytest.raises(InvalidInput) as refused:
        services(PutCapture(actor=owner, app=app.id, capture=Capture(keep_query=["a", "a"], exclude=["x"])))
    assert [field for field, _ in refused.value.problems] == ["keep_query[1]", "exclude[0]"]


def test_a_deleted_apps_config_goes_and_does_not_come_back(services: Ask, owner: Actor, app: App) -> None:
    services(PutButtons(actor=owner, app=app.id, buttons=BUTTONS))
    services(DeleteApp(actor=owner, app=app.id, confirm=f"{owner.organisation}/{app.name}"))
    assert wait_for(lambda: Version.objects(app=app.id).count() == 0)
    with pytest.raises(AppUnknown):
        services(GetTrackerConfig(app=app.id))
    with pytest.raises(AppUnknown):
        services(PutButtons(actor=owner, app=app.id, buttons=BUTTONS))
