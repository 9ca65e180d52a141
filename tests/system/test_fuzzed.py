"""Whatever is sent, the edge answers: no 5xx, no hang, no connection that breaks without a word.

schemathesis makes requests up from the edge's own OpenAPI document, with a log-in and a real app; hypothesis
makes messages up for the two WebSockets. Both are bounded in time.
"""

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from stack.local import Stack
from stack.local.programs import PYTHON
from tests.system.people import Owner, Tracker

REST_SECONDS = 35
ANSWER_SECONDS = 15
"""longer than any time-out of a call behind a request"""
EXAMPLES = 40

CONFIG = """
[parameters]
"path.app" = "{app}"
"path.user" = "{user}"
"""


def test_no_request_makes_the_edge_fail(stack: Stack, tmp_path: Path) -> None:
    app = Owner(stack.edge_url).app()  # what is tried may end its log-in
    config = tmp_path / "schemathesis.toml"
    user = app.owner.registered.json()["id"]
    config.write_text(CONFIG.format(app=app.id, user=user))
    command = [
        str(Path(PYTHON).with_name("schemathesis")),
        *("--config-file", str(config), "run", f"{stack.edge_url}/schema/openapi.json"),
        *("--header", f"authorization: {app.owner.http.headers['authorization']}"),
        *("--checks", "not_a_server_error", "--max-response-time", str(ANSWER_SECONDS)),
        *("--request-timeout", str(2 * ANSWER_SECONDS), "--max-time", str(REST_SECONDS)),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--continue-on-failure"),
        *("--exclude-operation-id", "eraseVisitor", "--exclude-operation-id", "logoutEverywhere"),
        *("--generation-database", "none"),
        *("--warnings", "off", "--suppress-health-check", "all", "--no-color"),
    ]
    ran = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, timeout=3 * REST_SECONDS, check=False
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "Test cases" in ran.stdout, "it has tried something"
    assert app.owner.http.get("/health/ready").status_code == 200


class Crowd:
    """One owner, app and visitor for all the examples."""

    def __init__(self, stack: Stack) -> None:
        self.owner = Owner(stack.edge_url)
        self.app = self.owner.app()
        self.tracker = Tracker(stack.edge_url, self.app.token)
        self.edge = stack.edge_url.replace("http", "ws", 1)


@pytest.fixture(scope="module")
def crowd(stack: Stack) -> Crowd:
    return Crowd(stack)


WORDS = st.sampled_from(
    [
        "n",
        "events",
        "type",
        "timestamp",
        "event",
        "meta",
        "session",
        "next",
        "X",
        "Y",
        "target",
        "elapsed",
        "kind",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["goodbye", "start", "click", "url", "/", "\x00", "é" * 400])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from([0, 1, "start", 2])},
        optional={
            "timestamp": SCALARS,
            "meta": JSON,
            "event": st.dictionaries(WORDS, SCALARS, max_size=5)
            | st.fixed_dictionaries({"next": st.text(max_size=40), "elapsed": st.floats(-1, 1e9)}),
        },
    ),
    max_size=3,
)
FRAMES = st.fixed_dictionaries({"n": st.integers(-1, 2**53), "events": EVENTS})


def written(value: object) -> str:
    """As JSON; integers of any size, which msgspec would not write."""
    return json.dumps(value)


MESSAGES = st.text(max_size=40) | st.binary(max_size=40) | JSON.map(written) | FRAMES.map(written)
SPARING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def end(socket: ClientConnection, messages: list[str | bytes], last: str) -> tuple[int, str] | list[Any]:
    """Say these: how the edge closed the connection, or what it said up to its answer to `last`."""
    heard: list[Any] = []
    try:
        for message in messages:
            socket.send(message)
        socket.send(last)
        while True:
            heard.append(msgspec.json.decode(socket.recv(timeout=ANSWER_SECONDS)))
            if "activity" in heard[-1]:
                return heard
    except ConnectionClosed as closed:
        frame = closed.rcvd
    assert frame is not None, "the connection broke without a close frame"
    return frame.code, frame.reason


@SPARING
@given(st.lists(MESSAGES, max_size=4))
def test_whatever_comes_on_a_stream_it_ends_with_a_reason(crowd: Crowd, messages: list[str | bytes]) -> None:
    with crowd.tracker.stream() as stream:
        ended = end(stream.socket, messages, '{"type": "goodbye"}')
    assert isinstance(ended, tuple)
    code, reason = ended
    assert code in (1000, 1008), ended
    assert code == 1000 or reason


@SPARING
@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda raw: raw.hex()))
def test_whatever_a_ticket_looks_like_it_is_refused_with_4401(crowd: Crowd, ticket: str) -> None:
    for path in ("stream", "live"):
        with connect(f"{crowd.edge}/api/{path}?ticket={quote(ticket)}", open_timeout=20) as socket:
            ended = end(socket, [], "{}")
        assert isinstance(ended, tuple)
        assert ended[0] == 4401


LIVE = st.dictionaries(st.sampled_from(["watch", "unwatch", "x"]), SCALARS, max_size=2).map(written)


@SPARING
@given(st.lists(MESSAGES | LIVE, max_size=4))
def test_whatever_comes_on_the_live_view_it_answers_on_or_says_why_not(
    crowd: Crowd, messages: list[str | bytes]
) -> None:
    ticket = crowd.owner.http.post("/api/live-ticket").json()["ticket"]
    with connect(f"{crowd.edge}/api/live?ticket={ticket}", open_timeout=20) as socket:
        ended = end(socket, messages, written({"watch": crowd.app.id}))
    if isinstance(ended, tuple):
        assert ended[0] == 1008
        assert ended[1]
