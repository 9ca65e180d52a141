"""Run the edge: `python -m edge`."""

import gc
import logging
import socket
import sys

import uvicorn

from edge.answering import AnsweringProtocol
from edge.app import make_app
from edge.collect import user_agents
from edge.collect.stream import Streams
from edge.settings import EdgeSettings
from edge.websocket import TakeableProtocol
from services.contracts.settings import SettingInvalid, load

DRAIN_SECONDS = 5.0
"""after SIGTERM: nothing new is accepted, streams are closed with 1012 after their acks"""
GRACE_SECONDS = 5
"""then: requests under way are answered"""
COLLECT_AFTER = 20_000, 20, 20
"""objects that came and did not go before garbage is looked for among them, and how many such looks before older ones
are looked at too: a look at all of them holds up everybody, and little here does not go by itself"""


class EdgeServer(uvicorn.Server):
    """uvicorn's own shut-down closes WebSockets first, and what was taken from them is then never acked."""

    def __init__(self, config: uvicorn.Config, streams: Streams) -> None:
        super().__init__(config)
        self._streams = streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        user_agents.prepare()
        await super().startup(sockets)
        # What is there now stays: never look at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._streams.drain(DRAIN_SECONDS)
        await super().shutdown(sockets)


def main() -> None:
    try:
        settings = load(EdgeSettings)
    except SettingInvalid as error:
        sys.exit(f"edge: {error}")
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s %(message)s")
    # The bus says itself what became of the connection, in a line instead of eight.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    # It would write every stream's ticket and its visitor's address.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.edge_host,
        port=settings.edge_port,
        loop="uvloop",
        http=AnsweringProtocol,
        ws=TakeableProtocol,
        ws_max_size=settings.frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=30,
        ws_ping_timeout=30,
        access_log=False,
        log_config=None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = EdgeServer(config, app.state["streams"])
    server.run()
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
