"""The channel that brought a visitor: GA4's default channel group, in its words and in the order of its rules.

Source: Google Analytics help, "[GA4] Default channel group", rules for manual traffic. As there, campaign parameters
name source and medium; only where there are none does the referrer. What GA4 knows from an ad account we read from the
click id. GA4's lists of sites are cut down to those that send visitors today; its rule "AI Assistant" names no list.
"""

import re
from collections.abc import Mapping

from services.contracts.click_ids import CLICK_IDS


def _sites(names: str, domains: str) -> re.Pattern[str]:
    """A source (`facebook`) or a host (`m.facebook.com`): `names` under any top-level domain, `domains` as they are."""
    name = "|".join(map(re.escape, names.split()))
    domain = "|".join(map(re.escape, domains.split()))
    return re.compile(rf"(?:{name})|(?:.+\.)?(?:(?:{name})\.(?:com?\.)?[a-z]{{2,6}}|{domain})")


_ENGINES = "google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage|naver|seznam|aol|ask|daum|sogou"
SEARCH = re.compile(
    # Not every host of theirs is for searching: mail.google.com, groups.yahoo.com
    rf"{_ENGINES}|(?:.+\.)?search\.(?:{_ENGINES}|brave)\.(?:com?\.)?[a-z]{{2,3}}"
    rf"|(?:(?:[a-z]{{1,2}}|html|lite|lens|images)\.)*(?:{_ENGINES})\.(?:com?\.)?[a-z]{{2,3}}"
    r"|ya\.ru|360\.cn|so\.com|go\.mail\.ru|com\.google\.android\.googlequicksearchbox"
)
SOCIAL = _sites(
    "facebook fb instagram threads twitter linkedin pinterest reddit tiktok tumblr snapchat quora vk xing weibo"
    " whatsapp telegram discord mastodon bluesky douban livejournal nextdoor flipboard disqus messenger",
    "ig t.co x.com t.me fb.me lnkd.in pin.it bsky.app wa.me line.me ok.ru medium.com meetup.com stackoverflow.com"
    " news.ycombinator.com groups.google.com lemmy.world com.facebook.katana com.instagram.android"
    " com.linkedin.android com.reddit.frontpage com.twitter.android org.telegram.messenger",
)
VIDEO = _sites(
    "youtube vimeo twitch dailymotion netflix disneyplus hulu wistia rumble odysee bilibili iqiyi",
    "youtu.be iq.com ted.com d.tube com.google.android.youtube",
)
SHOPPING = _sites(
    "amazon ebay etsy alibaba aliexpress walmart shopify mercadolibre mercadolivre rakuten zalando idealo temu shein",
    "shopping.google.com shopping.yahoo.com shopping.naver.com shop.app",
)
ASSISTANT = _sites(
    "chatgpt perplexity claude deepseek grok",
    "openai gemini copilot mistral openai.com copilot.microsoft.com gemini.google.com bard.google.com"
    " notebooklm.google.com chat.mistral.ai you.com poe.com phind.com meta.ai duck.ai kimi.com doubao.com",
)

PAID = re.compile(r".*cp.*|ppc|retargeting|paid.*")
SHOP_CAMPAIGN = re.compile(r".*(?:(?:[^a-df-z]|^)shop|shopping).*")


def channel(referrer: str, params: Mapping[str, str], own_hosts: frozenset[str] = frozenset()) -> str:
    """Name the channel from the referrer (host and path) and the landing page's campaign parameters."""
    source, medium, name = _traffic(referrer, params, own_hosts)
    paid = PAID.fullmatch(medium) is not None
    shopping = SHOPPING.fullmatch(source) is not None or SHOP_CAMPAIGN.fullmatch(name) is not None
    if source in ("", "(direct)") and medium in ("", "(none)", "(not set)") and not name:
        return "Direct"
    if "cross-network" in name:
        return "Cross-network"
    if paid and shopping:
        return "Paid Shopping"
    if paid and SEARCH.fullmatch(source):
        return "Paid Search"
    if paid and SOCIAL.fullmatch(source):
        return "Paid Social"
    if paid and VIDEO.fullmatch(source):
        return "Paid Video"
    if medium in ("display", "banner", "expandable", "interstitial", "cpm"):
        return "Display"
    if paid:
        return "Paid Other"
    if medium == "ai-assistant" or (medium in ("", "referral") and ASSISTANT.fullmatch(source)):
        return "AI Assistant"
    return _organic(source, medium, shopping)


def _organic(source: str, medium: str, shopping: bool) -> str:
    if shopping:
        return "Organic Shopping"
    if SOCIAL.fullmatch(source) or medium in (
        "social",
        "social-network",
        "social-media",
        "sm",
        "social network",
        "social media",
    ):
        return "Organic Social"
    if VIDEO.fullmatch(source) or "video" in medium:
        return "Organic Video"
    if SEARCH.fullmatch(source) or medium == "organic":
        return "Organic Search"
    if medium in ("referral", "app", "link"):
        return "Referral"
    if {source, medium} & {"email", "e-mail", "e_mail", "e mail"}:
        return "Email"
    if medium == "affiliate":
        return "Affiliates"
    if medium == "audio":
        return "Audio"
    if "sms" in (source, medium):
        return "SMS"
    if medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase":
        return "Mobile Push Notifications"
    return "Unassigned"


def _traffic(referrer: str, params: Mapping[str, str], own_hosts: frozenset[str]) -> tuple[str, str, str]:
    """Source, medium and campaign name; empty where unknown."""
    source, medium, name = (_lower(params, f"utm_{part}") for part in ("source", "medium", "campaign"))
    if not medium:
        clicked = next((CLICK_IDS[click] for click in CLICK_IDS if click in params), ("", ""))
        source, medium = source or clicked[0], clicked[1]
    if not (source or medium or name):
        host = referrer.partition("/")[0].lower()
        if host and host not in own_hosts:
            source, medium = host, "referral"
        else:
            source = _lower(params, "source") or _lower(params, "ref")
    # The seed's own parameter names a campaign, but says nothing of where its link stood.
    return source, medium, name or _lower(params, "campaign")


def _lower(params: Mapping[str, str], name: str) -> str:
    return params.get(name, "").strip().lower()
