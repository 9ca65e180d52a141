"""What every report's route takes and gives, shown on some of them."""

import csv
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.di import Provide
from litestar.routes import HTTPRoute

from edge.app import make_app
from edge.dashboard.reports import reports
from edge.dashboard.reports.asking import NOW_MS
from edge.dashboard.reports.formats import Table, as_csv, table
from edge.problems import respond
from edge.settings import EdgeSettings
from services.contracts import filters
from services.contracts.analysis.audience import AudienceReport, AudienceRow
from services.contracts.analysis.campaigns import CampaignRow, CampaignsReport, Credit, GetCampaigns, Money
from services.contracts.analysis.dropped import DroppedReport, DroppedSession, GetDropped
from services.contracts.analysis.funnel import FunnelReport, GetFunnel
from services.contracts.analysis.heatmap import GetHeatmap, HeatmapReport
from services.contracts.analysis.journey import GetJourney, JourneyLink, JourneyNode, JourneyReport
from services.contracts.analysis.overview import GetOverview, Overview, OverviewPoint, OverviewTotals
from services.contracts.analysis.pages import PageRow, PagesReport
from services.contracts.analysis.report import LeftOut
from services.contracts.analysis.retention import Cohort, RetentionReport
from services.contracts.analysis.scope import Period, Scope
from services.contracts.analysis.sessions import (
    Happened,
    SessionReport,
    SessionRow,
    SessionsReport,
)
from services.contracts.config import Funnel
from services.contracts.errors import InvalidInput
from services.contracts.messages import Actor
from tests.unit.edge.conftest import Clock
from tests.unit.edge.http import browsing
from tests.unit.edge.memory_bus import MemoryBus

ACTOR = Actor(user="u", organisation="o")
PATH = "/api/apps/a1/reports/overview"
EXCLUDED = LeftOut(own=0, bots=0, spam=0)
TOTALS = OverviewTotals(
    visitors=1, sessions=2, page_views=3, events=4, bounce_rate=0.5, duration=6, pages_per_session=1.5
)
OVERVIEW = Overview(
    as_of=1,
    complete=True,
    excluded=EXCLUDED,
    totals=TOTALS,
    previous=None,
    series=[OverviewPoint(at=1_700_000_000_000, visitors=1, sessions=2, page_views=3)],
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def http(bus: MemoryBus) -> AsyncIterator[httpx.AsyncClient]:
    bus.answers[GetOverview] = OVERVIEW
    app = Litestar(
        [reports],
        dependencies={
            "bus": Provide(lambda: bus, sync_to_thread=False),
            "actor": Provide(lambda: ACTOR, sync_to_thread=False),
        },
        exception_handlers={Exception: respond},
    )
    async with browsing(app) as client:
        yield client


def scope(bus: MemoryBus) -> Scope:
    (asked,) = bus.asked
    assert isinstance(asked, GetOverview)
    assert (asked.actor, asked.app) == (ACTOR, "a1")
    return asked.scope


async def test_the_query_becomes_the_scope(http: httpx.AsyncClient, bus: MemoryBus) -> None:
    query: dict[str, str | int] = {
        "from": 1_700_000_000,
        "to": 1_700_000_100_000,
        "tz": "Asia/Tokyo",
        "interval": "week",
        "compare": "year",
    }
    assert (await http.get(PATH, params=query)).status_code == 200
    period = Period(start=1_700_000_000_000, end=1_700_000_100_000, tz="Asia/Tokyo", interval="week")
    assert scope(bus) == Scope(period=period, compare="year")


async def test_filters_are_read_and_their_problems_named_by_place(
    http: httpx.AsyncClient, bus: MemoryBus
) -> None:
    texts = ["browser:Chrome|Firefox", "!page:/a*||visitor:new"]
    assert (await http.get(PATH, params={"f": texts})).status_code == 200
    assert scope(bus).filters == [filters.parse(text, "f") for text in texts]
    answer = await http.get(PATH, params={"f": ["browser:Chrome", "colour:red"]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "f[1]")
    bus.answers[GetOverview] = InvalidInput("there is no segment 'x'", field="filters[0]")
    answer = await http.get(PATH, params={"f": "segment:x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "f[0]")
    answer = await http.get(PATH, params={"f": ["os:iOS"] * 21})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "f")


def test_every_report_can_be_had_as_csv() -> None:
    app = make_app(EdgeSettings(amqp_uri="amqp://localhost", ticket_key="-" * 32))
    routes = [route for route in app.routes if isinstance(route, HTTPRoute) and "/reports/" in route.path]
    answers = [
        handler.parsed_fn_signature.return_type.annotation
        for route in routes
        for handler in route.route_handlers
        if "OPTIONS" not in handler.http_methods
    ]
    assert len(answers) >= 10
    assert [answer for answer in answers if table.dispatch(answer) is table.dispatch(object)] == []


ABOUT: dict[str, Any] = {"as_of": 1, "complete": True, "excluded": EXCLUDED}  # Any: keyword arguments
ROW = SessionRow(
    session="0" * 32,
    visitor="1" * 16,
    started=1_700_000_000_000,
    duration=1.5,
    events=3,
    page_views=2,
    clicks=1,
    returning=True,
    browser="Firefox",
    os="",
    device="",
    screen="",
    language="",
    timezone="",
    country="",
    channel="",
    referrer="",
    landing="/",
    entry="/",
    exit="/b",
    params={"gclid": "x"},
)
TABLES: list[tuple[object, list[str]]] = [
    (
        PagesReport(
            **ABOUT,
            pages=1,
            rows=[
                PageRow(
                    path="/a",
                    title="A",
                    views=4,
                    visitors=3,
                    entries=2,
                    exits=1,
                    seconds=1.5,
                    scroll=None,
                    bounce_rate=0.5,
                )
            ],
        ),
        ["path,title,views,visitors,entries,exits,seconds,scroll,bounce_rate", "/a,A,4,3,2,1,1.5,,0.5"],
    ),
    (
        AudienceReport(
            **ABOUT,
            by="os",
            values=1,
            rows=[
                AudienceRow(
                    value="iOS",
                    visitors=1,
                    sessions=2,
                    page_views=3,
                    bounce_rate=0.5,
                    duration=4,
                    pages_per_session=1.5,
                )
            ],
        ),
        ["os,visitors,sessions,page_views,bounce_rate,duration,pages_per_session", "iOS,1,2,3,0.5,4,1.5"],
    ),
    (
        RetentionReport(**ABOUT, cohorts=[Cohort(begins=0, visitors=2, came=[2, 1])]),
        [
            "cohort,since,visitors,of_cohort",
            "1970-01-01T00:00:00.000Z,0,2,1.0",
            "1970-01-01T00:00:00.000Z,1,1,0.5",
        ],
    ),
    (
        SessionsReport(**ABOUT, sessions=1, rows=[ROW]),
        [
            ",".join(SessionRow.__struct_fields__),
            f"{'0' * 32},{'1' * 16},2023-11-14T22:13:20.000Z,1.5,3,2,1,True,Firefox,,,,,,,,,/,/,/b,"
            '"{""gclid"":""x""}"',
        ],
    ),
    (
        SessionReport(
            **ABOUT,
            session=ROW,
            happened=[
                Happened(
                    at=0,
                    kind="click",
                    what="a",
                    label="Buy",
                    seconds=1,
                    x=2,
                    y=3,
                    rage=False,
                    dead=True,
                    outcome="",
                    value=None,
                    currency="",
                    props={},
                )
            ],
        ),
        [
            "at,kind,what,label,seconds,x,y,rage,dead,outcome,value,currency,props",
            "1970-01-01T00:00:00.000Z,click,a,Buy,1,2,3,False,True,,,,{}",
        ],
    ),
]


@pytest.mark.parametrize(("report", "lines"), TABLES, ids=[type(report).__name__ for report, _ in TABLES])
def test_the_tables_of_reports(report: object, lines: list[str]) -> None:
    assert as_csv(table(report)).splitlines() == lines


async def test_what_is_no_session_id_is_unknown_without_a_call(
    http: httpx.AsyncClient, bus: MemoryBus
) -> None:
    answer = await http.get("/api/apps/a1/reports/sessions/xyz")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/session-unknown")
    assert bus.asked == []


async def test_without_a_period_it_is_the_last_seven_days(
    http: httpx.AsyncClient, bus: MemoryBus, wall: Clock
) -> None:
    await http.get(PATH)
    period = scope(bus).period
    assert wall.now * 1000 < period.end <= wall.now * 1000 + NOW_MS, "the end is exclusive"
    assert period.end - period.start == 7 * 86_400_000


async def test_who_asks_for_what_there_is_up_to_now_asks_the_same_for_ten_seconds(
    http: httpx.AsyncClient, bus: MemoryBus, wall: Clock
) -> None:
    ends = []
    wall.now = wall.now // 10 * 10
    for _ in range(3):
        await http.get(PATH, params={"from": 1_700_000_000})
        ends.append(scope(bus).period.end)
        bus.asked.clear()
        wall.now += 5
    assert [end - ends[0] for end in ends] == [0, 0, NOW_MS]
    assert 3_600_000 % NOW_MS == ends[0] % NOW_MS == 0, "no interval begins between now and then"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("interval=year", "interval"),
        ("compare=never", "compare"),
        ("format=xml", "format"),
        ("from=-1", "from"),
    ],
)
async def test_what_the_query_may_not_be_is_named(http: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await http.get(f"{PATH}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_what_the_service_refuses_is_named_as_in_the_query(
    http: httpx.AsyncClient, bus: MemoryBus
) -> None:
    bus.answers[GetOverview] = InvalidInput("no such time zone", field="period.tz")
    answer = await http.get(PATH)
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"field": "tz", "detail": "no such time zone"}],
    )


@pytest.mark.parametrize(
    ("query", "accept", "wanted"),
    [
        ("", "*/*", "application/json"),
        ("", "application/json, text/csv;q=0.5", "application/json"),
        ("", "text/csv", "text/csv; charset=utf-8"),
        ("?format=csv", "application/json", "text/csv; charset=utf-8"),
        ("?format=json", "text/csv", "application/json"),
    ],
)
async def test_a_report_is_json_or_csv(http: httpx.AsyncClient, query: str, accept: str, wanted: str) -> None:
    answer = await http.get(PATH + query, headers={"accept": accept})
    assert answer.headers["content-type"] == wanted


async def test_the_overview_as_csv_has_an_interval_a_row(http: httpx.AsyncClient) -> None:
    answer = await http.get(PATH, params={"format": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="overview.csv"'
    assert answer.text == "begins,visitors,sessions,page_views\r\n2023-11-14T22:13:20.000Z,1,2,3\r\n"


def cells(texts: tuple[str | int | float | None, ...]) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(as_csv(Table(("a",) * len(texts), [texts]))))


async def test_cells_are_quoted_and_no_spreadsheet_runs_them() -> None:
    _, row = cells(('a "b", c\nd', "=1+1", "@x", -5, None, 0.25))
    assert row == ['a "b", c\nd', "'=1+1", "'@x", "-5", "", "0.25"]


async def test_a_funnel_given_ad_hoc_is_asked_for_instead_of_the_configured_one(
    http: httpx.AsyncClient, bus: MemoryBus
) -> None:
    stages = [{"name": name, "trigger": "url", "value": f"/{name}"} for name in "ab"]
    funnel = msgspec.convert({"stages": stages, "order": "any"}, Funnel)
    bus.answers[GetFunnel] = FunnelReport(
        as_of=1, complete=True, excluded=EXCLUDED, funnel=funnel, stages=[], series=[]
    )
    answer = await http.post(
        "/api/apps/a1/reports/funnel", json={"stages": stages, "order": "any"}, params={"tz": "Asia/Tokyo"}
    )
    assert answer.status_code == 200
    (asked,) = bus.asked
    assert isinstance(asked, GetFunnel)
    assert (asked.funnel, asked.scope.period.tz) == (funnel, "Asia/Tokyo")


async def test_a_journey_takes_page_direction_and_depth(http: httpx.AsyncClient, bus: MemoryBus) -> None:
    bus.answers[GetJourney] = JourneyReport(
        as_of=1,
        complete=True,
        excluded=EXCLUDED,
        sessions=3,
        columns=[
            [JourneyNode(kind="page", page="/a", count=3)],
            [JourneyNode(kind="page", page="/b", count=1), JourneyNode(kind="exit", page=None, count=2)],
        ],
        links=[
            JourneyLink(column=0, source=0, target=0, count=1),
            JourneyLink(column=0, source=0, target=1, count=2),
        ],
    )
    query: dict[str, str | int] = {"page": "/a", "direction": "back", "depth": 2, "named": 7, "format": "csv"}
    answer = await http.get("/api/apps/a1/reports/journey", params=query)
    assert list(csv.reader(io.StringIO(answer.text))) == [
        ["column", "from", "to", "sessions"],
        ["1", "/a", "/b", "1"],
        ["1", "/a", "exit", "2"],
    ]
    (asked,) = bus.asked
    assert isinstance(asked, GetJourney)
    assert (asked.page, asked.direction, asked.depth, asked.named) == ("/a", "back", 2, 7)
    for depth in (1, 11):
        answer = await http.get("/api/apps/a1/reports/journey", params={"depth": depth})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "depth")


async def test_campaigns_by_a_field_as_a_table(http: httpx.AsyncClient, bus: MemoryBus) -> None:
    credit = Credit(conversions=2, value=[Money(amount=75.5, currency="EUR")], roi=0.5)
    row = CampaignRow(
        name="news",
        suffix=None,
        visitors=3,
        sessions=4,
        bounce_rate=0.25,
        first_touch=credit,
        last_touch=Credit(conversions=0, value=[], roi=None),
        cost=Money(amount=50, currency="EUR"),
    )
    bus.answers[GetCampaigns] = CampaignsReport(
        as_of=1,
        complete=True,
        excluded=EXCLUDED,
        by="source",
        goal="paid",
        sessions=4,
        conversions=2,
        rows=[row],
        left_out=0,
    )
    path = "/api/apps/a1/reports/campaigns"
    answer = await http.get(path, params={"by": "source", "format": "csv"})
    columns, cells = csv.reader(io.StringIO(answer.text))
    assert dict(zip(columns, cells, strict=True)) == {
        "source": "news",
        "visitors": "3",
        "sessions": "4",
        "bounce_rate": "0.25",
        "cost": "50 EUR",
        "first_touch_conversions": "2",
        "first_touch_value": "75.5 EUR",
        "first_touch_roi": "0.5",
        "last_touch_conversions": "0",
        "last_touch_value": "",
        "last_touch_roi": "",
    }
    (asked,) = bus.asked
    assert isinstance(asked, GetCampaigns)
    assert asked.by == "source"
    answer = await http.get(path, params={"by": "weather"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "by")


async def test_a_heat_map_is_of_a_page_and_a_class_of_devices(
    http: httpx.AsyncClient, bus: MemoryBus
) -> None:
    report = HeatmapReport(
        as_of=1,
        complete=True,
        excluded=EXCLUDED,
        page="/a",
        device="mobile",
        heat="move",
        columns=100,
        events=3,
        visitors=1,
        weight=2.5,
        cells=[(1, 2, 2.0), (3, 4, 0.5)],
        depths=[],
    )
    bus.answers[GetHeatmap] = report
    path = "/api/apps/a1/reports/heatmap"
    query = {"page": "/a", "heat": "move", "device": "mobile"}
    assert msgspec.convert((await http.get(path, params=query)).json(), HeatmapReport) == report
    (asked,) = bus.asked
    assert isinstance(asked, GetHeatmap)
    assert (asked.page, asked.heat, asked.device) == ("/a", "move", "mobile")
    table = await http.get(path, params={**query, "format": "csv"})
    assert list(csv.reader(io.StringIO(table.text))) == [
        ["column", "row", "weight"],
        ["1", "2", "2.0"],
        ["3", "4", "0.5"],
    ]
    answer = await http.get(path)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "page", "detail": "give one"}]


async def test_those_who_dropped_are_asked_for_by_stage(http: httpx.AsyncClient, bus: MemoryBus) -> None:
    stages = [{"name": name, "trigger": "url", "value": f"/{name}"} for name in "ab"]
    funnel = msgspec.convert({"stages": stages}, Funnel)
    session = DroppedSession(session="0" * 32, at=1_700_000_000_000, page=None)
    bus.answers[GetDropped] = DroppedReport(
        excluded=EXCLUDED,
        as_of=1,
        complete=True,
        funnel=funnel,
        stage=1,
        dropped=1,
        went_to=[],
        elsewhere=0,
        sessions=[session],
    )
    path = "/api/apps/a1/reports/funnel/dropped"
    answer = await http.post(path, json={"stages": stages}, params={"stage": 1})
    assert msgspec.convert(answer.json(), DroppedReport).sessions == [session]
    table = await http.get(path, params={"stage": 1, "format": "csv"})
    assert list(csv.reader(io.StringIO(table.text))) == [
        ["session", "at", "went_to"],
        ["0" * 32, "2023-11-14T22:13:20.000Z", "exit"],
    ]
    ad_hoc, configured = bus.asked
    assert isinstance(ad_hoc, GetDropped)
    assert isinstance(configured, GetDropped)
    assert (ad_hoc.stage, ad_hoc.funnel, configured.funnel) == (1, funnel, None)
