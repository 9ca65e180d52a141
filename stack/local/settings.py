"""The settings of the local runner: from the environment, or from lines `NAME=value` in `.env` beside the Makefile.

DATALAB_RUN=.run          where its state, logs and secrets are
DATALAB_PORT=8080         dashboard and edge; the others' settings are in ports.py
EDGE_HOST=127.0.0.1       the address the edge listens on; 0.0.0.0 lets others in
PUBLIC_URL=http://localhost:8080    the edge as a browser reaches it
DEMO=1                    0: no demo organisation, no shop
MONGOD=                   a mongod to take instead of the wheel's
START_SECONDS=60          how long a process may take to get ready
LOG_LEVEL, ANALYSIS_MEMORY, and whatever else `.env` sets goes to the edge and the services as it is
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stack.local.errors import Trouble
from stack.local.ports import LOOPBACK, Ports
from stack.local.programs import ROOT

PASSED_ON = ("LOG_LEVEL", "ANALYSIS_MEMORY")


@dataclass(frozen=True)
class Settings:
    run: Path
    ports: Ports
    host: str
    public_url: str
    demo: bool
    mongod: str | None
    seconds: float
    passed_on: dict[str, str]

    @property
    def only_here(self) -> bool:
        """Nobody but this machine reaches the edge."""
        return self.host in {LOOPBACK, "localhost", "::1"}


def load(
    run: str | None = None, port_base: int | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    from_file = dotenv(ROOT / ".env")
    merged = from_file | dict(os.environ if environment is None else environment)
    ports = Ports.from_environment(merged, port_base)
    seconds = merged.get("START_SECONDS", "60")
    if not seconds.isdecimal():
        raise Trouble(f"START_SECONDS must be a whole number of seconds, not {seconds!r}.")
    return Settings(
        run=(ROOT / (run or merged.get("DATALAB_RUN") or ".run")).resolve(),
        ports=ports,
        host=merged.get("EDGE_HOST") or LOOPBACK,
        public_url=(merged.get("PUBLIC_URL") or f"http://localhost:{ports.edge}").rstrip("/"),
        demo=merged.get("DEMO", "1").lower() not in {"0", "no", "false"},
        mongod=merged.get("MONGOD") or None,
        seconds=float(seconds),
        passed_on={name: merged[name] for name in {*PASSED_ON, *from_file} if merged.get(name)},
    )


def dotenv(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    if bad := [name for name, equals, _ in pairs if not equals]:
        raise Trouble(f".env: every line must be NAME=value, unlike {bad[0]!r}.")
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
