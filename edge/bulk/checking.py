"""Whether a line of an import holds what an event of its kind needs, and what is wrong with it where it does not."""

import time as clock
from datetime import UTC, datetime

import msgspec

from edge.bulk.lines import Reject
from edge.collect.configs import CachedConfig
from edge.times import milliseconds
from services.contracts.bulk import Line

EARLIEST = 946_684_800_000
"""the year 2000: a time before it is a mistake"""
FUTURE_MS = 60_000
"""how far a clock may be ahead"""


class Rules(msgspec.Struct, frozen=True):
    """What an app makes of the lines."""

    config: CachedConfig
    own_hosts: frozenset[str]
    earliest: int = EARLIEST
    """UNIX ms"""
    latest: int = msgspec.field(default_factory=lambda: int(clock.time() * 1000) + FUTURE_MS)


def check(line: Line, rules: Rules) -> None:
    """Raises Reject."""
    time_of(line, rules)
    match kind_of(line):
        case "click" if line.X is None or line.Y is None or not line.target:
            raise Reject("a click needs X, Y and target")
        case "url" if not (line.next or line.url):
            raise Reject("a page needs url")
        case "hover" if not line.target or line.elapsed is None:
            raise Reject("a hover needs target and elapsed")
        case "seen" if not line.target:
            raise Reject("is needed by a seen", "target")
        case "move" if line.X is None or line.Y is None:
            raise Reject("a move needs X and Y")
        case "custom" if not line.name:
            raise Reject("is needed by a custom event", "name")


def time_of(line: Line, rules: Rules) -> int:
    """UNIX ms. Raises Reject."""
    at = moment(line.time)
    if rules.earliest <= at <= rules.latest:
        return at
    if at > rules.latest:
        raise Reject("lies in the future", "time")
    if at < EARLIEST:
        raise Reject("lies before the year 2000", "time")
    raise Reject("lies before what the app keeps (its retention)", "time")


def moment(given: float | str) -> int:
    """UNIX ms of a time as it is given. Raises Reject."""
    if isinstance(given, float):
        return milliseconds(given)
    try:
        number = float(given)
    except ValueError:
        pass
    else:
        if not 0 <= number <= 1e14:
            raise Reject("not a time in UNIX ms or s", "time")
        return milliseconds(number)
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise Reject("neither UNIX ms or s nor ISO 8601", "time") from error
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def kind_of(line: Line) -> str:
    """The kind that the fields tell. Raises Reject."""
    if line.kind is not None:
        return line.kind
    if line.name is not None:
        return "custom"
    if line.X is not None and line.Y is not None:
        if line.target is not None:
            return "click"
        return "move"
    if line.target is not None and line.elapsed is not None:
        return "hover"
    if line.next is not None or line.url is not None:
        return "url"
    raise Reject(
        "an event is a click {X, Y, target}, a page {url}, a hover {elapsed, target}, a move {X, Y}, or has a name"
    )
