"""The same numbers by a field of the sessions."""

from typing import Literal

import msgspec

from services.contracts.analysis.campaigns import CampaignField
from services.contracts.filters import Audience

BreakdownField = Literal[Audience, CampaignField]
"""an audience field as filters know it, or a campaign field as the report of campaigns does"""


PartKind = Literal["value", "unknown", "other"]
"""other: the rarer values together"""


class Part(msgspec.Struct, kw_only=True):
    kind: PartKind
    value: str | None
