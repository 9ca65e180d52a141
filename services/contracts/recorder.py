"""The record as a whole, owned by the service `recorder`: how far an import is, what is exported, what is kept for how
long, and what is erased.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.bulk import ImportProgress
from services.contracts.messages import Call, Done

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


class GetImport(Call[ImportState | None]):
    """For the edge, which has checked the right to import. None: nothing of it was ever confirmed."""

    address: ClassVar[str] = "recorder.get_import"
    app: str
    id: ImportId


class SaveImport(Call[Done]):
    """Keeps the state that is further on."""

    address: ClassVar[str] = "recorder.save_import"
    app: str
    state: ImportState
