"""What a company watches in an app (funnel, interesting buttons, campaigns, segments, its own visits), owned by the
service `config`.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.filters import MOST, FilterText
from services.contracts.messages import Actor, Call, Event

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
QueryName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Path = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Pattern = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Stage(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One stage of a funnel; `value` or `any_of` (one of them) says what enters it.

    url: the page as path and kept query, or a full URL where the value starts with http. click: `exact` takes a CSS
    selector or XPath, the other matches compare the element's path. event: the custom event's name.
    """

    name: Name
    trigger: Literal["url", "click", "event"]
    match: Literal["exact", "prefix", "glob", "regex"] = "exact"
    value: Pattern | None = None
    any_of: Annotated[list[Pattern], msgspec.Meta(min_length=1, max_length=50)] | None = None

    def values(self) -> list[str]:
        return self.any_of if self.any_of is not None else [self.value or ""]


FEWEST_STAGES, MOST_STAGES = 2, 12


class Funnel(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The way to the goal. No stages: not configured yet; otherwise 2 to 12."""

    stages: Annotated[list[Stage], msgspec.Meta(max_length=MOST_STAGES)] = []
    order: Literal["sequential", "strict", "any"] = "sequential"
    per: Literal["visitor", "session"] = "visitor"
    window: Annotated[int, msgspec.Meta(ge=1, le=366 * 86_400)] = 7 * 86_400
    """seconds from the first stage, inclusive"""


class Button(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An interesting button: a CSS selector, or an XPath where it starts with `/` or `(`."""

    name: Name
    selector: Pattern


class Campaign(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A campaign whose links carry `?campaign=<suffix>`."""

    name: Name
    suffix: Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._~-]+$")]
    cost: Annotated[float, msgspec.Meta(ge=0)] | None = None
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")] | None = None


class Capture(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the tracker records."""

    moves: bool = True
    hover: bool = True
    keep_query: Annotated[list[QueryName], msgspec.Meta(max_length=50)] = []
    """query parameters that belong to a page's address; others are dropped from it (campaign parameters are read
    first)"""
    keep_fragment: bool = False
    """the fragment (`#/basket`) belongs to a page's address: another one is another page"""
    exclude: Annotated[list[Path], msgspec.Meta(max_length=50)] = []
    """pages that are not recorded: their paths, `*` standing for anything"""
    anonymous_when_declined: bool = False
    """Do Not Track / Global Privacy Control: False tracks nothing, True counts an anonymous session"""


class Segment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Filters under a name, which a report takes as `segment:<name>`."""

    name: Name
    filters: Annotated[list[FilterText], msgspec.Meta(min_length=1, max_length=MOST)]
    """as `services.contracts.filters` reads them; all must hold"""


class Own(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The company's own visits, which are kept out of the reports. Decided when a session starts: addresses of
    visitors are never kept."""

    addresses: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=50)]], msgspec.Meta(max_length=100)
    ] = []
    """IP addresses and networks (`203.0.113.0/24`)"""
    visitors: Annotated[
        list[Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]], msgspec.Meta(max_length=100)
    ] = []
    """visitors' ids, as hello gives them to the tracker"""


class AppConfig(msgspec.Struct, kw_only=True):
    app: str
    version: int
    """counts changes, from 0 (nothing configured)"""
    funnel: Funnel = msgspec.field(default_factory=Funnel)
    buttons: list[Button] = []
    campaigns: list[Campaign] = []
    segments: list[Segment] = []
    own: Own = msgspec.field(default_factory=Own)
    capture: Capture = msgspec.field(default_factory=Capture)


class GetConfig(Call[AppConfig]):
    """Raises AppUnknown."""

    address: ClassVar[str] = "config.get"
    actor: Actor
    app: str


class GetTrackerConfig(Call[AppConfig]):
    """The same for a process that acts for no user: the edge at hello, analysis at a report. Raises AppUnknown for a
    deleted app.
    """

    address: ClassVar[str] = "config.tracker"
    app: str


class PutFunnel(Call[AppConfig]):
    """Raises InvalidInput naming the field (`stages[1].value`), ConfigLocked, Forbidden, AppUnknown."""

    address: ClassVar[str] = "config.put_funnel"
    actor: Actor
    app: str
    funnel: Funnel


class PutButtons(Call[AppConfig]):
    address: ClassVar[str] = "config.put_buttons"
    actor: Actor
    app: str
    buttons: Annotated[list[Button], msgspec.Meta(max_length=50)]


class PutCampaigns(Call[AppConfig]):
    address: ClassVar[str] = "config.put_campaigns"
    actor: Actor
    app: str
    campaigns: Annotated[list[Campaign], msgspec.Meta(max_length=500)]


class PutSegments(Call[AppConfig]):
    address: ClassVar[str] = "config.put_segments"
    actor: Actor
    app: str
    segments: Annotated[list[Segment], msgspec.Meta(max_length=100)]


class PutOwn(Call[AppConfig]):
    address: ClassVar[str] = "config.put_own"
    actor: Actor
    app: str
    own: Own


class PutCapture(Call[AppConfig]):
    address: ClassVar[str] = "config.put_capture"
    actor: Actor
    app: str
    capture: Capture


Changed = Literal["created", "funnel", "buttons", "campaigns", "segments", "own", "capture", "restored"]


class ConfigVersion(msgspec.Struct, kw_only=True):
    """Who made which version of an app's config, and when."""

    version: int
    by: str
    """the user"""
    at: int
    """UNIX ms"""
    changed: Changed
    restored: int | None = None
    """the version it was taken from"""


class ConfigHistory(msgspec.Struct):
    versions: list[ConfigVersion]


class GetHistory(Call[ConfigHistory]):
    """Every version of the app's config, the newest first, at most 500. Raises AppUnknown."""

    address: ClassVar[str] = "config.history"
    actor: Actor
    app: str


VersionNumber = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]


class GetVersion(Call[AppConfig]):
    """The config as it was; version 0 are the defaults. Raises AppUnknown, VersionUnknown."""

    address: ClassVar[str] = "config.version"
    actor: Actor
    app: str
    version: VersionNumber


class RestoreVersion(Call[AppConfig]):
    """Make the config again what it was, as a new version. Raises what a change does, and VersionUnknown."""

    address: ClassVar[str] = "config.restore"
    actor: Actor
    app: str
    version: VersionNumber


class ConfigChanged(Event):
    """Told at every change, with the whole new config: the edge hands it to the live trackers of the app."""

    address: ClassVar[str] = "config/changed"
    config: AppConfig
