"""GA4's default channel group, a row a case: referrer (host and path), parameters, channel."""

import pytest

from edge.collect.channels import channel
from services.contracts.click_ids import CLICK_IDS


def utm(source: str = "", medium: str = "", campaign: str = "") -> dict[str, str]:
    given = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    return {name: value for name, value in given.items() if value}


CASES = [
    ("", {}, "Direct"),
    ("", utm("(direct)", "(none)"), "Direct"),
    # by referrer alone
    ("google.com/", {}, "Organic Search"),
    ("google.co.uk", {}, "Organic Search"),
    ("google.com.br", {}, "Organic Search"),
    ("bing.com", {}, "Organic Search"),
    ("cn.bing.com", {}, "Organic Search"),
    ("duckduckgo.com", {}, "Organic Search"),
    ("r.search.yahoo.com/a", {}, "Organic Search"),
    ("search.brave.com", {}, "Organic Search"),
    ("m.search.naver.com", {}, "Organic Search"),
    ("ya.ru", {}, "Organic Search"),
    ("com.google.android.googlequicksearchbox", {}, "Organic Search"),
    ("mail.google.com/mail", {}, "Referral"),
    ("docs.google.com", {}, "Referral"),
    ("mail.yahoo.com", {}, "Referral"),
    ("com.google.android.gm", {}, "Referral"),
    ("google.evil.example", {}, "Referral"),
    ("notgoogle.com", {}, "Referral"),
    ("m.facebook.com", {}, "Organic Social"),
    ("l.instagram.com", {}, "Organic Social"),
    ("t.co", {}, "Organic Social"),
    ("x.com", {}, "Organic Social"),
    ("lnkd.in", {}, "Organic Social"),
    ("old.reddit.com/r/a", {}, "Organic Social"),
    ("mastodon.social", {}, "Organic Social"),
    ("news.ycombinator.com/item", {}, "Organic Social"),
    ("groups.google.com", {}, "Organic Social"),
    ("vertex.com", {}, "Referral"),
    ("m.youtube.com", {}, "Organic Video"),
    ("youtu.be", {}, "Organic Video"),
    ("amazon.co.uk/dp", {}, "Organic Shopping"),
    ("shopping.google.com", {}, "Organic Shopping"),
    ("blog.example/post", {}, "Referral"),
    # AI assistants
    ("chatgpt.com", {}, "AI Assistant"),
    ("chat.openai.com", {}, "AI Assistant"),
    ("perplexity.ai/search", {}, "AI Assistant"),
    ("claude.ai", {}, "AI Assistant"),
    ("gemini.google.com/app", {}, "AI Assistant"),
    ("copilot.microsoft.com", {}, "AI Assistant"),
    ("you.com", {}, "AI Assistant"),
    ("you.example.com", {}, "Referral"),
    ("gemini.com", {}, "Referral"),
    ("", utm("chatgpt.com"), "AI Assistant"),
    ("", utm("x", "ai-assistant"), "AI Assistant"),
    ("", utm("chatgpt.com", "cpc"), "Paid Other"),
    ("", utm("chatgpt.com", "email"), "Email"),
    ("chatgpt.com", utm("news", "email"), "Email"),
    # the parameters' word counts, not the referrer's
    ("mail.yahoo.com", utm("march", "email"), "Email"),
    ("google.com", utm("facebook", "cpc"), "Paid Social"),
    ("facebook.com", utm("google"), "Organic Search"),
    # the rules for manual traffic, in their order
    ("", utm("google", "cpc", "x Cross-network y"), "Cross-network"),
    ("", utm("amazon", "cpc"), "Paid Shopping"),
    ("", utm("google", "ppc", "spring-shop"), "Paid Shopping"),
    ("", utm("google", "cpc", "shopping"), "Paid Shopping"),
    ("", utm("google", "cpc", "eshop"), "Paid Shopping"),
    ("", utm("google", "cpc", "workshop"), "Paid Search"),
    ("", utm("google", "cpc"), "Paid Search"),
    ("", utm("Bing", "CPC"), "Paid Search"),
    ("", utm("google", "retargeting"), "Paid Search"),
    ("", utm("google", "cpm"), "Paid Search"),
    ("", utm("fb", "paid_social"), "Paid Social"),
    ("", utm("ig", "paid"), "Paid Social"),
    ("", utm("youtube", "cpv"), "Paid Video"),
    ("", utm("taboola", "cpm"), "Display"),
    ("", utm("google", "display"), "Display"),
    ("", utm("x", "banner"), "Display"),
    ("", utm("x", "expandable"), "Display"),
    ("", utm("x", "interstitial"), "Display"),
    ("", utm("taboola", "cpc"), "Paid Other"),
    ("", utm("taboola", "paid-native"), "Paid Other"),
    ("", utm("etsy"), "Organic Shopping"),
    ("", utm("news", "email", "shop"), "Organic Shopping"),
    ("", utm("pinterest"), "Organic Social"),
    ("", utm("x", "social"), "Organic Social"),
    ("", utm("x", "social media"), "Organic Social"),
    ("", utm("x", "sm"), "Organic Social"),
    ("", utm("vimeo"), "Organic Video"),
    ("", utm("x", "short-video"), "Organic Video"),
    ("", utm("x", "organic"), "Organic Search"),
    ("", utm("x", "referral"), "Referral"),
    ("", utm("x", "app"), "Referral"),
    ("", utm("x", "link"), "Referral"),
    ("", utm("email"), "Email"),
    ("", utm("x", "e-mail"), "Email"),
    ("", utm("x", "affiliate"), "Affiliates"),
    ("", utm("x", "audio"), "Audio"),
    ("", utm("sms"), "SMS"),
    ("", utm("x", "sms"), "SMS"),
    ("", utm("x", "web-push"), "Mobile Push Notifications"),
    ("", utm("x", "mobile"), "Mobile Push Notifications"),
    ("", utm("x", "notifications"), "Mobile Push Notifications"),
    ("", utm("firebase"), "Mobile Push Notifications"),
    ("", utm("partner", "newsletter"), "Unassigned"),
    ("", utm(campaign="spring"), "Unassigned"),
    # click ids
    ("", {"gclid": "1"}, "Paid Search"),
    ("", {"wbraid": "1"}, "Paid Search"),
    ("", {"msclkid": "1"}, "Paid Search"),
    ("", {"yclid": "1"}, "Paid Search"),
    ("youtube.com", {"gclid": "1"}, "Paid Search"),
    ("", {"dclid": "1"}, "Display"),
    ("", {"ttclid": "1"}, "Paid Social"),
    ("", {"twclid": "1"}, "Paid Social"),
    ("", {"li_fat_id": "1"}, "Paid Social"),
    ("", {"rdt_cid": "1"}, "Paid Social"),
    ("", {"sccid": "1"}, "Paid Social"),
    ("", {"fbclid": "1"}, "Organic Social"),
    ("", {"epik": "1"}, "Organic Social"),
    ("l.facebook.com", utm("news", "email") | {"fbclid": "1"}, "Email"),
    ("", utm("youtube") | {"gclid": "1"}, "Paid Video"),
    # the seed's own parameter names a campaign, not where its link stood
    ("", {"campaign": "spring"}, "Unassigned"),
    ("partner.example", {"campaign": "spring"}, "Referral"),
    ("google.com", {"campaign": "spring"}, "Organic Search"),
    # others' habits
    ("", {"ref": "producthunt"}, "Unassigned"),
    ("producthunt.com", {"ref": "producthunt"}, "Referral"),
    ("", {"source": "facebook"}, "Organic Social"),
]


@pytest.mark.parametrize(("referrer", "params", "expected"), CASES)
def test_the_channel_is_ga4s(referrer: str, params: dict[str, str], expected: str) -> None:
    assert channel(referrer, params) == expected


def test_the_sites_own_hosts_are_no_referrer() -> None:
    assert channel("facebook.com/a", {}, frozenset({"facebook.com"})) == "Direct"
    assert channel("pay.example", {}, frozenset({"shop.example"})) == "Referral"


def test_every_click_id_is_worth_a_channel_of_its_own() -> None:
    assert {channel("", {click: "1"}) for click in CLICK_IDS}.isdisjoint({"Direct", "Unassigned"})
