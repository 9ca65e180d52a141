"""From a line of an import to what is recorded of it: the same packed events as a tracker's, at the line's own time."""

import time as clock
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from edge.bulk.lines import Reject
from edge.collect.addresses import campaign_parameters, reduced, without_query
from edge.collect.channels import channel
from edge.collect.configs import CachedConfig
from edge.collect.user_agents import agent
from edge.times import milliseconds
from services.contracts import frames
from services.contracts.bulk import Line
from services.contracts.frames import Packed, Start

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


def time_of(line: Line, rules: Rules) -> int:
    """UNIX ms. Raises Reject."""
    given = line.time
    if type(given) is float:
        at = milliseconds(given)
    else:
        at = _read(str(given))
    if rules.earliest <= at <= rules.latest:
        return at
    if at > rules.latest:
        raise Reject("lies in the future", "time")
    if at < EARLIEST:
        raise Reject("lies before the year 2000", "time")
    raise Reject("lies before what the app keeps (its retention)", "time")


def _read(text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        pass
    else:
        if not 0 <= number <= 1e14:
            raise Reject("not a time in UNIX ms or s", "time")
        return milliseconds(number)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Reject("neither UNIX ms or s nor ISO 8601", "time") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


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


def _click(line: Line, at: int, _: Rules) -> Packed:
    if line.X is None or line.Y is None or not line.target:
        raise Reject("a click needs X, Y and target")
    return frames.Click(
        at,
        round(line.X),
        round(line.Y),
        line.target,
        line.text or "",
        round(line.page_w or 0),
        round(line.page_h or 0),
        round(line.hover * 1000) if line.hover else 0,
        line.rage,
        line.dead,
    )


def _page(line: Line, at: int, rules: Rules) -> Packed:
    address = line.next or line.url
    if not address:
        raise Reject("a page needs url")
    url, params = _address(address, line, rules)
    elapsed = round(line.elapsed * 1000) if line.elapsed else 0
    return frames.Page(
        at, url, elapsed, line.title or "", -1 if line.scroll is None else round(line.scroll), params
    )


def _hover(line: Line, at: int, _: Rules) -> Packed:
    if not line.target or line.elapsed is None:
        raise Reject("a hover needs target and elapsed")
    return frames.Hover(at, line.target, round(line.elapsed * 1000), line.outcome or "")


def _seen(line: Line, at: int, _: Rules) -> Packed:
    if not line.target:
        raise Reject("is needed by a seen", "target")
    return frames.Seen(at, line.target)


def _move(line: Line, at: int, _: Rules) -> Packed:
    if line.X is None or line.Y is None:
        raise Reject("a move needs X and Y")
    return frames.Move(at, round(line.X), round(line.Y), round(line.elapsed * 1000) if line.elapsed else 0)


def _custom(line: Line, at: int, _: Rules) -> Packed:
    if not line.name:
        raise Reject("is needed by a custom event", "name")
    return frames.Custom(at, line.name, line.value, (line.currency or "").upper(), line.props or {})


def _left(line: Line, at: int, _: Rules) -> Packed:
    return frames.Left(at, line.goodbye)


def start(line: Line, at: int, rules: Rules, seen_before: bool = False) -> Start:
    """The facts of the session that begins with this line."""
    told = agent(line.user_agent) if line.user_agent else None
    landing = line.url or line.next
    url, params = _address(landing, line, rules) if landing else ("", _given(line))
    referrer = _referrer(line.referrer) if line.referrer else ""
    if referrer.partition("/")[0] in rules.own_hosts:
        referrer = ""
    return Start(
        at=at,
        visitor=line.visitor,
        returning=seen_before if line.returning is None else line.returning,
        browser=line.browser or (told.browser if told else ""),
        os=line.os or (told.os if told else ""),
        device=line.device or (told.device if told else ""),
        screen=line.screen or "",
        language=line.language or "",
        timezone=line.timezone or "",
        country=(line.country or "").upper(),
        referrer=referrer,
        channel=line.channel or channel(referrer, params, rules.own_hosts),
        landing=url,
        params=params,
        bot=(told.bot if told else False) if line.bot is None else line.bot,
    )


def _address(url: str, line: Line, rules: Rules) -> tuple[str, dict[str, str]]:
    address, params = reduced(url, rules.config.keep_query, rules.config.keep_fragment)
    return address, params if line.params is None else _given(line)


def _given(line: Line) -> dict[str, str]:
    return campaign_parameters(line.params.items()) if line.params else {}


@lru_cache(4096)
def _referrer(given: str) -> str:
    """Also one that is reduced to host and path already."""
    return without_query(given if "//" in given else f"//{given}")


PACK: dict[str, Callable[[Line, int, Rules], Packed]] = {
    "start": start,
    "click": _click,
    "url": _page,
    "hover": _hover,
    "seen": _seen,
    "move": _move,
    "custom": _custom,
    "left": _left,
}
"""Each raises Reject where a line lacks what its kind needs."""
