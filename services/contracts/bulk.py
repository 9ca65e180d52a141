"""Past events in bulk: one event a line, as an import takes them and an export gives them.

NDJSON: a `Line` an object. CSV: a header with names of fields of `Line`, one row an event, an empty cell for a field
that is not there; `props` and `params` are JSON in a cell.

Only `visitor` and `time` are needed, and what the kind of event needs:

    click {X, Y, target}   url {url}   hover {elapsed, target}   seen {target}   move {X, Y}   custom {name}

Without `kind` the fields tell it, as with a tracker's events (and `url` alone is a page view). Two more kinds are what
an export gives and an import takes back: `start`, the session's facts, and `left`, the end of a connection.

Lines of one visitor stand in the order of their time. A session is what the line says in `session`; where it says
nothing, a visitor's events belong together until 30 minutes are silent. The facts of a session (browser, country,
referrer, ...) are those of its first line. What facts do not say is derived as at hello: browser, system and device
from `user_agent`, the channel from referrer and campaign parameters, those from the first page's address.
"""

from typing import Annotated, Literal

import msgspec

from services.contracts.tracking import (
    Coordinate,
    Currency,
    EventName,
    Extent,
    Outcome,
    Percent,
    Props,
    Seconds,
    Target,
    Text,
    Time,
    Url,
)

LineKind = Literal["start", "click", "url", "hover", "seen", "move", "custom", "left"]
Word = Annotated[str, msgspec.Meta(max_length=60)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Params = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=100)], Annotated[str, msgspec.Meta(max_length=500)]],
    msgspec.Meta(max_length=30),
]


class Line(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One event of the past, and the facts of its session. Unknown fields are ignored."""

    visitor: Id
    """whoever it was, by any name you give; erased by the same name"""
    time: Time | Annotated[str, msgspec.Meta(max_length=40)]
    """UNIX ms (below 1e11: seconds), or ISO 8601 (UTC where it names no offset)"""
    session: Id | None = None
    kind: LineKind | None = None
    X: Coordinate | None = None
    Y: Coordinate | None = None
    target: Target | None = None
    elapsed: Seconds | None = None
    url: Url | None = None
    """of a `url` event: the page entered; of a session's first line: its landing page"""
    next: Url | None = None
    """the tracker's word for `url`"""
    text: Text | None = None
    page_w: Extent | None = None
    page_h: Extent | None = None
    hover: Seconds | None = None
    rage: bool = False
    dead: bool = False
    outcome: Outcome | None = None
    title: Text | None = None
    scroll: Percent | None = None
    name: EventName | None = None
    props: Props | None = None
    value: float | None = None
    currency: Currency | None = None
    goodbye: bool = False
    params: Params | None = None
    """campaign parameters of the page, where its address does not carry them"""

    # The facts of the session
    returning: bool | None = None
    user_agent: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    browser: Word | None = None
    os: Word | None = None
    device: Word | None = None
    """`desktop`, `mobile`, `tablet`, `tv` or `bot`"""
    screen: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    timezone: Word | None = None
    country: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2}$")] | None = None
    """ISO 3166-1 alpha-2"""
    referrer: Url | None = None
    channel: Word | None = None
    bot: bool | None = None


class RejectedLine(msgspec.Struct):
    line: int
    """counted from 1, the header of a CSV file too"""
    detail: str
    """what is wrong, beginning with the field where one is to blame"""


class ImportProgress(msgspec.Struct, kw_only=True):
    """How far an import is: what lies before `offset` is counted, once."""

    id: str
    offset: int
    """bytes of the (uncompressed) file from which to go on after a break"""
    lines: int
    events: int
    sessions: int
    rejected: int
    """lines left out"""
    rejects: list[RejectedLine]
    """the first of them, at most 100"""
    done: bool
    """the file was read to its end"""
