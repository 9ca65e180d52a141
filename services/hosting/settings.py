"""A service's settings as a dependency: `settings = Settings(AnalysisSettings)`."""

import os
from collections.abc import Mapping
from typing import Annotated

import msgspec
from nameko.extensions import DependencyProvider

from services.contracts.settings import load


class ServiceSettings(msgspec.Struct, kw_only=True):
    """What every service process reads."""

    amqp_uri: str
    """RabbitMQ, `amqp://user:password@host:port/vhost`"""
    log_level: str = "INFO"
    max_workers: Annotated[int, msgspec.Meta(ge=1)] = 10
    """calls and events one process works on at once"""
    heartbeat: Annotated[int, msgspec.Meta(ge=1)] = 30
    """AMQP heart-beat, seconds"""


def environment_of(config: Mapping[str, object]) -> Mapping[str, str]:
    """The environment of this container: the process's, or what a test put into the Nameko configuration."""
    given = config.get("environment")
    return given if isinstance(given, Mapping) else os.environ


class Settings(DependencyProvider):
    def __init__(self, struct: type[msgspec.Struct]) -> None:
        self.struct = struct

    def setup(self) -> None:
        self.value = load(self.struct, environment_of(self.container.config))

    def get_dependency(self, worker_ctx: object) -> msgspec.Struct:
        return self.value
