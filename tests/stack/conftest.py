"""A real Swarm for the stack: built, pushed, deployed by the operator's own targets, on this machine's engine.

It needs an engine that manages a Swarm. Settings are those of stack/swarm/settings.py (BASES, BASE_REGISTRY, …).
Stack, registry and ports are the tests' own, so a stack that runs here is left alone; what they made is removed at the
end, volumes and secrets included.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from stack.local import Ports
from stack.local.errors import Trouble
from stack.swarm import safekeeping, settings
from stack.swarm.docker import Docker
from stack.swarm.registry import certificates
from stack.swarm.settings import ROOT
from tests.system.people import MANY, eventually

STACK = "datalab-test"
MAIL_USER = "datalab@shop.test"
MAIL_PASSWORD = secrets.token_urlsafe(24)


def own_address() -> str:
    """This machine's, not of the loopback: where Docker uses the registry's certificates."""
    told = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout.split()
    assert told, "this machine has no address but the loopback"
    return told[0]


class Operator:
    """Calls the Makefile's targets, as a person would."""

    def __init__(self) -> None:
        ports = Ports.free()
        self.front = f"http://localhost:{ports.edge}"
        self.edge = f"http://localhost:{ports.shop}"
        self.environment = {
            "STACK": STACK,
            "REGISTRY": f"{own_address()}:{ports.broker}",
            "TAG": "first",
            "HTTP_PORT": str(ports.edge),
            "EDGE_PORT": str(ports.shop),
            "PUBLIC_URL": self.front,
            "FRONT_SUBNET": "10.87.2.0/24",
            "OVERLAYS": "mail mail-login",
            "SMTP_HOST": own_address(),
            "SMTP_PORT": str(ports.database),
            "SMTP_SECURITY": "none",
            "SMTP_USER": MAIL_USER,
            **MANY,
        }
        if bases := os.environ.get("BASES"):
            stand_ins = f"{sys.executable} -m tests.stack.stand_ins"
            self.environment |= {"BASES": stand_ins, "STAND_INS_BY": bases}
        self.mail_port = ports.database
        self.tls_port = ports.broker_node
        self.docker = Docker(self.settings())

    def settings(self) -> settings.Settings:
        return settings.load({**os.environ, **self.environment})

    def make(self, target: str, *arguments: str, seconds: float = 600, **more: str) -> str:
        """What the target printed; fails with it."""
        environment = {**os.environ, **self.environment, **more}
        return self.run(
            ["make", "--silent", "--no-print-directory", target, *arguments], environment, seconds
        )

    def run(self, command: Sequence[str], environment: dict[str, str], seconds: float = 600) -> str:
        began = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        told = " ".join(word for word in command[-3:] if not word.startswith("-"))
        print(f"{told:<60.60}{time.monotonic() - began:7.1f} s")
        assert done.returncode == 0, f"{told}:\n{done.stdout[-8000:]}\n{done.stderr[-8000:]}"
        return done.stdout

    def counts(self) -> safekeeping.Counts:
        return safekeeping.counts(self.settings(), self.docker)

    def image(self, service: str) -> str:
        """The tag of what runs."""
        name = f"{STACK}_{service}"
        image = self.docker(
            "service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", name
        )
        return image.partition("@")[0].strip().rpartition(":")[2]

    def containers(self, service: str) -> list[str]:
        return self.docker.lines(
            "ps", "--quiet", "--filter", f"label=com.docker.swarm.service.name={STACK}_{service}"
        )

    def ready(self, url: str = "") -> bool:
        try:
            return httpx.get(f"{url or self.front}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def user_of(self, image: str, tag: str) -> str:
        """The number that its program runs as."""
        name = f"{self.environment['REGISTRY']}/{image}:{self.settings().environment[tag]}"
        return self.docker("run", "--rm", "--network", "none", "--entrypoint", "id", name, "-u").strip()

    def empty(self) -> None:
        """Undeploy it, and remove everything it has kept but its secrets."""
        self.make("undeploy")
        for volume in self.docker.lines("volume", "ls", "--quiet", "--filter", f"name={STACK}_"):
            self.docker("volume", "rm", volume)

    def clean(self) -> None:
        shutil.rmtree(certificates(self.settings()), ignore_errors=True)
        for stack in (STACK, f"{STACK}-registry"):
            self.docker("stack", "rm", stack)
        eventually(lambda: not self.docker.lines("ps", "--quiet", "--filter", f"name={STACK}"), 60)
        for kind in ("volume", "secret"):
            names = self.docker.lines(kind, "ls", "--format", "{{.Name}}", "--filter", f"name={STACK}")
            for name in names:
                eventually(lambda kind=kind, name=name: self.docker.works(kind, "rm", name), 20)  # type: ignore[misc]
        built = f"reference={self.environment['REGISTRY']}/*"
        if images := self.docker.lines(
            "image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "--filter", built
        ):
            self.docker.works("image", "rm", "--force", *images)


@pytest.fixture(scope="session")
def prepared() -> Iterator[Operator]:
    """With a registry that has the images, and with the secrets."""
    operator = Operator()
    try:
        operator.docker.need_swarm()
    except Trouble as trouble:
        pytest.exit(f"The stack is tried in a real Swarm. {trouble}", returncode=1)
    try:
        operator.make("registry")
        operator.make("images", seconds=900)
        assert eventually(lambda: _well(operator), 60), "the registry does not get well"
        operator.make("push")
        operator.make("secrets")
        operator.docker("secret", "create", f"{STACK}_smtp_password_1", "-", given=MAIL_PASSWORD)
        yield operator
    finally:
        operator.clean()


@pytest.fixture(scope="session")
def operator(prepared: Operator) -> Operator:
    """With the stack deployed, and all of it well."""
    prepared.make("deploy")
    assert eventually(prepared.ready, 60), httpx.get(f"{prepared.front}/health/ready").text
    return prepared


def _well(operator: Operator) -> bool:
    states = operator.docker.lines("ps", "--format", "{{.Status}}", "--filter", f"name={STACK}-registry")
    return any("(healthy)" in state for state in states)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup") / "first"
