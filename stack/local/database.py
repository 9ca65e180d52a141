"""A private one-node MongoDB replica set with access control, and in it a database and a user per service.

mongod comes from its wheel in the venv, or from the setting MONGOD (a path) where the wheel does not exist.
A user may read and write its own database and nothing else.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stack.local.credentials import Credentials
from stack.local.errors import PackageMissing, Trouble
from stack.local.ports import LOOPBACK, Ports
from stack.local.programs import VENV, Program

if TYPE_CHECKING:  # the bootstrap reads this file before there is a pymongo
    from pymongo import MongoClient

    Client = MongoClient[dict[str, Any]]  # Any: the server's own documents

DATABASES = ("users", "auth", "apps", "config", "tokens", "notifications", "analysis")
REPLICA_SET = "datalab"
_UNAUTHORISED = 13
_ALREADY_INITIALISED = 23


class Database:
    def __init__(
        self,
        run: Path,
        ports: Ports,
        credentials: Credentials,
        mongod: str | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.data = run / "database"
        self.ports = ports
        self.credentials = credentials
        self.mongod = mongod
        self.options = options

    def uri(self, name: str) -> str:
        """For the service that owns the database `name`."""
        password = self.credentials.password(f"mongo_{name}")
        return (
            f"mongodb://{name}:{password}@{self._address}/{name}?replicaSet={REPLICA_SET}&authSource={name}"
        )

    def admin_uri(self) -> str:
        password = self.credentials.password("mongo_admin")
        return f"mongodb://admin:{password}@{self._address}/?replicaSet={REPLICA_SET}&authSource=admin"

    @property
    def _address(self) -> str:
        return f"{LOOPBACK}:{self.ports.database}"

    def program(self) -> Program:
        self.data.mkdir(parents=True, exist_ok=True)
        command = (
            find_mongod(self.mongod),
            *("--dbpath", str(self.data), "--bind_ip", LOOPBACK, "--port", str(self.ports.database)),
            *("--replSet", REPLICA_SET, "--keyFile", str(self.credentials.key_file("mongo_keyfile"))),
            *("--wiredTigerCacheSizeGB", "0.25", "--oplogSize", "256"),
            *("--wiredTigerCollectionBlockCompressor", "zstd"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            # of a process that dies, and others who change the same wait for it
            *("--setParameter", "transactionLifetimeLimitSeconds=5"),
            *("--nounixsocket", "--quiet"),
            *self.options,
        )
        return Program("database", command, {"HOME": str(self.data)}, stop_seconds=30, ports=("database",))

    def ready(self) -> bool:
        """It is the primary of its set; the set is made here when there is none yet."""
        from pymongo.errors import PyMongoError

        try:
            with self._connect() as stranger:
                hello = stranger.admin.command("hello")
                if (
                    not hello.get("isWritablePrimary")
                    and "setName" not in hello
                    and not self._initiate(stranger)
                ):
                    self._move()
        except PyMongoError:
            return False
        return bool(hello.get("isWritablePrimary"))

    def prepare(self) -> None:
        """Make the users that are missing."""
        from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

        self._first_user()
        try:
            with self._admin() as admin:
                there = {
                    str(user["_id"])
                    for user in admin.admin.command("usersInfo", {"forAllDBs": True})["users"]
                }
                for name in DATABASES:
                    if f"{name}.{name}" not in there:
                        password = self.credentials.password(f"mongo_{name}")
                        admin[name].command("createUser", name, pwd=password, roles=["readWrite"])
        except (OperationFailure, ServerSelectionTimeoutError) as failure:
            if "Authentication failed" not in str(failure):
                raise
            raise Trouble(
                f"The database in {self.data} was made with other passwords than those in"
                f" {self.credentials.folder}: bring the old secrets back, or `make clean` to start anew."
            ) from failure

    def _first_user(self) -> None:
        """The administrator. Whoever comes from this machine may make it, as long as there is no user at all."""
        from pymongo.errors import OperationFailure

        try:
            with self._connect() as stranger:
                password = self.credentials.password("mongo_admin")
                stranger.admin.command("createUser", "admin", pwd=password, roles=["root"])
        except OperationFailure as failure:
            if failure.code != _UNAUTHORISED:
                raise

    def _initiate(self, stranger: "Client") -> bool:
        """False where a set has been made before."""
        from pymongo.errors import OperationFailure

        member = {"_id": 0, "host": self._address}
        try:
            stranger.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member]})
        except OperationFailure as failure:
            if failure.code not in (_UNAUTHORISED, _ALREADY_INITIALISED):
                raise
            return False
        return True

    def _move(self) -> None:
        """The port has changed since the set was made: who is not in its own list never leads."""
        with self._admin() as admin:
            config = admin.admin.command("replSetGetConfig")["config"]
            config["members"][0]["host"] = self._address
            config["version"] += 1
            admin.admin.command("replSetReconfig", config, force=True)

    def _admin(self) -> "Client":
        return self._connect(
            username="admin", password=self.credentials.password("mongo_admin"), authSource="admin"
        )

    def _connect(self, **login: Any) -> "Client":  # Any: options as pymongo takes them
        from pymongo import MongoClient

        here = (LOOPBACK, self.ports.database)
        return MongoClient(*here, directConnection=True, serverSelectionTimeoutMS=2000, **login)


def find_mongod(configured: str | None) -> str:
    if configured:
        if not Path(configured).is_file():
            raise PackageMissing(f"MONGOD is {configured}, where no file is.")
        return configured
    if wheel := next(iter(sorted(VENV.glob("lib/python3*/site-packages/fiftyone/db/bin/mongod"))), None):
        return str(wheel)
    if found := shutil.which("mongod"):
        return found
    raise PackageMissing(
        "There is no mongod for this machine in a wheel: install MongoDB and set MONGOD to its path."
    )
