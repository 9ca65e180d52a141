"""`POST /api/beacon`: frames in one request, for a page that closes and for networks without WebSocket.

The body comes as text/plain, because a beacon with any other type would need a pre-flight and be lost with the page.
The answer comes when the broker has confirmed the frames.
"""

import asyncio
import time
from functools import partial

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.params import RawBody

from edge.collect import origins
from edge.collect.collector import Collector
from edge.collect.exclusion import Whereabouts
from edge.collect.hello import AnyRequest
from edge.collect.tickets import PASS, Session, TicketInvalid
from edge.metrics import FRAMES_TAKEN
from services.contracts.errors import CallTimedOut, InvalidInput, TooManyRequests
from services.contracts.tracking import Beacon, BeaconTaken

CONFIRM_SECONDS = 10.0
"""how long the answer waits for the broker"""
BYTES_OF_FRAMES = 10
"""a beacon may be this many times as large as a frame"""

_decode = msgspec.json.Decoder(Beacon).decode


@post(
    "/api/beacon",
    status_code=202,
    operation_id="beacon",
    tags=["tracker"],
    exception_handlers={Exception: origins.respond_readably},
)
async def beacon(
    request: AnyRequest, body: RawBody, collector: NamedDependency[Collector]
) -> Response[BeaconTaken]:
    """Take frames of a session."""
    if len(body) > collector.settings.frame_bytes * BYTES_OF_FRAMES:
        raise ClientException("a beacon this large is refused", status_code=413)
    try:
        data = _decode(body)
    except msgspec.ValidationError as error:
        detail, _, path = str(error).partition(" - at `$.")
        raise InvalidInput(detail, field=path.rstrip("`") or None) from error
    except msgspec.DecodeError as error:
        raise InvalidInput(f"the body is not JSON: {error}") from error
    address = request.client.host if request.client else ""
    if wait := collector.beacons.refused_for(address):
        raise TooManyRequests("too many beacons from this address", retry_after=wait)
    session = collector.tickets.read(PASS, data.session)
    origins.check(request, (session.origin,))
    if overloaded := collector.overloaded:
        raise overloaded
    acks = await _take(collector, session, data)
    return Response(BeaconTaken(acks), headers=origins.allow(session.origin))


async def _take(collector: Collector, session: Session, data: Beacon) -> list[int]:
    received = int(time.time() * 1000)
    acks: list[int] = []
    settled = asyncio.Event()

    def confirmed(n: int) -> None:
        acks.append(n)
        if len(acks) == len(data.frames):
            settled.set()

    whereabouts = Whereabouts(session.hidden)
    collector.begin(session)
    for index, frame in enumerate(data.frames):
        of = collector.tickets.read(PASS, frame.session) if frame.session is not None else session
        if of.app != session.app:
            raise TicketInvalid("session: the pass belongs to another app")
        if of is not session:
            collector.begin(of)
        try:
            place = whereabouts if of is session else Whereabouts(of.hidden)
            await collector.take(of, frame.n, frame.events, received, partial(confirmed, frame.n), place)
        except InvalidInput as error:
            raise InvalidInput(error.detail, field=f"frames[{index}].{error.field}") from error
        FRAMES_TAKEN.labels("beacon").inc()
    if data.goodbye:
        collector.left(session, received, True)
    if not data.frames:
        return acks
    try:
        async with asyncio.timeout(CONFIRM_SECONDS):
            await settled.wait()
    except TimeoutError as error:
        raise CallTimedOut("the frames are not stored yet; send them again", retry_after=5) from error
    return acks
