"""Retention: of the visitors first seen in an interval, how many came again in each interval since."""

from typing import ClassVar

import msgspec

from services.contracts.analysis.report import Report, ReportCall


class Cohort(msgspec.Struct, kw_only=True):
    begins: int
    """UNIX ms at which the interval begins in which they were first seen"""
    visitors: int
    came: list[int]
    """visitors of the cohort with a session in its own interval (all of them), the next one, … to the period's end"""


class RetentionReport(Report, kw_only=True):
    cohorts: list[Cohort]
    """every interval of the period, empty ones too"""


class GetRetention(ReportCall[RetentionReport]):
    """Intervals of a day, week or month, at most 100. First seen means the first session of all that the filters
    choose: who was there before the period is in no cohort. Raises InvalidInput for hours."""

    address: ClassVar[str] = "analysis.retention"
