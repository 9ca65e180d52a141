"""One line a record on stderr: time, level, logger, text. Whoever runs the process keeps and rotates them."""

from typing import Any


def logging_config(level: str) -> dict[str, Any]:  # Any: logging's own dictionary format
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": "WARNING"} for name in ("amqp", "kombu", "pymongo")},
    }
