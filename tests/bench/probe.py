"""How long an event takes until it can be seen: one visitor of an app of its own sends a page now and then, and its
owner watches the live view (pushed) and, where that is wanted, the report (asked again and again, which is work).
"""

import asyncio
import time
from urllib.parse import urlsplit

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from tests.bench import load
from tests.system.people import SHOP, App, Tracker, now

PAUSE, PAUSE_OF_REPORTS = 0.02, 0.5
"""seconds between two pages; longer where the report is asked, so that it is not what the load comes from"""
POLL = 0.03
"""seconds between two looks at the report"""
PATIENCE = 30.0
"""seconds"""


class Probe:
    def __init__(self, edge: str, app: App, reported: bool) -> None:
        self._edge = edge
        self._app = app
        self._reported_too = reported
        self.to_report: list[float] = []
        self.to_live: list[float] = []

    async def run(self, seconds: float) -> None:
        end = time.perf_counter() + seconds
        ticket = Tracker(self._edge, self._app.token).hello().json()["ticket"]
        stream = await load.connect(self._edge, f"/api/stream?ticket={ticket}", SHOP, load.events(now(), 1))
        owner = self._app.owner.http
        live_ticket = owner.post("/api/live-ticket").json()["ticket"]
        address = f"ws://{urlsplit(self._edge).netloc}/api/live?ticket={live_ticket}"
        headers = {"authorization": owner.headers["authorization"]}
        async with (
            httpx.AsyncClient(base_url=self._edge, headers=headers, timeout=PATIENCE) as http,
            connect(address) as live,
        ):
            await live.send(msgspec.json.encode({"watch": self._app.id}).decode())
            seen = 0
            while time.perf_counter() < end:
                sent_at = time.perf_counter()
                stream.send()
                seen += 1
                looks = [self._pushed(live, sent_at)]
                if self._reported_too:
                    looks.append(self._reported(http, seen, sent_at))
                await asyncio.gather(*looks)
                await asyncio.sleep(PAUSE_OF_REPORTS if self._reported_too else PAUSE)
        stream.close()

    async def _reported(self, http: httpx.AsyncClient, views: int, sent_at: float) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await http.get(
                    f"{self._app.path}/reports/overview",
                    params={"from": now() - 3_600_000, "to": now() + 60_000},
                )
                answer.raise_for_status()
                if answer.json()["totals"]["page_views"] >= views:
                    break
                await asyncio.sleep(POLL)
        self.to_report.append(time.perf_counter() - sent_at)

    async def _pushed(self, live: ClientConnection, sent_at: float) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                message = msgspec.json.decode(await live.recv())
                if message.get("activity", {}).get("page_views"):
                    break
        self.to_live.append(time.perf_counter() - sent_at)
