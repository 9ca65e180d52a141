"""Which databases there are: read from the addresses the services are given."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from pymongo import MongoClient
from pymongo.errors import NotPrimaryError
from pymongo.uri_parser import parse_uri

SECRETS = Path("/run/secrets")

Client = MongoClient[dict[str, Any]]  # Any: the server's own documents


class Address(msgspec.Struct, frozen=True):
    """One service's own database."""

    host: str
    """`name:port`"""
    database: str
    user: str
    password: str


def read(secrets: Path = SECRETS) -> list[Address]:
    """Every database once, though recorder and analysis share one."""
    return sorted(
        {address(path.read_text().strip()) for path in secrets.glob("mongo_uri_*")},
        key=lambda each: each.database,
    )


def address(uri: str) -> Address:
    parts = parse_uri(uri)
    ((host, port),) = parts["nodelist"]
    return Address(f"{host}:{port}", parts["database"], parts["username"], parts["password"])


def by_host(addresses: Iterable[Address]) -> dict[str, list[Address]]:
    hosts: dict[str, list[Address]] = {}
    for each in addresses:
        hosts.setdefault(each.host, []).append(each)
    return hosts


def direct(host: str, secrets: Path = SECRETS) -> Client:
    """As `__system`, at this very server, whatever its place in the replica set."""
    return MongoClient(host, directConnection=True, **_system(secrets))


def primary(host: str, secrets: Path = SECRETS) -> Client:
    """As `__system`, at the primary of the set that this server belongs to, or at this router of shards.

    Raises PyMongoError where it does not answer, or has not found its set yet.
    """
    with direct(host, secrets) as one:
        hello = one.admin.command("hello")
    if hello.get("msg") == "isdbgrid":
        return direct(host, secrets)
    if "setName" not in hello:
        raise NotPrimaryError(f"{host} has not found its replica set yet")
    return MongoClient(host, replicaSet=hello["setName"], **_system(secrets))


def _system(secrets: Path) -> dict[str, Any]:  # Any: options as pymongo takes them
    return {
        "username": "__system",
        "password": "".join((secrets / "mongo_keyfile").read_text().split()),
        "authSource": "local",
        "serverSelectionTimeoutMS": 5000,
        "tz_aware": True,
        # To listen for news takes a client twice as many threads, and dozens are made in a row.
        "serverMonitoringMode": "poll",
    }
