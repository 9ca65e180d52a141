"""A stack: the processes of datalab on this machine, what each is given, and in which order they come up.

See the package's docstring for the interface with examples.
"""

import signal
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

from stack.calls import service_answers
from stack.local import health
from stack.local.broker import Broker
from stack.local.credentials import Credentials
from stack.local.database import Database
from stack.local.errors import NotReady, Trouble
from stack.local.node import find_node
from stack.local.ports import Ports, check_free
from stack.local.programs import PYTHON, ROOT, Program, version
from stack.local.supervision import BACKOFF, FATAL, Supervisor
from stack.local.venv import LOCK

SERVICES = ("users", "auth", "apps", "config", "tokens", "notifications", "analysis", "recorder")
NAMES = ("epmd", "broker", "database", *SERVICES, "edge", "shop")
_STOP_ORDER = (("shop", "edge"), SERVICES, ("broker", "database"), ("epmd",))
_ALIASES = {"broker": ("epmd", "broker"), "services": SERVICES}


class Stack:
    """`environment` goes to the services and the edge, over what they are given anyway. `seconds` is how long a
    step of the start may take."""

    def __init__(
        self,
        run: Path,
        ports: Ports | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        management: bool = False,
        tied: bool = False,
        host: str = "127.0.0.1",
        public_url: str | None = None,
        mongod: str | None = None,
        mongod_options: Sequence[str] = (),
        seconds: float = 60,
        step: Callable[[str], AbstractContextManager[object]] = lambda _title: nullcontext(),
    ) -> None:
        self.run = run.resolve()
        self.ports = ports or Ports()
        self.host = host
        self.edge_url = public_url or f"http://localhost:{self.ports.edge}"
        self.shop_url = f"http://localhost:{self.ports.shop}"
        self.management_url = f"http://127.0.0.1:{self.ports.broker_management}"
        self.credentials = Credentials(self.run / "secrets")
        self.broker = Broker(self.run, self.ports, self.credentials, management)
        self.database = Database(self.run, self.ports, self.credentials, mongod, mongod_options)
        self.supervisor = Supervisor(self.run)
        self._own_environment = dict(environment or {})
        self._tied = tied
        self._seconds = seconds
        self._step = step

    # -- what is where

    def amqp_uri(self, vhost: str = "/") -> str:
        return self.broker.uri(vhost)

    def mongo_uri(self, service: str) -> str:
        """The recorder writes where analysis reads; every other service has a database of its own."""
        return self.database.uri("analysis" if service == "recorder" else service)

    def admin_uri(self) -> str:
        return self.database.admin_uri()

    @property
    def projection(self) -> Path:
        """The DuckDB file of the analysis service; one process at a time may open it."""
        return self.run / "analysis" / "analysis.duckdb"

    def environment(self, name: str) -> dict[str, str]:
        """What the edge or a service is given. Secrets are in files: NAME_FILE says where."""
        keep = self.credentials.file
        given = {
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "LOG_LEVEL": "INFO",
            "AMQP_URI_FILE": str(keep("amqp_uri", self.amqp_uri())),
        }
        if name == "edge":
            given |= {
                "EDGE_HOST": self.host,
                "EDGE_PORT": str(self.ports.edge),
                "PUBLIC_URL": self.edge_url,
                "TICKET_KEY_FILE": str(self.credentials.key_file("ticket_key")),
                "FRONTEND_DIR": str(ROOT / "frontend" / "dist"),
                "TRACKER_FILE": str(ROOT / "tracker" / "dist" / "t.js"),
            }
        else:
            given["MONGO_URI_FILE"] = str(keep(f"mongo_uri_{name}", self.mongo_uri(name)))
        if name == "auth":
            given["PUBLIC_URL"] = self.edge_url
        if name == "analysis":
            self.projection.parent.mkdir(parents=True, exist_ok=True)
            given |= {"ANALYSIS_FILE": str(self.projection), "ANALYSIS_MEMORY": "512MB"}
            given["MAX_WORKERS"] = "100"  # who asks for reports waits for a turn
        return given | self._own_environment

    def programs(self) -> list[Program]:
        shop = (find_node() or "node", str(ROOT / "tracker" / "demo" / "serve.mjs"))
        where = ("--dir", str(self.run / "demo" / "shop"), "--port", str(self.ports.shop))
        return [
            *self.broker.programs(),
            self.database.program(),
            *(self._program(name, "services", name, sources=[ROOT / "services"]) for name in SERVICES),
            self._program("edge", "edge", sources=[ROOT / "edge", ROOT / "services" / "contracts"]),
            Program("shop", (*shop, *where), ports=("shop",), version=version([Path(shop[1])])),
        ]

    def _program(self, name: str, module: str, *arguments: str, sources: list[Path]) -> Program:
        environment = self.environment(name)
        secrets = [
            Path(value) for value in environment.values() if self.credentials.folder in Path(value).parents
        ]
        return Program(
            name,
            (str(PYTHON), "-m", module, *arguments),
            environment,
            stop_seconds=20,  # the edge drains for up to 17
            ports=("edge",) if name == "edge" else (),
            version=version([LOCK, *sources, *secrets]),
        )

    # -- start and stop

    def start(self, *names: str) -> None:
        """Start these (all but the shop when none is named) and return when they are ready. What runs already
        stays as it is, unless its code or settings have changed since it was started."""
        wanted = _expand(names) or {name for name in NAMES if name != "shop"}
        programs = {program.name: program for program in self.programs()}
        wanted |= self._supervise(programs.values())
        self._refuse_taken_ports(program for program in programs.values() if program.name in wanted)
        if "broker" in wanted:
            with self._step("broker"):
                self.supervisor.start("epmd")
                self._wait("epmd", self.broker.names_ready)  # or RabbitMQ would start a daemon of its own
                self.supervisor.start("broker")
                self._wait("broker", self.broker.ready)
        if "database" in wanted:
            with self._step("database"):
                self.supervisor.start("database")
                self._wait("database", self.database.ready)
                self.database.prepare()
        with self._step("services") if wanted.intersection(SERVICES) else nullcontext():
            for name in SERVICES:
                if name in wanted:
                    self.supervisor.start(name)
            for name in SERVICES:
                if name in wanted:
                    self._wait(name, partial(service_answers, self.amqp_uri(), name))
        if "edge" in wanted:
            with self._step("edge"):
                self.supervisor.start("edge")
                whole = all(self.running(name) for name in ("broker", *SERVICES))
                path = "/health/ready" if whole else "/health/live"
                self._wait("edge", lambda: health.answers(self.edge_address + path))
        if "shop" in wanted:
            with self._step("shop"):
                self.supervisor.start("shop")
                self._wait("shop", lambda: health.answers(f"http://127.0.0.1:{self.ports.shop}/"))

    def _supervise(self, programs: Collection[Program]) -> set[str]:
        """Returns the names of those that ran and were stopped, since they run with other code or settings now."""
        if not self.alive():
            self.supervisor.open(programs, self._tied)
            return set()
        difference = self.supervisor.compare(programs)
        outdated = {name for name in (*difference.changed, *difference.removed) if self.running(name)}
        self._stop(set(difference.changed) | set(difference.removed))
        self.supervisor.apply(difference)
        return outdated.difference(difference.removed)

    @property
    def edge_address(self) -> str:
        """The edge as reached from this machine, whatever its public name."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host
        return f"http://{host}:{self.ports.edge}"

    def stop(self, *names: str) -> None:
        """End these in good order, or everything."""
        if self.alive():
            self._stop(_expand(names) or set(NAMES))
        if not names:
            self.supervisor.shut_down()

    def discard(self) -> None:
        """End everything at once, as a power cut would: where what it has stored is thrown away as well."""
        self.supervisor.cut_off()

    def _stop(self, names: set[str]) -> None:
        for together in _STOP_ORDER:
            self.supervisor.stop_together(names.intersection(together))

    def restart(self, *names: str) -> None:
        self.stop(*names)
        self.start(*names)

    def kill(self, name: str, stay_down: bool = True) -> None:
        """kill -9. Stays down until start(name), or is left to the supervisor to be started again."""
        self.supervisor.kill(name, stay_down)

    def freeze(self, name: str) -> None:
        """SIGSTOP: it is there and does nothing, until thaw(name)."""
        self.supervisor.send_signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.supervisor.send_signal(name, signal.SIGCONT)

    def replace(self, name: str) -> None:
        """End it in good order and start it again, without waiting until it is ready."""
        self.supervisor.stop(name)
        self.supervisor.start(name)

    # -- how it is

    def alive(self) -> bool:
        return self.supervisor.alive()

    def pid(self, name: str) -> int | None:
        return self.supervisor.processes()[name]["pid"] or None

    def running(self, name: str) -> bool:
        """There is a process; whether it is ready is for start() to say."""
        return self.pid(name) is not None

    def log(self, name: str) -> Path:
        return self.supervisor.log(name)

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + self._seconds
        deaths: set[int] = set()
        while not ready():
            process = self.supervisor.processes()[name]
            if process["statename"] == BACKOFF:
                deaths.add(process["stop"])
            if process["statename"] == FATAL or len(deaths) > 2:
                raise NotReady(name, "ends again and again", self.supervisor.last_lines(name))
            if time.monotonic() > end:
                culprit, why = self._culprit(name)
                late = f"is not ready after {self._seconds:.0f} s{why}"
                raise NotReady(culprit, late, self.supervisor.last_lines(culprit))
            time.sleep(0.1)

    def _culprit(self, name: str) -> tuple[str, str]:
        """Whose fault it is, and why. The edge is not ready as long as a service is not: name that one."""
        if name == "edge":
            for part, state in health.parts(self.edge_address + "/health/ready").items():
                if state != "ok":
                    return (part if part in NAMES else name), f" ({state})"
        return name, ""

    def _refuse_taken_ports(self, programs: Iterable[Program]) -> None:
        down = {name for name, process in self.supervisor.processes().items() if not process["pid"]}
        for program in programs:
            for port in program.ports if program.name in down else ():
                check_free(port, getattr(self.ports, port), self.host if port == "edge" else "127.0.0.1")


def _expand(names: tuple[str, ...]) -> set[str]:
    expanded = {part for name in names for part in _ALIASES.get(name, (name,))}
    if unknown := expanded.difference(NAMES):
        raise Trouble(f"There is no {', '.join(sorted(unknown))} in a stack; there is {', '.join(NAMES)}.")
    return expanded
