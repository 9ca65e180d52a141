"""Makes what the services expect of MongoDB: the replica set, and a user with a database for each service.

Does again whatever is missing, so it runs at every deploy; a password that has changed is set anew. Nothing is
ever removed.
"""

import logging
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pymongo.errors import OperationFailure, PyMongoError

from stack.database import addresses, shards
from stack.database.addresses import SECRETS, Address, Client

log = logging.getLogger(__name__)

REPLICA_SET = "datalab"
PATIENCE = 300.0
"""seconds for a server to start and to become primary"""
PAUSE = 1.0
_USER_NOT_FOUND = 11
_ALREADY_INITIALISED = 23


class NotPrepared(Exception):
    """A server did not come up, or nobody became primary, in time."""


def prepare(secrets: Path = SECRETS) -> None:
    """`MONGO_MEMBERS`: all members of the set, comma separated, where it has more than one."""
    members = [member for member in os.environ.get("MONGO_MEMBERS", "").split(",") if member]
    databases = addresses.read(secrets)
    if not databases:
        raise NotPrepared(f"there is no mongo_uri_… in {secrets}")
    router = os.environ.get("MONGO_ROUTER", "")
    for host, here in addresses.by_host(databases).items():
        if host == router:
            _prepare_shards(router, here, secrets)
            log.info("%s is ready for %s", host, ", ".join(each.database for each in here))
            continue
        # The first member begins the set: by the name that the clients use, any of them might answer.
        _Server(members[0] if members else host, secrets).prepare(here, members)
        log.info("%s is ready for %s", host, ", ".join(each.database for each in here))


def _prepare_shards(router: str, databases: Sequence[Address], secrets: Path) -> None:
    config, *shards_ = shards.sets(os.environ.get("MONGO_SETS", ""))
    for name, member in (config, *shards_):
        server = _Server(member, secrets, shards.initiation(name, member, is_config=name == config[0]))
        server.begin()
    server = _Server(router, secrets)
    with addresses.direct(router, secrets) as client:
        server.until(lambda: shards.add(client, shards_))
        for each in databases:
            server.until(lambda each=each: _allow(client, each))  # type: ignore[misc]  # bound at once
            server.until(lambda each=each: shards.divide(client, each))  # type: ignore[misc]


class _Server:
    def __init__(self, host: str, secrets: Path, begun_with: dict[str, Any] | None = None) -> None:
        self.host = host
        self.secrets = secrets
        self.begun_with = begun_with
        self.end = time.monotonic() + PATIENCE

    def prepare(self, databases: Sequence[Address], members: Sequence[str]) -> None:
        self.begin()
        with addresses.primary(self.host, self.secrets) as client:
            for each in databases:
                self.until(lambda each=each: _allow(client, each))  # type: ignore[misc]  # bound at once
            for member in members:
                self.until(lambda member=member: _join(client, member))  # type: ignore[misc]

    def begin(self) -> None:
        self.until(self._initiated)
        self.until(self._led)

    def until(self, done: Callable[[], bool]) -> None:
        while True:
            try:
                if done():
                    return
                why = "it has no primary"
            except PyMongoError as error:
                why = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            if time.monotonic() > self.end:
                raise NotPrepared(f"{self.host}: {why}")
            time.sleep(PAUSE)

    def _initiated(self) -> bool:
        """The set's first member has the name the server itself goes by: its container's host name and port."""
        with addresses.direct(self.host, self.secrets) as client:
            if "setName" in client.admin.command("hello"):
                return True
            member = client.admin.command("serverStatus")["host"]
            own = shards.initiation(
                REPLICA_SET, member if ":" in member else f"{member}:27017", is_config=False
            )
            try:
                client.admin.command("replSetInitiate", self.begun_with or own)
            except OperationFailure as failure:
                if failure.code != _ALREADY_INITIALISED:
                    raise
        return True

    def _led(self) -> bool:
        with addresses.direct(self.host, self.secrets) as client:
            return "primary" in client.admin.command("hello")


def _allow(client: Client, address: Address) -> bool:
    """A user that reads and writes its own database and nothing else."""
    database = client[address.database]
    given: dict[str, Any] = {"pwd": address.password, "roles": ["readWrite"]}  # Any: a command's arguments
    try:
        database.command("updateUser", address.user, **given)
    except OperationFailure as failure:
        if failure.code != _USER_NOT_FOUND:
            raise
        database.command("createUser", address.user, **given)
    return True


def _join(client: Client, member: str) -> bool:
    """One member at a time, each when the one before it has caught up: MongoDB takes no more in one step."""
    config = client.admin.command("replSetGetConfig")["config"]
    if member not in (each["host"] for each in config["members"]):
        number = max(each["_id"] for each in config["members"]) + 1
        config["members"].append({"_id": number, "host": member})
        config["version"] += 1
        client.admin.command("replSetReconfig", config)
    status = client.admin.command("replSetGetStatus")["members"]
    return any(each["name"] == member and each["stateStr"] in ("PRIMARY", "SECONDARY") for each in status)
