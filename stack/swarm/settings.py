"""The operator's settings: from the environment, or from lines `NAME=value` in `.env` beside the Makefile.

REGISTRY=datalab-registry.dev:5000   where images are pushed to and pulled from
TAG=<commit>                         the version of the images; by default the commit checked out
STACK=datalab                        the stack's name in the Swarm
OVERLAYS=                            files of stack/ to add, e.g. "tls metrics"
PUBLIC_URL=http://localhost          where browsers reach the front door
PLATFORMS=linux/arm64,linux/amd64    what buildx builds for; without buildx it is this machine's own
BASE_REGISTRY=                       put before each base image's name, e.g. mirror.example/library/
BASES=                               a command that brings base images, given their names, where none can be pulled
DOCKER=docker                        the docker to call
SECONDS_TO_DEPLOY=600                how long the stack may take to be well
and every ${…} of docker-stack.yml and of the overlays.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stack.local.errors import Trouble
from stack.local.settings import dotenv

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = (
    "analysis-shares",
    "broker-cluster",
    "database-set",
    "databases",
    "edges",
    "mail",
    "mail-login",
    "metrics",
    "shards",
    "tls",
)


@dataclass(frozen=True)
class Settings:
    registry: str
    tag: str
    stack: str
    overlays: tuple[str, ...]
    platforms: str
    base_registry: str
    bases: str
    docker: str
    seconds: float
    environment: dict[str, str] = field(repr=False)
    """for docker, and for what the stack's files leave open"""

    def image(self, name: str) -> str:
        return f"{self.registry}/{name}:{self.environment.get(f'{name.upper()}_TAG', self.tag)}"


def load(environment: Mapping[str, str] | None = None) -> Settings:
    given = dotenv(ROOT / ".env") | dict(os.environ if environment is None else environment)
    overlays = tuple(given.get("OVERLAYS", "").replace(",", " ").split())
    if unknown := sorted(set(overlays) - set(OVERLAYS)):
        raise Trouble(f"OVERLAYS: there is no {', '.join(unknown)}; there is {', '.join(OVERLAYS)}.")
    seconds = given.get("SECONDS_TO_DEPLOY", "600")
    if not seconds.isdecimal():
        raise Trouble(f"SECONDS_TO_DEPLOY must be a whole number of seconds, not {seconds!r}.")
    tag = given.get("TAG") or commit()
    defaults = {
        "REGISTRY": given.get("REGISTRY") or "datalab-registry.dev:5000",
        "TAG": tag,
        "STACK": given.get("STACK") or "datalab",
        # Of every service alike: queues keep the kind they were made with.
        "QUEUE_TYPE": "quorum" if "broker-cluster" in overlays else "classic",
        # An overlay cannot say so itself: Docker takes a 0 in it for nothing said.
        "DATABASE_REPLICAS": "0" if "databases" in overlays else "1",
        "PUBLIC_URL": (given.get("PUBLIC_URL") or "http://localhost").rstrip("/"),
        # They change seldom, and to start them anew stops everything: their version is that of their own files.
        "BROKER_TAG": given.get("BROKER_TAG") or commit("stack/broker", "stack/images/broker.Dockerfile"),
        "DATABASE_TAG": given.get("DATABASE_TAG")
        or commit("stack/database", "stack/images/database.Dockerfile"),
    }
    return Settings(
        registry=defaults["REGISTRY"],
        tag=tag,
        stack=defaults["STACK"],
        overlays=overlays,
        platforms=given.get("PLATFORMS") or "linux/arm64,linux/amd64",
        base_registry=given.get("BASE_REGISTRY", ""),
        bases=given.get("BASES", ""),
        docker=given.get("DOCKER") or "docker",
        seconds=float(seconds),
        environment={**given, **defaults},
    )


def commit(*paths: str) -> str:
    """The commit checked out, or the last one that changed one of these; `-dirty` where something is not committed."""
    at = _git("log", "-1", "--format=%H", "--", *paths).strip()
    return at + ("-dirty" if _git("status", "--porcelain", "--", *paths).strip() else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"git cannot say which commit this is: {done.stderr.strip()}; set TAG.")
    return done.stdout
