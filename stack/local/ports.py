"""The ports of a stack: which process listens where, the setting that moves it, and who sits on a taken one."""

import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from stack.local.errors import PortTaken, Trouble

LOOPBACK = "127.0.0.1"
OUT_OF_THE_WAY = range(10_000, 26_000)
"""below those that Linux gives to outgoing connections (32768 and more), and above those of well-known services"""

# port of -> (who listens, the setting that moves it)
OWNERS = {
    "edge": ("the edge", "DATALAB_PORT"),
    "shop": ("the demo shop", "SHOP_PORT"),
    "broker": ("RabbitMQ", "BROKER_PORT"),
    "broker_node": ("RabbitMQ's node", "BROKER_NODE_PORT"),
    "broker_names": ("RabbitMQ's epmd", "BROKER_NAMES_PORT"),
    "broker_management": ("RabbitMQ's management", "BROKER_MANAGEMENT_PORT"),
    "database": ("MongoDB", "MONGO_PORT"),
}


@dataclass(frozen=True)
class Ports:
    edge: int = 8080
    shop: int = 8090
    broker: int = 5680
    broker_node: int = 5681
    broker_names: int = 5682
    broker_management: int = 5683
    database: int = 27080

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], base: int | None = None) -> "Ports":
        """Each port from its setting; what is not set counts up from `base`, or has its default."""
        defaults = cls() if base is None else cls(*range(base, base + len(fields(cls))))
        chosen = asdict(defaults)
        for name, (_, setting) in OWNERS.items():
            if value := environment.get(setting):
                if not value.isdecimal() or not 0 < int(value) < 65536:
                    raise Trouble(f"{setting} must be a port between 1 and 65535, not {value!r}.")
                chosen[name] = int(value)
        taken: dict[int, str] = {}
        for name, port in chosen.items():
            if other := taken.get(port):
                raise Trouble(
                    f"{OWNERS[other][1]} and {OWNERS[name][1]} are both {port}: each needs its own port."
                )
            taken[port] = name
        return cls(**chosen)

    @classmethod
    def free(cls) -> "Ports":
        """Ports nobody listens on now, in a row at a random place. Nothing holds them, but nobody is given one by
        chance before it is used: outgoing connections take theirs from elsewhere."""
        while True:
            base = secrets.choice(OUT_OF_THE_WAY)
            ports = range(base, base + len(fields(cls)))
            if all(map(_is_free, ports)):
                return cls(*ports)


def _is_free(port: int) -> bool:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def check_free(name: str, port: int, host: str = LOOPBACK) -> None:
    """Raise PortTaken where the port of `name` (a field of Ports) cannot be listened on."""
    try:
        socket.create_server((host, port)).close()
    except PermissionError as error:
        raise Trouble(f"Port {port} needs more rights: set {OWNERS[name][1]} to one above 1023.") from error
    except OSError as error:
        what, setting = OWNERS[name]
        raise PortTaken(port, what, setting, holder(port)) from error


def holder(port: int) -> str | None:
    """`nginx (pid 812)`, or None where the process is another user's."""
    sockets = _listening_sockets(port)
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()) in sockets:
                    return f"{(process / 'comm').read_text().strip()} (pid {process.name})"
        except OSError:
            continue
    return None


def _listening_sockets(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            column = line.split()
            if column[3] == "0A" and int(column[1].rpartition(":")[2], 16) == port:
                found.add(f"socket:[{column[9]}]")
    return found
