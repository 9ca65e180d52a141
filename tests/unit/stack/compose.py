"""What of Compose's format `docker stack deploy` takes, as far as datalab uses it: anything else is a mistake.

It ignores some keys without a word (`tmpfs`, `restart`, `depends_on`, `security_opt`), so what is not here is
refused.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml

ROOT = Path(__file__).parents[3]
Duration = Annotated[str, msgspec.Meta(pattern=r"^\d+(s|m|h)$")]
Size = Annotated[str, msgspec.Meta(pattern=r"^\d+[MG]$")]
Cpus = Annotated[str, msgspec.Meta(pattern=r"^\d+\.\d+$")]


class Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class Healthcheck(Strict):
    test: list[str] = []
    interval: Duration = "30s"
    timeout: Duration = "30s"
    retries: int = 3
    start_period: Duration = "0s"
    disable: bool = False


class Limits(Strict):
    memory: Size
    cpus: Cpus
    pids: int


class Reservations(Strict):
    memory: Size


class Resources(Strict):
    limits: Limits
    reservations: Reservations | None = None


class Restart(Strict):
    condition: Literal["none", "on-failure", "any"]
    delay: Duration


class Update(Strict):
    order: Literal["stop-first", "start-first"]
    failure_action: Literal["continue", "pause", "rollback"]
    parallelism: int = 1
    delay: Duration = "0s"
    monitor: Duration = "5s"
    max_failure_ratio: float = 0


class Placement(Strict):
    constraints: list[str] = []


class Deploy(Strict):
    resources: Resources | None = None
    restart_policy: Restart | None = None
    update_config: Update | None = None
    rollback_config: Update | None = None
    endpoint_mode: Literal["dnsrr", "vip"] = "vip"
    replicas: int | str = 1
    placement: Placement = msgspec.field(default_factory=Placement)


class Logging(Strict):
    driver: Literal["json-file", "local"]
    options: dict[str, str]


class Port(Strict):
    target: int
    published: int | str
    protocol: Literal["tcp"]
    mode: Literal["host", "ingress"]


class Tmpfs(Strict):
    size: int


class Mount(Strict):
    type: Literal["volume", "tmpfs"]
    target: str
    source: str = ""
    tmpfs: Tmpfs | None = None


class Granted(Strict):
    source: str
    target: str = ""
    uid: str = ""
    gid: str = ""
    mode: int = 0o444


class Attached(Strict):
    aliases: list[str] = []


class Service(Strict):
    image: str = ""
    command: list[str] = []
    entrypoint: list[str] = []
    hostname: str = ""
    user: str = ""
    init: bool = False
    read_only: bool = False
    cap_drop: list[str] = []
    environment: dict[str, str] = {}
    secrets: list[Granted | str] = []
    configs: list[Granted] = []
    ports: list[Port] = []
    volumes: list[Mount] = []
    networks: list[str] | dict[str, Attached] = []
    healthcheck: Healthcheck | None = None
    stop_grace_period: Duration = "10s"
    logging: Logging | None = None
    deploy: Deploy = msgspec.field(default_factory=Deploy)


class Ipam(Strict):
    config: list[dict[str, str]]


class Network(Strict):
    driver: Literal["overlay"]
    internal: bool = False
    ipam: Ipam | None = None


class Secret(Strict):
    external: Literal[True]
    name: str


class Config(Strict):
    file: str
    name: str


class Stack(Strict):
    version: Literal["3.9"]
    services: dict[str, Service]
    networks: dict[str, Network] = {}
    volumes: dict[str, None] = {}
    secrets: dict[str, Secret] = {}
    configs: dict[str, Config] = {}

    def granted(self) -> dict[str, set[str]]:
        """service -> the names of its secrets"""
        return {
            name: {each if isinstance(each, str) else each.source for each in service.secrets}
            for name, service in self.services.items()
        }

    def attached(self, network: str) -> set[str]:
        return {name for name, service in self.services.items() if network in service.networks}


def read(file: str) -> Stack:
    """Raises msgspec.ValidationError naming the place of what docker would refuse or ignore."""
    described: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())  # Any: YAML
    plain = {key: value for key, value in described.items() if not key.startswith("x-")}
    return msgspec.convert(plain, Stack)


def filled(text: str, **given: str) -> str:
    """`${NAME}` and `${NAME:-default}` filled in, as docker does."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?\}", lambda found: given.get(found[1], found[2] or ""), text)


def dockerfile(image: str) -> str:
    return (ROOT / "stack" / "images" / f"{image}.Dockerfile").read_text()
