"""The doors before log-in."""

import pytest
from litestar import Litestar, post

from edge.dashboard.doors import AnyRequest, Doors, network
from edge.problems import respond
from edge.settings import EdgeSettings
from tests.unit.edge.conftest import Clock
from tests.unit.edge.http import browsing

pytestmark = pytest.mark.anyio


def app(**settings: int) -> Litestar:
    doors = Doors(
        EdgeSettings(amqp_uri="", ticket_key="-" * 32, public_url="https://data.example", **settings)  # type: ignore[arg-type]
    )

    @post("/login")
    async def login(request: AnyRequest) -> None:
        doors.knock("login", request)

    return Litestar([login], exception_handlers={Exception: respond}, openapi_config=None)


async def test_one_address_knocks_so_often_and_is_told_when_to_come_back(monotonic: Clock) -> None:
    async with browsing(app(logins_per_minute=12)) as http:
        assert [(await http.post("/login")).status_code for _ in range(3)] == [201, 201, 429]
        refused = await http.post("/login")
        assert (refused.json()["type"], refused.headers["retry-after"]) == (
            "/problems/too-many-requests",
            "5",
        )
        monotonic.forward(5)
        assert (await http.post("/login")).status_code == 201


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 201),
        ("https://data.example", 201),
        ("http://localhost", 201),
        ("https://evil.example", 403),
        ("https://shop.data.example", 403),
        ("null", 403),
    ],
)
async def test_only_our_own_pages_log_people_in(origin: str | None, status: int) -> None:
    async with browsing(app()) as http:
        answer = await http.post("/login", headers={"origin": origin} if origin else {})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_ipv6_customer_has_one_allowance_not_2_to_the_64(address: str, known_as: str) -> None:
    assert network(address) == known_as
