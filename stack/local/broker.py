"""A private RabbitMQ node (Debian's package), apart from any other on the machine.

It has its own names server (epmd), cookie, ports and data under `run/broker`. The user `datalab` and its vhost `/`
come as definitions that RabbitMQ imports at every start. `rabbitmq-server` is called
below /usr/lib: Debian's wrapper in /usr/sbin insists on root and on /etc/rabbitmq.
"""

import base64
import hashlib
import json
import socket
import subprocess
from pathlib import Path

from stack.local.credentials import Credentials
from stack.local.errors import CommandFailed
from stack.local.ports import LOOPBACK, Ports
from stack.local.programs import ROOT, Program, version

BIN = Path("/usr/lib/rabbitmq/bin")
CONFIGURATION = ROOT / "stack" / "broker" / "rabbitmq.conf"
POLICIES = ROOT / "stack" / "broker" / "policies.json"
"""bounds of queues: what is beyond is refused to the edge, which keeps it and slows its clients down"""
USER = "datalab"


class Broker:
    def __init__(self, run: Path, ports: Ports, credentials: Credentials, management: bool = False) -> None:
        self.home = run / "broker"
        self.ports = ports
        self.credentials = credentials
        self.management = management

    def uri(self, vhost: str = "/") -> str:
        path = "" if vhost == "/" else vhost
        return f"amqp://{USER}:{self.credentials.password('broker')}@{LOOPBACK}:{self.ports.broker}/{path}"

    def programs(self) -> list[Program]:
        """epmd runs as a program of its own, in the foreground: RabbitMQ would leave one behind."""
        configured = self._configure()
        listening = ("broker", "broker_node", *(["broker_management"] if self.management else []))
        names = ("epmd", "-address", LOOPBACK, "-port", str(self.ports.broker_names))
        return [
            Program("epmd", names, {"HOME": str(self.home)}, ports=("broker_names",)),
            Program(
                "broker",
                (str(BIN / "rabbitmq-server"),),
                self._environment(),
                stop_seconds=30,
                ports=listening,
                version=version([CONFIGURATION, *configured]),
            ),
        ]

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node. Takes 1-2 s: an Erlang machine starts for it."""
        done = subprocess.run(
            [str(BIN / "rabbitmqctl"), "--quiet", *arguments],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **self._environment()},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"rabbitmqctl {arguments[0]}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def names_ready(self) -> bool:
        """epmd takes connections."""
        try:
            socket.create_connection((LOOPBACK, self.ports.broker_names), timeout=1).close()
        except OSError:
            return False
        return True

    def ready(self) -> bool:
        """It takes connections from our user: listeners open after queues and definitions are loaded."""
        import pika
        from pika.exceptions import AMQPError

        parameters = pika.URLParameters(self.uri())
        parameters.socket_timeout = parameters.blocked_connection_timeout = 3
        parameters.stack_timeout = 5
        try:
            pika.BlockingConnection(parameters).close()
        except (AMQPError, OSError):
            return False
        return True

    def _environment(self) -> dict[str, str]:
        home = str(self.home)
        return {
            "HOME": home,  # the Erlang cookie is made there
            "RABBITMQ_NODENAME": "datalab@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.ports.broker),
            "RABBITMQ_DIST_PORT": str(self.ports.broker_node),
            "ERL_EPMD_PORT": str(self.ports.broker_names),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_CONF_ENV_FILE": f"{home}/none",  # /etc/rabbitmq is another broker's
            "RABBITMQ_CONFIG_FILE": str(CONFIGURATION),
            "RABBITMQ_CONFIG_FILES": f"{home}/conf.d/*.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": f"{home}/data",
            "RABBITMQ_LOG_BASE": f"{home}/logs",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/generated",
            "RABBITMQ_SCHEMA_DIR": f"{home}/schema",
            "RABBITMQ_PID_FILE": f"{home}/pid",
            # The script then becomes the Erlang machine instead of watching over it: signals and kills reach it.
            "RUNNING_UNDER_SYSTEMD": "1",
            # Idle schedulers sleep instead of spinning, and the node leaves epmd to its own program.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false",
            "RABBITMQ_CTL_ERL_ARGS": "-start_epmd false",
        }

    def _configure(self) -> list[Path]:
        """The files that say how it runs."""
        for folder in ("conf.d", "data", "logs", "generated", "schema"):
            (self.home / folder).mkdir(parents=True, exist_ok=True)
        definitions = self.credentials.file("broker_definitions.json", json.dumps(self._definitions()))
        lines = [f"load_definitions = {definitions}"]
        if self.management:
            lines += [
                "management.tcp.ip = " + LOOPBACK,
                f"management.tcp.port = {self.ports.broker_management}",
            ]
        local, plugins = self.home / "conf.d" / "10-local.conf", self.home / "enabled_plugins"
        local.write_text("\n".join(lines) + "\n")
        plugins.write_text(f"[{'rabbitmq_management' if self.management else ''}].\n")
        return [local, plugins, definitions]

    def _definitions(self) -> dict[str, object]:
        password = self.credentials.password("broker")
        salt = hashlib.sha256(password.encode()).digest()[:4]  # of a random password: the file stays as it is
        return {
            "users": [
                {
                    "name": USER,
                    "password_hash": password_hash(password, salt),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": "administrator" if self.management else "",
                }
            ],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": USER, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
            "policies": json.loads(POLICIES.read_text()),
        }


def password_hash(password: str, salt: bytes) -> str:
    """As RabbitMQ stores it: base64 of a 4-byte salt and sha256(salt + password)."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
