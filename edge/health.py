"""`/health/live`: the process answers. `/health/ready`: it can do its work, because broker and services answer too."""

import asyncio
from collections.abc import Iterator

import msgspec
from litestar import Response, get

from edge.bus import Bus
from edge.given import GivenBus, GivenSettings
from services.contracts.errors import Refused
from services.contracts.health import Health
from services.contracts.shares import of_slot

SERVICES = ("users", "auth", "apps", "config", "tokens", "notifications", "analysis", "recorder")
TIME_OUT = 2.0
"""seconds"""
_NOTHING = b'{"args":[],"kwargs":{}}'


class Readiness(msgspec.Struct):
    ready: bool
    parts: dict[str, str]
    """`ok`, or what is wrong with the part"""


@get("/health/live", operation_id="live", tags=["health"], sync_to_thread=False)
def live() -> str:
    return "ok"


@get("/health/ready", operation_id="ready", tags=["health"])
async def ready(bus: GivenBus, settings: GivenSettings) -> Response[Readiness]:
    """200 when everything answers, else 503 with the same body."""
    if not bus.connected:
        parts = {"broker": "not connected"}
    else:
        asked = dict(_asked(settings.analysis_shares))
        answers = await asyncio.gather(
            *(_ask(bus, name.partition(" ")[0], headers) for name, headers in asked.items())
        )
        parts = {
            "broker": "takes no messages: short of memory or disk" if bus.blocked else "ok",
            **dict(zip(asked, answers, strict=True)),
        }
    is_ready = all(state == "ok" for state in parts.values())
    return Response(Readiness(is_ready, parts), status_code=200 if is_ready else 503)


def _asked(analysis_shares: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Each service, and each share of analysis: the first slot of a share has its number."""
    for service in SERVICES:
        yield service, {}
    for share in range(1, analysis_shares):
        yield f"analysis {share + 1}", of_slot(share)


async def _ask(bus: Bus, service: str, headers: dict[str, str]) -> str:
    try:
        reply = await bus.request(f"{service}.health", _NOTHING, Health, TIME_OUT, headers)
    except Refused as error:
        return str(error)
    health: Health | None = reply.result
    return "ok" if health and health.ok else (health.detail if health else "no answer")
