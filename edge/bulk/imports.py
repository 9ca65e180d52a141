"""`POST /api/apps/{app}/import`: past events of an app, one a line, in one stream of any size.

The body is read only as fast as its events are confirmed. The answer comes when all of them are; after a break
`GET …/import/{id}` says from which offset to go on under the same id (an earlier one will do as well: what is
confirmed is skipped).
"""

import asyncio
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ClientException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.params import FromPath, FromQuery, QueryParameter

from edge.bulk.checking import EARLIEST, Rules
from edge.bulk.importing import Import
from edge.collect.collector import Collector
from edge.collect.packing import host_of
from edge.given import GivenActor, GivenBus
from services.contracts import apps, bulk
from services.contracts.bulk import ImportProgress
from services.contracts.errors import ImportConflict, ImportUnknown, InvalidInput, TooManyRequests
from services.contracts.recorder import BeginImport, GetImport, GetRetention, ImportState

Format = Literal["ndjson", "csv"]
TYPES: dict[str, Format] = {
    "application/x-ndjson": "ndjson",
    "application/jsonl": "ndjson",
    "application/json": "ndjson",
    "text/csv": "csv",
}
AT_ONCE = 2
"""imports of one edge: each takes some 50 MB and as much of the processor as it gets"""
SILENT_SECONDS = 60.0
"""after which a client that sends nothing is given up"""
DAY_MS = 86_400_000
UNZIPPED = 262_144
"""bytes unzipped at once"""

ImportId = Annotated[
    str | None,
    QueryParameter(
        name="id",
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="names the import: what is sent again under the same id counts once; default: a new one",
    ),
]
Offset = Annotated[
    int, QueryParameter(ge=0, description="of the body's first byte in the (uncompressed) file")
]


@dataclass
class TakesLines(Operation):
    """Says in the schema what the body is."""

    def __post_init__(self) -> None:
        text = OpenAPIMediaType(schema=Schema(description=bulk.__doc__))
        self.request_body = RequestBody(
            content={"application/x-ndjson": text, "text/csv": text}, required=True
        )


class Running:
    """How many imports this edge works on."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises TooManyRequests."""
        if self.count >= AT_ONCE:
            raise TooManyRequests("other imports are running; try again later", retry_after=10)
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


class Imports(Controller):
    path = "/api/apps/{app:str}/import"
    tags = ("bulk",)

    @post(
        "/",
        status_code=200,
        operation_id="importEvents",
        opt={"scope": "import"},
        operation_class=TakesLines,
        request_max_body_size=None,
    )
    async def take(
        self,
        request: Request[Any, Any, Any],  # Any: Litestar's user, auth, state
        actor: GivenActor,
        app: FromPath[str],
        bus: GivenBus,
        collector: NamedDependency[Collector],
        imports_running: NamedDependency[Running],
        import_id: ImportId = None,
        offset: Offset = 0,
        format: FromQuery[Format | None] = None,
    ) -> ImportProgress:
        """Import past events, NDJSON or CSV, one a line. Answers when all of them are safe."""
        kind = format or _format(request)
        unzip = _unzips(request)
        about = await bus.call(apps.Permit(actor=actor, app=app, action="import"))
        with imports_running.one():
            name = import_id or secrets.token_hex(8)
            begin = BeginImport(actor=actor, app=about.id, app_name=about.name, id=name)
            state = await bus.call(begin) or _new(name, kind)
            if state.format != kind:
                raise ImportConflict(f"the import of this id is {state.format}")
            if offset > state.progress.offset:
                raise ImportConflict(f"the import is at offset {state.progress.offset}; go on from there")
            keeps = (await bus.call(GetRetention(actor=actor, app=about.id))).days
            rules = Rules(
                config=await collector.configs.of(about.id),
                own_hosts=frozenset(host_of(origin) for origin in about.origins),
                earliest=EARLIEST if keeps is None else int(time.time() * 1000) - keeps * DAY_MS,
            )
            running = Import(about.id, state, offset, rules, bus)
            try:
                async for data in _unzipped(_body(request)) if unzip else _body(request):
                    await running.feed(data)
                return await running.finish()
            finally:
                running.abandon()

    @get("/{import_id:str}", operation_id="importProgress", opt={"scope": "import"})
    async def progress(
        self, actor: GivenActor, app: FromPath[str], import_id: FromPath[str], bus: GivenBus
    ) -> ImportProgress:
        """How far an import is: all that lies before `offset` is counted."""
        about = await bus.call(apps.Permit(actor=actor, app=app, action="import"))
        state = await bus.call(GetImport(app=about.id, id=import_id))
        if state is None:
            raise ImportUnknown("nothing was confirmed of an import of that id")
        return state.progress


def _format(request: Request[Any, Any, Any]) -> Format:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in TYPES:
        raise InvalidInput(
            "send application/x-ndjson or text/csv, or say ?format=ndjson|csv", field="content-type"
        )
    return TYPES[given]


def _unzips(request: Request[Any, Any, Any]) -> bool:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        raise InvalidInput("send the file as it is, or gzip", field="content-encoding")
    return encoding == "gzip"


def _new(name: str, format: Format) -> ImportState:
    progress = ImportProgress(
        id=name, offset=0, lines=0, events=0, sessions=0, rejected=0, rejects=[], done=False
    )
    return ImportState(progress=progress, format=format, beginning=b"", header=[], visits=b"", in_blocks=True)


async def _body(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """The body as it comes; uvicorn reads no further while nobody asks for more.

    Raises ClientException where it breaks off: that is no end of the file.
    """
    while True:
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                event = await request.receive()
        except TimeoutError as error:
            raise ClientException(f"nothing came for {SILENT_SECONDS:g} s", status_code=408) from error
        if event["type"] != "http.request":
            raise ClientException("the body broke off")
        if event["body"]:
            yield event["body"]
        if not event.get("more_body", False):
            return


async def _unzipped(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """gzip, also of several members, a bounded piece at a time."""
    unzip = zlib.decompressobj(wbits=31)
    try:
        async for data in body:
            while data:
                if unzip.eof:
                    unzip = zlib.decompressobj(wbits=31)
                if piece := unzip.decompress(data, UNZIPPED):
                    yield piece
                data = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
    except zlib.error as error:
        raise InvalidInput(f"not gzip: {error}", field="body") from error
    if not unzip.eof:
        raise InvalidInput("the gzip stream breaks off", field="body")
