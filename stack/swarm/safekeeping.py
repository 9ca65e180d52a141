"""Backup, restore, and MongoDB on one member again: `python -m stack.database` on an errand; its files are in a
folder of the node that keeps the data.
"""

import json
import time
from pathlib import Path

from stack.local.errors import Trouble
from stack.swarm import deploy
from stack.swarm.docker import Docker
from stack.swarm.errand import Errand
from stack.swarm.secrets import AGENTS
from stack.swarm.settings import ROOT, Settings

Counts = dict[str, dict[str, int]]


def backup(settings: Settings, docker: Docker, folder: Path | None = None) -> Path:
    """Returns the folder it is in: `backups/<UTC time>` of the checkout where none is named."""
    folder = folder or ROOT / "backups" / time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    deploy.need_stack(settings, docker)
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise Trouble(f"{folder} is there already: a backup makes a folder of its own.") from error
    folder.chmod(0o777)  # written by the user of the image; it is closed below
    try:
        print(_database(settings).run(settings, docker, "backup", "/backup", bound=folder), end="")
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
        print(_database(settings).run(settings, docker, *arguments, bound=folder), end="")
    finally:
        folder.chmod(mode)
    # What they remember (keys, configs, revocations) is of before.
    for name in deploy.running(settings, docker, "services", "edge"):
        docker("service", "update", "--force", "--detach", f"{settings.stack}_{name}")
    deploy.wait(settings, docker)
    print("Restored. The reports are complete again when analysis has read the record.")


def leave_first_alone(settings: Settings, docker: Docker) -> None:
    """Before the overlay `database-set` is taken away."""
    _database(settings).run(settings, docker, "alone")
    print("The first member has the set for itself: deploy without the overlay database-set.")


def _database(settings: Settings) -> Errand:
    uris = {f"mongo_uri_{database}" for database in AGENTS}
    if "shards" in settings.overlays:
        uris = uris - {"mongo_uri_analysis"} | {"mongo_uri_record"}
    return Errand("stack.database", "data", ("mongo_keyfile", *sorted(uris)))


def counts(settings: Settings, docker: Docker) -> Counts:
    """Documents of each collection of each database."""
    return json.loads(_database(settings).run(settings, docker, "counts"))
