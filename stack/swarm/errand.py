"""Errands: a module of the services' image, run once inside the stack's networks, as a service of the Swarm that is
gone when it has done its work. So an operator needs neither a shell in a container nor a port into the stack.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stack.local.errors import CommandFailed
from stack.swarm import deploy
from stack.swarm.docker import Docker
from stack.swarm.settings import Settings

LONGEST = 6 * 3600.0
"""seconds"""
USER = "10001"


@dataclass(frozen=True)
class Errand:
    module: str
    network: str
    secrets: Sequence[str]
    environment: Sequence[str] = ()
    """`NAME=value`"""

    def run(self, settings: Settings, docker: Docker, *arguments: str, bound: Path | None = None) -> str:
        """What it printed; what it logged is shown. `bound`, a folder of the node that keeps the data, is its /backup.

        Raises:
            CommandFailed: it failed; with what it said.
            Trouble: the stack is not deployed.
        """
        deploy.need_stack(settings, docker)
        name = f"{settings.stack}-errand-{time.time_ns()}"
        options = [
            *("--name", name, "--detach", "--restart-condition", "none", "--endpoint-mode", "dnsrr"),
            *("--network", f"{settings.stack}_{self.network}"),
            *("--constraint", f"node.labels.{deploy.LABEL} == true"),
            *("--read-only", "--cap-drop", "ALL", "--limit-memory", "256M", "--no-healthcheck"),
            *("--mount", "type=tmpfs,target=/tmp", "--with-registry-auth", "--entrypoint", "python3"),
        ]
        for secret in self.secrets:
            source = f"source={settings.stack}_{secret},target={secret}"
            options += ["--secret", f"{source},uid={USER},gid={USER},mode=0400"]
        for variable in self.environment:
            options += ["--env", variable]
        if bound:
            options += ["--mount", f"type=bind,source={bound.resolve()},target=/backup"]
        image = docker("service", "inspect", "--format", _IMAGE, f"{settings.stack}_{deploy.ONE_SHOT}")
        docker("service", "create", *options, image.strip(), "-m", self.module, *arguments)
        try:
            return _outcome(docker, name)
        finally:
            docker("service", "rm", name)


_IMAGE = "{{.Spec.TaskTemplate.ContainerSpec.Image}}"


def _outcome(docker: Docker, name: str) -> str:
    end = time.monotonic() + LONGEST
    while True:
        tasks = docker.lines("service", "ps", "--no-trunc", "--format", "{{.CurrentState}}\t{{.Error}}", name)
        state = tasks[0] if tasks else ""
        if state.startswith("Complete"):
            said = docker._run("service", "logs", "--raw", name)
            print(said.stderr, end="", flush=True)
            return said.stdout
        if state.startswith(("Failed", "Rejected", "Shutdown")):
            said = docker._run("service", "logs", "--raw", name)
            raise CommandFailed(f"{said.stdout}{said.stderr}".strip() or state)
        if time.monotonic() > end:
            raise CommandFailed(f"{name} does not end: {state}")
        time.sleep(0.5)
