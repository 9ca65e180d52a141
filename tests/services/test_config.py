"""The service `config`, with `apps` beside it."""

from collections.abc import Callable

import eventlet
import pytest

from services.apps.documents import Site
from services.config.documents import Version
from services.contracts.apps import App
from services.contracts.config import (
    AppConfig,
    Button,
    Campaign,
    ConfigChanged,
    Funnel,
    GetConfig,
    GetTrackerConfig,
    Own,
    PutButtons,
    PutCampaigns,
    PutFunnel,
    PutOwn,
    PutSegments,
    Segment,
    Stage,
)
from services.contracts.errors import AppUnknown, ConfigLocked, Forbidden, InvalidInput
from services.contracts.messages import Actor
from tests.services.conftest import Ask, Heard
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
    assert refused.value.field == "own.addresses[0]"


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
