"""What a user agent says."""

import pytest

from edge.collect.user_agents import Agent, agent

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CASES = {
    "chrome on windows": (
        f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
        Agent("Chrome", "Windows", "desktop", False),
    ),
    "edge on windows": (
        f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        Agent("Edge", "Windows", "desktop", False),
    ),
    "firefox on linux": (
        f"{MOZILLA} (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        Agent("Firefox", "Linux", "desktop", False),
    ),
    "safari on a mac": (
        f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
        " Safari/605.1.15",
        Agent("Safari", "Mac OS X", "desktop", False),
    ),
    "safari on a phone": (
        f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/18.1 Mobile/15E148 Safari/604.1",
        Agent("Mobile Safari", "iOS", "mobile", False),
    ),
    "an old tablet": (
        f"{MOZILLA} (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2"
        " Mobile/15E148 Safari/604.1",
        Agent("Mobile Safari", "iOS", "tablet", False),
    ),
    "chrome on a phone": (
        f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36",
        Agent("Chrome Mobile", "Android", "mobile", False),
    ),
    "chrome on a tablet": (
        f"{MOZILLA} (Linux; Android 10; K) {WEBKIT} Chrome/131.0.0.0 Safari/537.36",
        Agent("Chrome", "Android", "tablet", False),
    ),
    "firefox on a tablet": (
        f"{MOZILLA} (Android 13; Tablet; rv:133.0) Gecko/133.0 Firefox/133.0",
        Agent("Firefox Mobile", "Android", "tablet", False),
    ),
    "a television": (
        f"{MOZILLA} (SMART-TV; Linux; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/4.0"
        " Chrome/76.0.3809.146 TV Safari/537.36",
        Agent("Samsung Internet", "Tizen", "tv", False),
    ),
    "an in-app browser": (
        f"{MOZILLA} (Linux; Android 13; SM-S901B; wv) {WEBKIT} Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36"
        " [FB_IAB/FB4A;FBAV/490.0.0.0]",
        Agent("Facebook", "Android", "mobile", False),
    ),
    "unknown": ("Nobody/1.0", Agent("", "", "desktop", False)),
    "empty": ("", Agent("", "", "bot", True)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_user_agent_is_read(name: str) -> None:
    user_agent, expected = CASES[name]
    assert agent(user_agent) == expected


@pytest.mark.parametrize(
    "user_agent",
    [
        f"{MOZILLA} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"{MOZILLA} (Linux; Android 6.0.1; Nexus 5X) {WEBKIT} Chrome/131.0.0.0 Mobile Safari/537.36"
        " (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        f"{MOZILLA} (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        f"{MOZILLA} {WEBKIT}; compatible; GPTBot/1.2; +https://openai.com/gptbot",
        f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36",
        "facebookexternalhit/1.1",
        "curl/8.5.0",
        "python-requests/2.32.3",
        "Go-http-client/2.0",
    ],
)
def test_a_bot_is_told(user_agent: str) -> None:
    found = agent(user_agent)
    assert (found.bot, found.device) == (True, "bot")


def test_a_bot_that_hides_behind_500_characters_costs_no_more() -> None:
    assert not agent(f"{MOZILLA} {'x' * 500} Googlebot/2.1").bot
