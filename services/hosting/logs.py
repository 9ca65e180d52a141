"""One line a record on stderr: time, level, logger, text. Whoever runs the process keeps and rotates them."""

import logging
from typing import Any


class RefusalsInOneLine(logging.Filter):
    """Nameko logs what an entrypoint expects to raise, a refusal, as a warning with its whole trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, str) and record.msg.startswith("(expected)"):
            record.levelno, record.levelname, record.exc_info = logging.INFO, "INFO", None
        return True


def logging_config(level: str) -> dict[str, Any]:  # Any: logging's own dictionary format
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s"}},
        "filters": {"refusals": {"()": RefusalsInOneLine}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": "WARNING"} for name in ("amqp", "kombu", "pymongo")},
    }
