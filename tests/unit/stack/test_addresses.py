"""Where a database's commands go. A server that has just started is stood in for."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from pymongo.errors import PyMongoError

from stack.database import addresses


def test_a_server_that_has_not_found_its_set_yet_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    started = SimpleNamespace(admin=SimpleNamespace(command=lambda _: {"isreplicaset": True}))
    monkeypatch.setattr(addresses, "direct", lambda *_: nullcontext(started))
    with pytest.raises(PyMongoError, match="database has not found its replica set yet"):
        addresses.primary("database")
