"""The record as a whole, owned by the service `recorder`: how far an import is, what is exported, what is kept for how
long, and what is erased.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.bulk import ImportProgress
from services.contracts.messages import Actor, Call, Done

ImportId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]


class ImportState(msgspec.Struct, kw_only=True):
    """What the edge must know to go on with an import where it was confirmed."""

    progress: ImportProgress
    format: Literal["ndjson", "csv"]
    beginning: bytes
    """digest of the file's first bytes: another file under the same id is refused"""
    header: list[str]
    """of a CSV file"""
    visits: bytes
    """the open sessions at the offset, for the edge alone to read"""
    in_blocks: bool = False
    """told as `frames.Block`s from its beginning"""


class GetImport(Call[ImportState | None]):
    """For the edge, which has checked the right to import. None: nothing of it was ever confirmed."""

    address: ClassVar[str] = "recorder.get_import"
    app: str
    id: ImportId


class BeginImport(Call[ImportState | None]):
    """As GetImport, by who begins it or goes on with it: the audit log says so, once an import."""

    address: ClassVar[str] = "recorder.begin_import"
    actor: Actor
    app: str
    app_name: str
    id: ImportId


class SaveImport(Call[Done]):
    """Keeps the state that is further on."""

    address: ClassVar[str] = "recorder.save_import"
    app: str
    state: ImportState


class Keeping(msgspec.Struct):
    days: Days | None
    """sessions that began longer ago are deleted; None: everything is kept"""


class GetRetention(Call[Keeping]):
    """Raises AppUnknown."""

    address: ClassVar[str] = "recorder.get_retention"
    actor: Actor
    app: str


class SetRetention(Call[Keeping]):
    """What is older is deleted within a minute, and from then on every day. Raises AppUnknown, Forbidden."""

    address: ClassVar[str] = "recorder.set_retention"
    actor: Actor
    app: str
    days: Days | None


class Erased(msgspec.Struct):
    sessions: int
    """how many of the visitor's there were"""


class EraseVisitor(Call[Erased]):
    """Every session of the visitor that has begun until now goes, from record and reports, and does not come back.

    Raises AppUnknown, Forbidden.
    """

    address: ClassVar[str] = "recorder.erase_visitor"
    actor: Actor
    app: str
    visitor: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


ExportFormat = Literal["ndjson", "parquet"]


class ExportedPart(msgspec.Struct, kw_only=True):
    data: bytes
    """NDJSON, compressed by zlib; or a whole Parquet file with the part's rows"""
    events: int
    after: str | None
    """where the next part begins; None: this is the last one"""


class ExportPart(Call[ExportedPart]):
    """Sessions that began in [start, end), UNIX ms, with all their events, as `bulk.Line`s: some thousand at a time,
    beginning `after` the part before. Who asks for no more parts leaves nothing behind.

    Raises AppUnknown, Forbidden, InvalidInput.
    """

    address: ClassVar[str] = "recorder.export_part"
    actor: Actor
    app: str
    start: int
    end: int
    format: ExportFormat = "ndjson"
    after: str = ""
