"""What a user agent says: browser, operating system, kind of device, and whether it is a bot."""

import re
from functools import cache, lru_cache

import msgspec
import ua_parser

TABLET = re.compile(r"iPad|Tablet|PlayBook|Silk|Kindle|Android(?!.*Mobile)")
MOBILE = re.compile(r"Mobi|iPhone|iPod|Android|Windows Phone|Opera Mini")
TV = re.compile(r"TV|CrKey|Roku|BRAVIA|AFT[A-Z]|Web0S|Tizen.*TV")


class Agent(msgspec.Struct, frozen=True):
    browser: str
    os: str
    device: str
    bot: bool


@cache
def _bots() -> re.Pattern[str]:
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA

    patterns = "|".join(f"(?:{entry['pattern']})" for entry in CRAWLER_USER_AGENTS_DATA)
    return re.compile(patterns)


def prepare() -> None:
    """What the first hello, and everybody with it, would wait half a second for."""
    _bots()
    ua_parser.parse("")


@lru_cache(4096)
def agent(user_agent: str) -> Agent:
    """An empty user agent is a bot: every browser has one."""
    if not user_agent:
        return Agent("", "", "bot", True)
    text = user_agent[:500]
    parsed = ua_parser.parse(text)
    browser = parsed.user_agent.family if parsed.user_agent else ""
    os = parsed.os.family if parsed.os else ""
    bot = bool(_bots().search(text))
    return Agent(browser, os, "bot" if bot else _device(text), bot)


def _device(text: str) -> str:
    if TV.search(text):
        return "tv"
    if TABLET.search(text):
        return "tablet"
    return "mobile" if MOBILE.search(text) else "desktop"
