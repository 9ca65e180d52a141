"""Frames as the edge tells them (`edge/frames`) and as the record keeps them.

A frame is what one tracker sent at once, keyed by (session, n). Its events are packed: each a JSON array that starts
with its kind's number, times corrected to the server's clock. The recorder stores the packed bytes as they come; only
the projector reads them.

    n >= 1   sent by the tracker; of an import, 1 + the offset of the block of the file that holds it
    n == 0   the session's start, from what hello learned; the same for every connection of the session
    n <  0   what the edge saw itself: minus the UNIX ms at which a connection of the session ended

A session begins with the frame that says its `visitor`, or n == 0: that frame's first event is the Start.
"""

from typing import ClassVar

import msgspec

from services.contracts.messages import Event


class Start(msgspec.Struct, array_like=True, tag=0, kw_only=False):
    """The facts of a session; empty string where unknown."""

    at: int
    """UNIX ms, as every `at` here"""
    visitor: str
    """random cookie id, or a daily hash; never an address"""
    returning: bool
    browser: str = ""
    os: str = ""
    device: str = ""
    """`desktop`, `mobile`, `tablet`, `tv`, `bot` or empty"""
    screen: str = ""
    language: str = ""
    timezone: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2"""
    referrer: str = ""
    """host and path, without query"""
    channel: str = ""
    landing: str = ""
    """address of the first page, reduced as in Page"""
    params: dict[str, str] = {}
    """campaign parameters and click ids of the landing address"""
    bot: bool = False
    spam: bool = False
    """the referrer is known to be there for the reports' readers only"""
    own: bool = False
    """the company's own visit, by the address or visitor it named"""

    def left_out(self) -> int:
        """Why no report counts it: 0 it is counted, 1 own, 2 bot, 3 spam."""
        return 1 if self.own else 2 if self.bot else 3 if self.spam else 0


class Click(msgspec.Struct, array_like=True, tag=1):
    at: int
    x: int
    y: int
    target: str
    text: str = ""
    page_w: int = 0
    page_h: int = 0
    hover: int = 0
    """ms hovered before"""
    rage: bool = False
    dead: bool = False


class Page(msgspec.Struct, array_like=True, tag=2):
    """A page was entered."""

    at: int
    url: str
    """origin, path, and the query (and fragment) that the app keeps"""
    elapsed: int = 0
    """ms on the page before"""
    title: str = ""
    scroll: int = -1
    """deepest scroll of the page before in percent, -1 unknown"""
    params: dict[str, str] = {}
    """campaign parameters and click ids"""


class Hover(msgspec.Struct, array_like=True, tag=3):
    at: int
    target: str
    elapsed: int
    """ms"""
    outcome: str = ""
    """`leave`, `click` or empty"""


class Seen(msgspec.Struct, array_like=True, tag=4):
    at: int
    target: str


class Move(msgspec.Struct, array_like=True, tag=5):
    at: int
    x: int
    y: int
    elapsed: int
    """ms of rest"""


class Custom(msgspec.Struct, array_like=True, tag=6):
    at: int
    name: str
    value: float | None = None
    currency: str = ""
    props: dict[str, str | float | bool | None] = {}


class Left(msgspec.Struct, array_like=True, tag=7):
    """A connection of the session ended, or it said goodbye: a sign of life, not an end by itself."""

    at: int
    goodbye: bool = False


class Retimed(msgspec.Struct, array_like=True, tag=8):
    """Not an event, but a mark on one of the frame's: its own time was not to be believed (more than a day late, or
    ahead), so it stands at the time it was received. Marks come last in a frame; most have none.
    """

    at: int
    """as of the event"""
    i: int
    """place of the event in the frame, from 0"""
    own: int
    """UNIX ms, its own time on the server's clock"""


Packed = Start | Click | Page | Hover | Seen | Move | Custom | Left | Retimed


class Frame(msgspec.Struct, array_like=True):
    app: str
    """24 hex digits"""
    session: str
    """32 hex digits"""
    n: int
    received: int
    """UNIX ms at the edge; of an imported frame (before there were Blocks) when its session began or, where it does not
    begin, its last event"""
    events: msgspec.Raw
    """JSON of list[Packed]"""
    visitor: str = ""
    """of an imported session that begins here, so that it takes no frame of its own"""


class Block(msgspec.Struct, array_like=True):
    """What a block of an imported file holds: a frame of each of its sessions, all with the same n, told, recorded and
    projected in one piece. Keyed by (source, n): a block told twice is one."""

    app: str
    """24 hex digits"""
    source: str
    """32 hex digits, name the import"""
    n: int
    content: bytes
    """`services.contracts.blocks`"""
    after_frames: bool = False
    """the import was begun when each session was told as a Frame: it may be that some are recorded so already"""


class Frames(Event):
    """A batch of frames of any apps and sessions, told with a publisher confirm before the trackers' acks."""

    address: ClassVar[str] = "edge/frames"
    frames: list[Frame]


class Blocks(Event):
    """Blocks of imports. An event of their own: a recorder that knows of none has no queue for them, and an edge that
    is newer waits for one that does instead of having them dropped."""

    address: ClassVar[str] = "edge/blocks"
    blocks: list[Block]
