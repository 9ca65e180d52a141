"""Campaigns: who they brought, what it came to, what it cost."""

from typing import ClassVar, Literal

import msgspec

from services.contracts.analysis.report import Report, ReportCall

CampaignField = Literal["campaign", "source", "medium", "term", "content", "click_id", "channel"]
"""campaign: the app's own where the link's `campaign` is its suffix, else `utm_campaign`, else `campaign`.
source, medium: `utm_…`, else what the click id says, else (without a campaign) the referrer's host and `referral`, else
`source` or `ref`. click_id: which network's, not the id."""


class Money(msgspec.Struct, kw_only=True):
    amount: float
    currency: str
    """ISO 4217; empty where none was given"""


class Credit(msgspec.Struct, kw_only=True):
    conversions: int
    """sessions of the period in which an event filled the funnel's last stage; every one is credited to one row"""
    value: list[Money]
    """of those events, a sum a currency: what custom events bring in"""
    roi: float | None
    """(value - cost) / cost, of the value in the cost's currency; None where no cost is given"""


class CampaignRow(msgspec.Struct, kw_only=True):
    name: str | None
    """None: the sessions that name none"""
    suffix: str | None
    """of the app's own campaign"""
    visitors: int
    sessions: int
    """that began in the period"""
    bounce_rate: float | None
    first_touch: Credit
    """of the conversions whose visitor's first session, as far back as was recorded, came from here"""
    last_touch: Credit
    """of those whose last session up to then that was not direct came from here; the session itself where all were"""
    cost: Money | None


class CampaignsReport(Report, kw_only=True):
    by: CampaignField
    goal: str | None
    """the funnel's last stage; None: no funnel is configured, nothing converts"""
    sessions: int
    """that began in the period: the rows' together"""
    conversions: int
    rows: list[CampaignRow]
    """most sessions first, at most 1,000; the app's own campaigns all, whether anybody came or not"""
    left_out: int
    """rows beyond those"""
    before: "CampaignsReport | None" = None
    """the same of the period it is compared with, where it was asked to"""


class GetCampaigns(ReportCall[CampaignsReport]):
    address: ClassVar[str] = "analysis.campaigns"
    by: CampaignField = "campaign"
