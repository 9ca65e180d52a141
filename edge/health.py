"""`/health/live`: the process answers. `/health/ready`: it can do its work, because broker and services answer too."""

import asyncio

import msgspec
from litestar import Response, get

from edge.bus import Bus
from edge.given import GivenBus
from services.contracts.errors import Refused
from services.contracts.health import Health

SERVICES = ("users", "auth", "apps", "config", "tokens", "notifications", "analysis", "recorder")
TIME_OUT = 2.0
"""seconds"""


class Readiness(msgspec.Struct):
    ready: bool
    parts: dict[str, str]
    """`ok`, or what is wrong with the part"""


@get("/health/live", operation_id="live", tags=["health"], sync_to_thread=False)
def live() -> str:
    return "ok"


@get("/health/ready", operation_id="ready", tags=["health"])
async def ready(bus: GivenBus) -> Response[Readiness]:
    """200 when everything answers, else 503 with the same body."""
    if not bus.connected:
        parts = {"broker": "not connected"}
    else:
        answers = await asyncio.gather(*(_ask(bus, service) for service in SERVICES))
        parts = {
            "broker": "takes no messages: short of memory or disk" if bus.blocked else "ok",
            **dict(zip(SERVICES, answers, strict=True)),
        }
    is_ready = all(state == "ok" for state in parts.values())
    return Response(Readiness(is_ready, parts), status_code=200 if is_ready else 503)


async def _ask(bus: Bus, service: str) -> str:
    try:
        reply = await bus.request(f"{service}.health", b'{"args":[],"kwargs":{}}', Health, TIME_OUT)
    except Refused as error:
        return str(error)
    health: Health | None = reply.result
    return "ok" if health and health.ok else (health.detail if health else "no answer")
