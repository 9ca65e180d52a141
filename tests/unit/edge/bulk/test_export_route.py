"""The route of the export: what it says it is, and what it refuses before it begins."""

import zlib
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar
from litestar.di import Provide

from edge.bulk.exports import export
from edge.bus import Bus
from edge.problems import respond
from services.analysis.parquet import parquet
from services.contracts.errors import AppUnknown
from services.contracts.messages import Actor
from services.contracts.recorder import ExportedPart, ExportPart
from tests.unit.edge.http import browsing
from tests.unit.edge.memory_bus import MemoryBus
from tests.unit.edge.sessions import APP

PATH = f"/api/apps/{APP}/export"
pytestmark = pytest.mark.anyio


@pytest.fixture
async def browser(bus: MemoryBus) -> AsyncIterator[httpx.AsyncClient]:
    def given_bus() -> Bus:
        return bus

    def given_actor() -> Actor:
        return Actor(user="u", organisation="o")

    app = Litestar(
        [export],
        dependencies={
            "bus": Provide(given_bus, sync_to_thread=False),
            "actor": Provide(given_actor, sync_to_thread=False),
        },
        exception_handlers={Exception: respond},
    )
    async with browsing(app) as client:
        yield client


async def test_lines_and_parquet_are_files_of_their_types(bus: MemoryBus, browser: httpx.AsyncClient) -> None:
    bus.answers[ExportPart] = ExportedPart(data=zlib.compress(b"{}\n"), events=1, after=None)
    answer = await browser.get(PATH, params={"from": 1_750_000_000, "to": 1_750_000_001_000})
    assert answer.content == b"{}\n"
    assert answer.headers["content-type"].partition(";")[0] == "application/x-ndjson"
    name = f"{APP}-1750000000000-1750000001000.ndjson"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    asked = bus.asked[-1]
    assert isinstance(asked, ExportPart)
    assert (asked.start, asked.end) == (1_750_000_000_000, 1_750_000_001_000)

    bus.answers[ExportPart] = ExportedPart(data=parquet(b""), events=0, after=None)
    answer = await browser.get(PATH, params={"format": "parquet"})
    assert answer.headers["content-type"].partition(";")[0] == "application/vnd.apache.parquet"
    assert (answer.content[:4], answer.content[-4:]) == (b"PAR1", b"PAR1")


async def test_nothing_in_a_period_is_an_empty_file(bus: MemoryBus, browser: httpx.AsyncClient) -> None:
    bus.answers[ExportPart] = ExportedPart(data=zlib.compress(b""), events=0, after=None)
    answer = await browser.get(PATH)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_what_is_refused_is_a_problem(bus: MemoryBus, browser: httpx.AsyncClient) -> None:
    bus.answers[ExportPart] = AppUnknown("there is no such app")
    assert (await browser.get(PATH)).json()["type"] == "/problems/app-unknown"
    backwards = await browser.get(PATH, params={"from": 5000, "to": 4000})
    assert (backwards.status_code, backwards.json()["errors"][0]["field"]) == (422, "from")
    assert (await browser.get(PATH, params={"format": "xls"})).status_code == 422
