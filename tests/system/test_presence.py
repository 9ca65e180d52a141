"""Colleagues see who of them is there, whichever edge each is at."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from websockets.sync.client import ClientConnection, connect

from stack.local import Stack
from tests.system.edges import another_edge
from tests.system.organisation import Organisation, Somebody, organisation


@pytest.fixture(scope="module")
def company(stack: Stack) -> Iterator[Organisation]:
    with organisation(stack) as people:
        yield people


@contextmanager
def dashboard(edge: str, who: Somebody) -> Iterator[ClientConnection]:
    """`edge`: where it is opened; the ticket is good at any."""
    ticket = who.http.post("/api/live-ticket").json()["ticket"]
    with connect(edge.replace("http", "ws", 1) + f"/api/live?ticket={ticket}", open_timeout=20) as socket:
        socket.send('{"presence": true}')
        yield socket


def hears(socket: ClientConnection, *there: Somebody) -> bool:
    """Told, sooner or later, that these are there and nobody else."""
    wanted = sorted(each.id for each in there)
    while msgspec.json.decode(socket.recv(timeout=20)) != {"presence": wanted}:
        pass
    return True


@pytest.mark.inside
def test_colleagues_see_each_other_come_and_go_at_any_edge(stack: Stack, company: Organisation) -> None:
    ada, bob, stranger = company.admin, company.people["member"], company.people["stranger"]
    with another_edge(stack) as other, dashboard(stack.edge_url, ada) as first:
        assert hears(first, ada)
        with dashboard(other, bob) as second:
            assert hears(first, ada, bob)
            assert hears(second, ada, bob)
            with dashboard(other, stranger) as third:
                assert hears(third, stranger)
        assert hears(first, ada)


@pytest.mark.inside
def test_who_is_at_an_edge_that_comes_later_is_known_to_it_at_once(
    stack: Stack, company: Organisation
) -> None:
    ada, bob = company.admin, company.people["owner"]
    with (
        dashboard(stack.edge_url, ada),
        another_edge(stack) as other,
        dashboard(other, bob) as second,
    ):
        assert hears(second, ada, bob)


def test_a_script_is_nobodys_presence(stack: Stack, company: Organisation) -> None:
    with dashboard(stack.edge_url, company.people["read key"]) as script:
        assert hears(script)
