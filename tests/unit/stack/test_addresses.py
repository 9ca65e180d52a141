"""Where a database's commands go. A server that has just started is stood in for."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from pymongo.errors import NotPrimaryError, PyMongoError

from stack.database import __main__, addresses


def test_a_server_that_has_not_found_its_set_yet_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    started = SimpleNamespace(admin=SimpleNamespace(command=lambda _: {"isreplicaset": True}))
    monkeypatch.setattr(addresses, "direct", lambda *_: nullcontext(started))
    with pytest.raises(PyMongoError, match="database has not found its replica set yet"):
        addresses.primary("database")


def test_a_set_that_is_not_there_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def counts() -> None:
        raise NotPrimaryError("database:27017 has not found its replica set yet")

    monkeypatch.setattr(__main__, "counts", counts)
    monkeypatch.setattr("sys.argv", ["stack.database", "counts"])
    with pytest.raises(SystemExit, match=r"^database:27017 has not found its replica set yet$"):
        __main__.main()
