"""What Nameko's clients read."""

from typing import Any

import msgspec
import pytest

from services.contracts.config import PutFunnel
from services.contracts.errors import InvalidInput, TooManyRequests
from services.hosting.rpc import Request
from services.hosting.wire import invalid_input, remote_error

ACTOR = {"user": "u", "organisation": "o"}
STAGE = {"name": "a", "trigger": "url", "value": "/"}


@pytest.mark.parametrize(
    ("kwargs", "field"),
    [
        ({"actor": ACTOR, "app": 1, "funnel": {}}, "app"),
        ({"actor": ACTOR, "funnel": {}}, "app"),
        ({"actor": ACTOR, "app": "a", "funnel": {}, "more": 1}, "more"),
        ({"actor": ACTOR, "app": "a", "funnel": {"stages": [STAGE, {**STAGE, "value": 3}]}}, "funnel.stages[1].value"),
        ({"actor": ACTOR, "app": "a", "funnel": {"stages": [STAGE, {"name": "x"}]}}, "funnel.stages[1].trigger"),
        ({"actor": {"user": "u"}, "app": "a", "funnel": {}}, "actor.organisation"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(kwargs: dict[str, Any], field: str) -> None:
    with pytest.raises(msgspec.ValidationError) as wrong:
        msgspec.json.decode(msgspec.json.encode({"args": [], "kwargs": kwargs}), type=Request[PutFunnel])
    assert invalid_input(wrong.value, within="kwargs").field == field


def test_what_is_no_json_names_no_field() -> None:
    with pytest.raises(msgspec.DecodeError) as wrong:
        msgspec.json.decode(b"{")
    assert invalid_input(wrong.value).field is None


def test_a_refusal_keeps_its_arguments_as_they_are() -> None:
    error = remote_error(TooManyRequests("slowly", retry_after=7))
    assert (error.exc_type, error.exc_args) == ("TooManyRequests", ["slowly", None, 7])
    assert error.exc_path == "services.contracts.errors.TooManyRequests"
    assert remote_error(InvalidInput("bad", field="x")).value == "x: bad"


def test_arguments_that_json_has_no_word_for_are_given_as_text() -> None:
    assert remote_error(ValueError(b"raw", {1})).exc_args == ["b'raw'", "{1}"]
