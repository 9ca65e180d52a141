"""Run one service: `python -m services NAME`. SIGTERM finishes what is under way, then ends.

It is here and not in `hosting`, whose modules would then be imported before eventlet has patched what they use.
"""

import os
import warnings

os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

import importlib  # noqa: E402
import logging.config  # noqa: E402
import sys  # noqa: E402

from nameko.cli.run import run  # noqa: E402

from services.contracts.settings import SettingInvalid, load  # noqa: E402
from services.hosting import wire  # noqa: E402
from services.hosting.logs import logging_config  # noqa: E402
from services.hosting.settings import ServiceSettings  # noqa: E402

SERVICES = {
    "users": "services.users.service:Users",
    "auth": "services.auth.service:Auth",
    "apps": "services.apps.service:Apps",
    "config": "services.config.service:Config",
    "tokens": "services.tokens.service:Tokens",
    "notifications": "services.notifications.service:Notifications",
    "analysis": "services.analysis.service:Analysis",
    "recorder": "services.analysis.recorder:Recorder",
}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in SERVICES:
        sys.exit(f"usage: python -m services {'|'.join(SERVICES)}")
    try:
        settings = load(ServiceSettings)
    except SettingInvalid as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    logging.config.dictConfig(logging_config(settings.log_level))
    module, _, name = SERVICES[sys.argv[1]].partition(":")
    service = getattr(importlib.import_module(module), name)
    run(
        [service],
        {
            "AMQP_URI": settings.amqp_uri,
            "HEARTBEAT": settings.heartbeat,
            "max_workers": settings.max_workers,
            **wire.NAMEKO,
        },
    )


if __name__ == "__main__":
    main()
