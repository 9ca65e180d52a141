"""The edge put together: what exists once in the process, and the routes that use it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from edge import health, pages
from edge.api_keys import ApiKeys
from edge.bulk.exports import export
from edge.bulk.imports import Imports, Running
from edge.bulk.keeping import Keeping
from edge.bus import Bus
from edge.collect.beacon import beacon
from edge.collect.collector import Collector
from edge.collect.hello import hello, preflight
from edge.collect.stream import Streams, stream
from edge.collect.tickets import Tickets
from edge.dashboard.access import provide_actor
from edge.dashboard.accounts import Accounts
from edge.dashboard.apps import Apps
from edge.dashboard.audit import Audit
from edge.dashboard.config import Configs
from edge.dashboard.doors import Doors
from edge.dashboard.join_links import Links, read_join_link
from edge.dashboard.live import Dashboards, live, live_ticket
from edge.dashboard.members import Invites, Members
from edge.dashboard.notifications import Notifications
from edge.dashboard.organisation import Organisation
from edge.dashboard.presence import Presence
from edge.dashboard.reports import reports
from edge.dashboard.sessions import LogIns
from edge.dashboard.tokens import Tokens as AppTokens
from edge.headers import SecurityHeaders
from edge.keys import AccessTokens
from edge.metrics import metrics
from edge.problems import respond
from edge.settings import EdgeSettings

CONNECT_SECONDS = 3.0
"""that a start waits for the broker; then the edge answers without it"""
DRAIN_SECONDS = 5.0
PRESENCE_SECONDS = 1.0
"""that an end waits until the other edges are told that nobody is here any more"""
LARGEST_BODY = 1_000_000
"""bytes of a request"""


def _given(value: object) -> Provide:
    def provide() -> Any:  # Any: whatever the parameter of that name is declared to be
        return value

    return Provide(provide, use_cache=True, sync_to_thread=False)


def make_app(settings: EdgeSettings) -> Litestar:
    """The edge as an ASGI application; it connects to the broker at start-up and drains at shut-down."""
    bus = Bus(settings.amqp_uri)
    tickets = Tickets(settings.ticket_key, bus)
    collector = Collector(settings, bus, tickets)
    access_tokens = AccessTokens(bus)
    streams = Streams()
    presence = Presence(bus)
    dashboards = Dashboards(bus, presence)
    collector.configs.on_change(streams.push_config)
    collector.configs.on_end(streams.end)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        # The first visitors after a restart are not turned away for the moment that connecting takes.
        await bus.start(CONNECT_SECONDS)
        working = [
            asyncio.create_task(work)
            for work in (streams.turn_away_when_stuck(collector), presence.keep_told())
        ]
        try:
            yield
        finally:
            for task in working:
                task.cancel()
            await collector.outbox.drain(DRAIN_SECONDS)
            await presence.close(PRESENCE_SECONDS)
            await bus.stop()

    once = {
        "settings": settings,
        "bus": bus,
        "tickets": tickets,
        "collector": collector,
        "access_tokens": access_tokens,
        "api_keys": ApiKeys(bus),
        "doors": Doors(settings),
        "streams": streams,
        "dashboards": dashboards,
        "imports_running": Running(),
    }
    app = Litestar(
        [
            preflight,  # before hello: a path without OPTIONS is given one
            hello,
            beacon,
            stream,
            Accounts,
            LogIns,
            Organisation,
            Audit,
            Links,
            read_join_link,
            Apps,
            Members,
            Invites,
            AppTokens,
            Configs,
            reports,
            Imports,
            export,
            Keeping,
            Notifications,
            live_ticket,
            live,
            health.live,
            health.ready,
            metrics,
            *pages.handlers(settings),
        ],
        dependencies={
            **{name: _given(value) for name, value in once.items()},
            "actor": Provide(provide_actor),
        },
        exception_handlers={Exception: respond},
        lifespan=[lifespan],
        state=State({"streams": streams}),
        request_max_body_size=LARGEST_BODY,
        compression_config=CompressionConfig(
            backend="gzip",
            gzip_compress_level=6,  # 9 takes half as long again or more, for 1 or 2 % less
            minimum_size=1000,
            exclude=["/t.js", "/assets", "/api/stream", "/api/apps/[^/]+/export$"],
        ),
        openapi_config=OpenAPIConfig(
            title="datalab",
            version="1",
            path="/schema",
            render_plugins=[JsonRenderPlugin()],
            components=Components(
                security_schemes={
                    "access_token": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
                }
            ),
        ),
        logging_config=None,
    )
    app.asgi_handler = SecurityHeaders(app.asgi_handler, settings.secure)
    return app
