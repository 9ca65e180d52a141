"""Tickets and session passes."""

import asyncio
import base64
import gc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.collect import addresses
from edge.collect.tickets import (
    LIVE,
    PASS,
    TICKET,
    Purpose,
    Session,
    TicketAlreadyUsed,
    TicketExpired,
    TicketInvalid,
    Tickets,
)
from services.contracts.frames import Start
from services.contracts.messages import Actor
from services.contracts.tickets import TicketRedeemed
from services.contracts.tracking import Hello
from tests.unit.edge.conftest import Clock
from tests.unit.edge.memory_bus import MemoryBus
from tests.unit.edge.sessions import ORIGIN, session

pytestmark = pytest.mark.anyio

KEY = "k" * 32


@pytest.fixture
def tickets(bus: MemoryBus) -> Tickets:
    return Tickets(KEY, bus)


async def test_a_ticket_bears_its_session(tickets: Tickets) -> None:
    given_session = session(skew=-7)
    text = tickets.issue(TICKET, given_session)
    assert tickets.read(TICKET, text) == given_session
    assert tickets.redeem(TICKET, text) == given_session


async def test_a_reused_ticket_is_refused(tickets: Tickets) -> None:
    text = tickets.issue(TICKET, session())
    tickets.redeem(TICKET, text)
    with pytest.raises(TicketAlreadyUsed):
        tickets.redeem(TICKET, text)


async def test_a_ticket_that_is_only_read_is_not_used_up(tickets: Tickets) -> None:
    text = tickets.issue(TICKET, session())
    tickets.read(TICKET, text)
    tickets.redeem(TICKET, text)


async def test_two_tickets_of_a_session_are_two(tickets: Tickets) -> None:
    tickets.redeem(TICKET, tickets.issue(TICKET, session()))
    tickets.redeem(TICKET, tickets.issue(TICKET, session()))


async def test_a_ticket_used_at_another_edge_is_refused_here(tickets: Tickets, bus: MemoryBus) -> None:
    other_bus = MemoryBus()
    elsewhere = Tickets(KEY, other_bus)
    text = tickets.issue(TICKET, session())
    elsewhere.redeem(TICKET, text)
    [(exchange, key, body, _)] = other_bus.told
    assert (exchange, key) == ("edge.events", "redeemed")
    bus.hear(msgspec.json.decode(body, type=TicketRedeemed))
    with pytest.raises(TicketAlreadyUsed):
        tickets.redeem(TICKET, text)


async def test_a_ticket_lives_thirty_seconds(tickets: Tickets, wall: Clock) -> None:
    text = tickets.issue(TICKET, session())
    wall.forward(30)
    tickets.read(TICKET, text)
    wall.forward(0.1)
    with pytest.raises(TicketExpired):
        tickets.redeem(TICKET, text)


async def test_a_pass_lives_a_day(tickets: Tickets, wall: Clock) -> None:
    text = tickets.issue(PASS, session())
    wall.forward(86_400)
    tickets.read(PASS, text)
    wall.forward(0.1)
    with pytest.raises(TicketExpired):
        tickets.read(PASS, text)


@pytest.mark.parametrize("text", ["", "a", "nonsense", "AAAA" * 40, "é", "\0", "=", " "])
async def test_what_was_never_issued_is_refused(tickets: Tickets, text: str) -> None:
    with pytest.raises(TicketInvalid):
        tickets.redeem(TICKET, text)


async def test_a_ticket_of_another_key_is_refused(tickets: Tickets) -> None:
    forged = Tickets("x" * 32, MemoryBus()).issue(TICKET, session())
    with pytest.raises(TicketInvalid):
        tickets.read(TICKET, forged)


async def test_no_byte_of_a_ticket_can_be_changed(tickets: Tickets) -> None:
    text = tickets.issue(TICKET, session())
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    for index in range(len(raw)):
        changed = raw[:index] + bytes([raw[index] ^ 1]) + raw[index + 1 :]
        with pytest.raises(TicketInvalid):
            tickets.read(TICKET, base64.urlsafe_b64encode(changed).decode())


async def test_a_pass_is_no_ticket_and_a_ticket_no_pass(tickets: Tickets) -> None:
    with pytest.raises(TicketInvalid):
        tickets.redeem(TICKET, tickets.issue(PASS, session()))
    with pytest.raises(TicketInvalid):
        tickets.read(PASS, tickets.issue(TICKET, session()))
    with pytest.raises(TicketInvalid):
        tickets.redeem(LIVE, tickets.issue(TICKET, session()))


async def test_a_ticket_of_another_version_is_invalid_and_not_used_up(
    tickets: Tickets, bus: MemoryBus
) -> None:
    older = Purpose("ticket", Actor, 30)
    text = tickets.issue(older, Actor(user="u", organisation="o"))
    with pytest.raises(TicketInvalid):
        tickets.redeem(TICKET, text)
    assert bus.told == []


async def test_the_memory_of_used_tickets_is_bounded(tickets: Tickets, wall: Clock) -> None:
    for _ in range(5000):
        tickets.redeem(TICKET, tickets.issue(TICKET, session()))
        wall.forward(0.1)  # 300 live at a time
    assert len(tickets._used) < 1500


async def test_tickets_are_redeemed_while_the_broker_is_away(
    tickets: Tickets, bus: MemoryBus, caplog: pytest.LogCaptureFixture
) -> None:
    tickets.redeem(TICKET, tickets.issue(TICKET, session()))
    bus.refuse()
    await asyncio.sleep(0)
    bus.told.clear()
    gc.collect()
    assert caplog.records == []  # nor does asyncio complain that nobody looked at the refusal


async def test_the_longest_session_fits_into_a_request_line_and_a_hello(tickets: Tickets) -> None:
    """8192 bytes is what the WebSocket library takes of `GET /api/stream?ticket=… HTTP/1.1`."""
    long = "ü" * 5000
    landing, params = addresses.reduced(
        f"https://s/{long}?utm_source={long}&gclid={long}", frozenset(), False
    )
    landing_params = dict.fromkeys(addresses.CAMPAIGN_PARAMETERS, "") | params
    start = Start(
        1_800_000_000_000,
        "v" * 32,
        True,
        browser="ü" * 60,
        os="ü" * 60,
        device="desktop",
        screen="ü" * 20,
        language="ü" * 35,
        timezone="ü" * 60,
        country="DE",
        referrer=addresses.without_query(f"https://r/{long}"),
        channel="Mobile Push Notifications",
        landing=landing,
        params=landing_params,
    )
    longest = Session("a" * 24, "0" * 32, "https://" + "o" * 253, -(10**14), start)
    assert len(tickets.issue(TICKET, longest)) < 8000
    text = tickets.issue(PASS, longest)
    msgspec.convert({"session": text}, Hello)


TEXTS = st.text(max_size=30)


@given(
    st.builds(
        Session,
        TEXTS,
        TEXTS,
        st.just(ORIGIN),
        st.integers(-(2**62), 2**62),
        st.builds(
            Start, st.integers(0, 2**62), TEXTS, st.booleans(), TEXTS, params=st.dictionaries(TEXTS, TEXTS)
        ),
    )
)
def test_what_a_pass_bears_comes_back_unchanged(bearer: Session) -> None:
    tickets = Tickets(KEY, MemoryBus())
    assert tickets.read(PASS, tickets.issue(PASS, bearer)) == bearer


@given(st.text(max_size=200))
def test_any_text_is_refused_as_invalid(text: str) -> None:
    with pytest.raises(TicketInvalid):
        Tickets(KEY, MemoryBus()).read(PASS, text)
