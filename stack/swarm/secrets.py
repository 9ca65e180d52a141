"""The stack's secrets, made at random and given to Docker alone: nothing is written on this machine.

A secret that exists is left as it is. Those that hold the same password are made together or not at all.
"""

import json
import secrets

from stack.local.broker import USER, password_hash
from stack.local.errors import Trouble
from stack.swarm.docker import Docker
from stack.swarm.settings import Settings

# database -> the swarm name of the service that owns it, which is its user's name too
AGENTS = {
    "users": "user-meta-agent",
    "auth": "user-auth-agent",
    "apps": "app-meta-agent",
    "config": "app-config-agent",
    "tokens": "app-token-agent",
    "notifications": "notify-live-agent",
    "analysis": "event-analysis-agent",
}


def make(settings: Settings, docker: Docker) -> None:
    docker.need_swarm()
    there = _there(settings, docker)
    fresh = {name: text for name, text in _all().items() if name not in there}
    together = {"amqp_uri", "broker_definitions"}
    if len(half := together & there) == 1:
        raise Trouble(
            f"Of {' and '.join(sorted(together))} one is missing, and they hold the same password: remove the other"
            f" one too, docker secret rm {settings.stack}_{half.pop()} (in use: after `make undeploy`)."
        )
    for name, text in fresh.items():
        docker("secret", "create", f"{settings.stack}_{name}", "-", given=text)
    print(f"{len(fresh)} secrets made, {len(there)} were there.")


def missing(settings: Settings, docker: Docker) -> list[str]:
    return sorted(_all().keys() - _there(settings, docker))


def _there(settings: Settings, docker: Docker) -> set[str]:
    prefix = f"{settings.stack}_"
    names = docker.lines("secret", "ls", "--format", "{{.Name}}")
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)} & _all().keys()


def _all() -> dict[str, str]:
    broker = secrets.token_urlsafe(32)
    return {
        "amqp_uri": f"amqp://{USER}:{broker}@broker:5672/",
        "broker_definitions": json.dumps(definitions(broker)),
        "broker_cookie": secrets.token_hex(32),
        "ticket_key": secrets.token_hex(64),
        "mongo_keyfile": secrets.token_hex(256),
        "grafana_password": secrets.token_urlsafe(24),
        "mongo_uri_record": _mongo_uri("event-analysis-agent", "record-router:27017", ""),
        **{f"mongo_uri_{database}": _mongo_uri(agent) for database, agent in AGENTS.items()},
    }


def _mongo_uri(agent: str, at: str = "", of_set: str = "replicaSet=datalab&") -> str:
    password = secrets.token_urlsafe(32)
    return f"mongodb://{agent}:{password}@{at or f'{agent}-db:27017'}/{agent}?{of_set}authSource={agent}"


def definitions(password: str) -> dict[str, object]:
    """What RabbitMQ imports at every start: the one user, and what it may do."""
    hashed = password_hash(password, secrets.token_bytes(4))
    return {
        "users": [
            {
                "name": USER,
                "password_hash": hashed,
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
        ],
        "vhosts": [{"name": "/"}],
        "permissions": [{"user": USER, "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
    }
