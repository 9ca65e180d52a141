"""The channel that brought a visitor: GA4's default channel grouping, plus AI assistants.

Source: Google Analytics help, "Default channel group"; the order of the rules is theirs. Paid is told by the medium
(`cpc`, `ppc`, `retargeting`, `paid…`) or by a click id.
"""

import re
from collections.abc import Mapping

SEARCH = re.compile(
    r"(^|\.)(google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage|search\.brave|naver|seznam|aol|ask)\."
)
SOCIAL = re.compile(
    r"(^|\.)(facebook|instagram|threads|twitter|linkedin|lnkd|pinterest|reddit|tiktok|tumblr|snapchat|quora|vk|xing|bsky|mastodon"
    r"|weibo|whatsapp|telegram|discord)\.|^(t\.co|x\.com|t\.me|news\.ycombinator\.com)$"
)
VIDEO = re.compile(r"(^|\.)(youtube|youtu|vimeo|twitch|dailymotion|netflix|disneyplus)\.")
SHOPPING = re.compile(
    r"(^|\.)(amazon|ebay|etsy|alibaba|aliexpress|walmart|shopify|shopping\.google|idealo|temu)\."
)
ASSISTANT = re.compile(
    r"(^|\.)(chatgpt|openai|perplexity|claude|anthropic|copilot\.microsoft|gemini\.google|bard\.google|mistral|deepseek|grok|poe|you|phind)\."
)
PAID_MEDIUM = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
PAID_CLICK_IDS = ("gclid", "gbraid", "wbraid", "dclid", "msclkid", "ttclid", "twclid", "li_fat_id", "yclid")


def channel(referrer: str, params: Mapping[str, str], own_hosts: frozenset[str] = frozenset()) -> str:
    """Name the channel from the referrer (host and path) and the landing page's campaign parameters."""
    host = referrer.partition("/")[0]
    if host in own_hosts:
        host = ""
    source = params.get("utm_source", "").lower()
    medium = params.get("utm_medium", "").lower()
    name = params.get("utm_campaign", "").lower()
    paid = bool(PAID_MEDIUM.match(medium)) or (
        not medium and any(click in params for click in PAID_CLICK_IDS)
    )

    def comes_from(sites: re.Pattern[str]) -> bool:
        return bool(
            sites.search(host) or (source and sites.search(source if "." in source else f"{source}."))
        )

    if name == "cross-network":
        return "Cross-network"
    if comes_from(ASSISTANT):
        return "AI assistants"
    shopping = comes_from(SHOPPING) or bool(re.search(r"(^|[^a-df-z])shop|shopping", name))
    if paid:
        if shopping:
            return "Paid Shopping"
        if comes_from(SEARCH) or any(click in params for click in ("gclid", "msclkid", "gbraid", "wbraid")):
            return "Paid Search"
        if comes_from(SOCIAL) or any(click in params for click in ("ttclid", "twclid", "li_fat_id")):
            return "Paid Social"
        return "Paid Video" if comes_from(VIDEO) else "Paid Other"
    if medium in ("display", "banner", "expandable", "interstitial", "cpm"):
        return "Display"
    if shopping:
        return "Organic Shopping"
    if (
        comes_from(SOCIAL)
        or medium in ("social", "social-network", "social-media", "sm")
        or "fbclid" in params
    ):
        return "Organic Social"
    if comes_from(VIDEO) or "video" in medium:
        return "Organic Video"
    if comes_from(SEARCH) or medium == "organic":
        return "Organic Search"
    if medium in ("email", "e-mail", "e_mail", "e mail", "newsletter") or source in (
        "email",
        "e-mail",
        "newsletter",
    ):
        return "Email"
    if medium in ("affiliate", "affiliates"):
        return "Affiliates"
    if medium == "audio":
        return "Audio"
    if medium == "sms" or source == "sms":
        return "SMS"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium:
        return "Mobile Push Notifications"
    if host or medium in ("referral", "app", "link"):
        return "Referral"
    if source or medium or name or "campaign" in params:
        return "Campaign"
    return "Direct"
