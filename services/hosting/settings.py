"""A service's settings as a dependency: `settings = Settings(AnalysisSettings)`."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import msgspec
from nameko.extensions import DependencyProvider

from services.contracts.settings import load

S = TypeVar("S", bound=msgspec.Struct)


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


class Settings(DependencyProvider, Generic[S]):
    """To the type checker the attribute is the Struct that Nameko puts in its place."""

    def __init__(self, struct: type[S]) -> None:
        self.struct = struct

    def setup(self) -> None:
        self.value = load(self.struct, environment_of(self.container.config))

    def get_dependency(self, worker_ctx: object) -> S:
        return self.value

    if TYPE_CHECKING:

        def __get__(self, instance: object, owner: type) -> S: ...
