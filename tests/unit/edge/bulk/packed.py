"""What lines of an import are made into, read back as events."""

import asyncio
from collections.abc import Sequence

from edge.bulk.checking import Rules, check
from edge.bulk.packing import Unclean, pack
from edge.bulk.visits import Visits
from services.contracts.blocks import Block, decoded, encoded
from services.contracts.bulk import Line
from services.contracts.frames import Packed, Start
from tests.unit.edge.sessions import APP


def block(lines: Sequence[Line], rules: Rules, visits: Visits | None = None) -> Block:
    """As it comes out of the record. Raises Unclean."""
    places = [100 * number for number in range(len(lines))]
    return decoded(encoded(asyncio.run(pack(lines, rules, visits or Visits(APP, "it"), places))))


def event(line: Line, rules: Rules) -> Packed:
    """What it is made into, behind the Start of the session that begins with it. Raises Reject."""
    try:
        (events,) = block([line], rules).events()
    except Unclean:
        check(line, rules)
        raise
    *_, last = events
    assert isinstance(events[0], Start)
    return last
