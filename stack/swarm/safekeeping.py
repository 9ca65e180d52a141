"""Backup and restore: `python -m stack.database`, run once inside the stack's network, by a service of the Swarm on the
node that keeps the data; its files are in a folder of that node.
"""

import json
import time
from pathlib import Path

from stack.local.errors import CommandFailed, Trouble
from stack.swarm import deploy
from stack.swarm.docker import Docker
from stack.swarm.secrets import AGENTS
from stack.swarm.settings import ROOT, Settings

SECRETS = ("mongo_keyfile", *(f"mongo_uri_{database}" for database in AGENTS))
LONGEST = 6 * 3600.0
"""seconds"""
Counts = dict[str, dict[str, int]]
USER = "10001"


def backup(settings: Settings, docker: Docker, folder: Path | None = None) -> Path:
    """Returns the folder it is in: `backups/<UTC time>` of the checkout where none is named."""
    folder = folder or ROOT / "backups" / time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    folder.mkdir(parents=True)
    folder.chmod(0o777)  # written by the user of the image; it is closed below
    try:
        print(_run(settings, docker, "backup", "/backup", bound=folder), end="")
    finally:
        folder.chmod(0o700)
    print(f"The backup is in {folder}.")
    return folder


def restore(settings: Settings, docker: Docker, folder: Path, replace: bool) -> None:
    if not (folder / "manifest.json").is_file():
        raise Trouble(f"{folder} holds no backup: give FROM=backups/….")
    mode = folder.stat().st_mode
    folder.chmod(0o755)
    try:
        arguments = ("restore", "/backup", *(("--replace",) if replace else ()))
        print(_run(settings, docker, *arguments, bound=folder), end="")
    finally:
        folder.chmod(mode)
    # What they remember (keys, configs, revocations) is of before.
    for name in (*AGENTS.values(), "event-record-agent", "api-bff"):
        docker("service", "update", "--force", "--detach", f"{settings.stack}_{name}")
    deploy.wait(settings, docker)
    print("Restored. The reports are complete again when analysis has read the record.")


def counts(settings: Settings, docker: Docker) -> Counts:
    """Documents of each collection of each database."""
    return json.loads(_run(settings, docker, "counts"))


def _run(settings: Settings, docker: Docker, *arguments: str, bound: Path | None = None) -> str:
    name = f"{settings.stack}-{arguments[0]}-{time.time_ns()}"
    options = [
        *("--name", name, "--detach", "--restart-condition", "none", "--endpoint-mode", "dnsrr"),
        *("--network", f"{settings.stack}_data", "--constraint", f"node.labels.{deploy.LABEL} == true"),
        *("--read-only", "--cap-drop", "ALL", "--limit-memory", "256M", "--no-healthcheck"),
        *("--mount", "type=tmpfs,target=/tmp", "--with-registry-auth", "--entrypoint", "python3"),
    ]
    for secret in SECRETS:
        source = f"source={settings.stack}_{secret},target={secret}"
        options += ["--secret", f"{source},uid={USER},gid={USER},mode=0400"]
    if bound:
        options += ["--mount", f"type=bind,source={bound.resolve()},target=/backup"]
    image = docker(
        "service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", _prepare(settings)
    )
    docker("service", "create", *options, image.strip(), "-m", "stack.database", *arguments)
    try:
        return _outcome(docker, name)
    finally:
        docker("service", "rm", name)


def _prepare(settings: Settings) -> str:
    return f"{settings.stack}_{deploy.ONE_SHOT}"


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
