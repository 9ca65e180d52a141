"""`GET /api/apps/{app}/export`: raw events of a period, in one stream of any size.

The recorder gives them by the part and keeps nothing in between; the edge asks for the next part while the client reads
the one before, and for no more than that: a slow client slows the reading of the record, and one that leaves ends it.
"""

import asyncio
import time
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from edge.bulk.parquet import Joined
from edge.bus import Bus
from edge.given import GivenActor, GivenBus
from edge.times import milliseconds
from services.contracts.errors import InvalidInput, Unreachable
from services.contracts.recorder import ExportedPart, ExportFormat, ExportPart

PART_SECONDS = 30.0
"""how long a part may take"""
PATIENCE = 60.0
"""seconds for which a part is asked for again while nobody answers"""
PIECE = 65_536
"""bytes written at once"""
TYPES: dict[ExportFormat, str] = {
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

From = Annotated[
    float | None,
    QueryParameter(
        name="from", ge=0, le=1e14, description="UNIX ms or s, inclusive; default: all that is kept"
    ),
]
To = Annotated[
    float | None,
    QueryParameter(name="to", ge=0, le=1e14, description="UNIX ms or s, exclusive; default: now"),
]


@get("/api/apps/{app:str}/export", operation_id="exportEvents", tags=["bulk"])
async def export(
    actor: GivenActor,
    app: FromPath[str],
    bus: GivenBus,
    format: FromQuery[ExportFormat] = "ndjson",
    start: From = None,
    end: To = None,
) -> Stream:
    """The sessions that began in the period, with all their events, a line each: NDJSON as an import takes it, or the
    same as Parquet."""
    until = int(time.time() * 1000) + 1 if end is None else milliseconds(end)
    since = 0 if start is None else milliseconds(start)
    if since >= until:
        raise InvalidInput("the period ends before it begins", field="from")
    request = ExportPart(actor=actor, app=app, start=since, end=until, format=format)
    first = await _part(bus, request)  # what is refused, is refused before the answer begins
    content = _joined(bus, request, first) if format == "parquet" else _lines(bus, request, first)
    name = f"{app}-{since}-{until}.{format}"
    return Stream(
        content, media_type=TYPES[format], headers={"content-disposition": f'attachment; filename="{name}"'}
    )


async def _part(bus: Bus, request: ExportPart) -> ExportedPart:
    """Raises what refuses it, and Unreachable where nobody answers for too long."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return await bus.call(request, PART_SECONDS)
        except Unreachable:
            if not request.after or time.monotonic() > end:
                raise
            await asyncio.sleep(1)


async def _parts(bus: Bus, request: ExportPart, part: ExportedPart) -> AsyncGenerator[bytes, None]:
    """What each part holds; the next is asked for while this one is being used."""
    following: asyncio.Task[ExportedPart] | None = None
    try:
        while True:
            if part.after is not None:
                request = msgspec.structs.replace(request, after=part.after)
                following = asyncio.create_task(_part(bus, request))
            yield part.data
            if following is None or part.after is None:
                return
            part = await following
    finally:
        if following is not None:
            following.cancel()


async def _lines(bus: Bus, request: ExportPart, first: ExportedPart) -> AsyncGenerator[bytes, None]:
    async with aclosing(_parts(bus, request, first)) as parts:
        async for data in parts:
            unzip = zlib.decompressobj()
            while data:
                yield unzip.decompress(data, PIECE)
                data = unzip.unconsumed_tail
            yield unzip.flush()


async def _joined(bus: Bus, request: ExportPart, first: ExportedPart) -> AsyncGenerator[bytes, None]:
    joined = Joined()
    yield joined.begin()
    async with aclosing(_parts(bus, request, first)) as parts:
        async for data in parts:
            rows = joined.add(data)
            for at in range(0, len(rows), PIECE):
                yield rows[at : at + PIECE]
    yield joined.end()
