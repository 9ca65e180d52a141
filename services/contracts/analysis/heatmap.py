"""The heat map of a page: where it was clicked, where the pointer rested, how far down it was seen."""

from typing import Annotated, ClassVar, Literal

import msgspec

from services.contracts.analysis.report import Report, ReportCall

Heat = Literal["click", "move", "scroll"]
Device = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]

COLUMNS = 100
"""cells that the page's width is divided into; a cell is as high as it is wide"""


class Depth(msgspec.Struct, kw_only=True):
    percent: int
    views: int
    """that saw the page down to there or deeper"""


class HeatmapReport(Report, kw_only=True):
    page: str
    device: str | None
    heat: Heat
    columns: int
    """that the page's width is divided into; rows are as high as columns are wide, as many as there is heat"""
    events: int
    """clicks or moves on the page, or page views of which the depth is known"""
    visitors: int
    weight: float
    """of all cells: clicks, or seconds of rest"""
    cells: list[tuple[int, int, float]]
    """column and row, from 0, and weight; heaviest first, at most 20,000"""
    depths: list[Depth]
    """0, 10, … 100 percent, of scroll"""


class GetHeatmap(ReportCall[HeatmapReport]):
    """Raises InvalidInput (page). Clicks and moves whose page or its width is not known are on no map."""

    address: ClassVar[str] = "analysis.heatmap"
    page: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    """path"""
    heat: Heat = "click"
    device: Device | None = None
    """class: `desktop`, `mobile`, `tablet`, `tv`; None: all"""
