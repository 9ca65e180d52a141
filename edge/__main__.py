"""Run the edge: `python -m edge`."""

import logging
import sys

import uvicorn

from edge.app import make_app
from edge.settings import EdgeSettings
from edge.websocket import ForgetfulProtocol
from services.contracts.settings import SettingInvalid, load

GRACE_SECONDS = 10
"""after SIGTERM: streams are closed with 1012, what is under way is finished"""


def main() -> None:
    try:
        settings = load(EdgeSettings)
    except SettingInvalid as error:
        sys.exit(f"edge: {error}")
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s %(message)s")
    # The bus says itself what became of the connection, in a line instead of eight.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    uvicorn.run(
        make_app(settings),
        host=settings.edge_host,
        port=settings.edge_port,
        loop="uvloop",
        http="httptools",
        ws=ForgetfulProtocol,
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


if __name__ == "__main__":
    main()
