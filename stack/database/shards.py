"""Makes the record's shards: the config servers' set, the shards' own, and what the router must know of them.

    MONGO_ROUTER   host:port of mongos
    MONGO_SETS     name/host:port of each set, comma separated, the config servers' first

The frames are sharded by app and by their id, which begins with the session: a session stays together, and a frame sent
twice meets itself. Everything is done again where it is missing, and nothing else is ever changed.
"""

from collections.abc import Iterator, Sequence

from pymongo.errors import OperationFailure

from stack.database.addresses import Address, Client

FRAMES = "frames"
"""services/analysis/record.py"""
KEY = {"app": 1, "_id": 1}
_ALREADY_SHARDED = 23


def sets(text: str) -> Iterator[tuple[str, str]]:
    """(name, first member) of each set. Raises ValueError."""
    for each in text.split(","):
        name, slash, member = each.partition("/")
        if not (name and slash and member):
            raise ValueError(f"MONGO_SETS: {each!r} is not name/host:port")
        yield name, member


def initiation(name: str, member: str, is_config: bool) -> dict[str, object]:
    """What a set of one member is begun with."""
    begun: dict[str, object] = {"_id": name, "members": [{"_id": 0, "host": member}]}
    return {**begun, "configsvr": True} if is_config else begun


def add(router: Client, shards: Sequence[tuple[str, str]]) -> bool:
    there = {shard["_id"] for shard in router.admin.command("listShards")["shards"]}
    for name, member in shards:
        if name not in there:
            router.admin.command("addShard", f"{name}/{member}", name=name)
    return True


def divide(router: Client, database: Address) -> bool:
    """Have the database's frames spread over the shards."""
    router.admin.command("enableSharding", database.database)
    try:
        router.admin.command("shardCollection", f"{database.database}.{FRAMES}", key=KEY)
    except OperationFailure as failure:
        if failure.code != _ALREADY_SHARDED:
            raise
    return True
