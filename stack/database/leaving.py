"""Makes the replica set one of its first member alone again, so that the others may be taken away: a member that the
others have left behind has no majority, and takes no writes.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo.errors import PyMongoError

from stack.database import addresses
from stack.database.addresses import SECRETS

log = logging.getLogger(__name__)

PATIENCE = 120.0
"""seconds for the first member to catch up and become primary"""
PAUSE = 1.0
PREFERRED = 2.0

Config = dict[str, Any]  # Any: MongoDB's own documents


class StillTogether(Exception):
    """A member did not leave, or the first did not become primary, in time."""


def leave_first_alone(secrets: Path = SECRETS) -> None:
    """What the first member has not copied yet, it copies before it becomes primary."""
    host = addresses.read(secrets)[0].host
    _until(lambda: _step(host, secrets))


def _step(host: str, secrets: Path) -> bool:
    """One change of the set, as MongoDB takes one at a time; true when there is nothing more to change."""
    with addresses.primary(host, secrets) as client:
        config: Config = client.admin.command("replSetGetConfig")["config"]
        first, *others = sorted(config["members"], key=lambda member: member["_id"])
        if not others and first["priority"] == 1:
            log.info("%s is alone", first["host"])
            return True
        if client.admin.command("hello")["primary"] == first["host"]:
            log.info("without %s", ", ".join(member["host"] for member in others[-1:]) or "its preference")
            remaining = [first, *others[:-1]]
            first["priority"] = PREFERRED if len(remaining) > 1 else 1.0
        else:
            remaining = [first, *others]
            if first["priority"] == PREFERRED:
                return False  # it is being elected
            first["priority"] = PREFERRED
        changed = {**config, "members": remaining, "version": config["version"] + 1}
        client.admin.command("replSetReconfig", changed)
    return False


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if done():
                return
            why = "it takes longer than that"
        except PyMongoError as error:
            why = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        if time.monotonic() > end:
            raise StillTogether(f"the set is as it is after {PATIENCE:.0f} s: {why}")
        time.sleep(PAUSE)
