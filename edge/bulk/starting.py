"""The facts of a session of an import: what its first line gives, and what is derived as at hello."""

from collections.abc import Mapping
from functools import lru_cache

from edge.bulk.checking import Rules
from edge.collect.addresses import campaign_parameters, reduced, without_query
from edge.collect.channels import channel
from edge.collect.user_agents import agent
from services.contracts.bulk import Line
from services.contracts.frames import Start


def start(line: Line, at: int, rules: Rules, seen_before: bool = False) -> Start:
    """The facts of the session that begins with this line."""
    told = agent(line.user_agent) if line.user_agent else None
    landing = line.url or line.next
    url, params = address_of(landing, rules) if landing else ("", {})
    if line.params is not None:
        params = given(line.params)
    referrer = _referrer(line.referrer) if line.referrer else ""
    if referrer.partition("/")[0] in rules.own_hosts:
        referrer = ""
    return Start(
        at=at,
        visitor=line.visitor,
        returning=seen_before if line.returning is None else line.returning,
        browser=line.browser or (told.browser if told else ""),
        os=line.os or (told.os if told else ""),
        device=line.device or (told.device if told else ""),
        screen=line.screen or "",
        language=line.language or "",
        timezone=line.timezone or "",
        country=(line.country or "").upper(),
        referrer=referrer,
        channel=line.channel or channel(referrer, params, rules.own_hosts),
        landing=url,
        params=params,
        bot=(told.bot if told else False) if line.bot is None else line.bot,
    )


def address_of(url: str, rules: Rules) -> tuple[str, dict[str, str]]:
    """A page as the app keeps it, and the campaign parameters of its address."""
    return reduced(url, rules.config.keep_query, rules.config.keep_fragment)


def given(params: Mapping[str, str]) -> dict[str, str]:
    """The campaign parameters among those a line gives."""
    return campaign_parameters(params.items())


@lru_cache(4096)
def _referrer(given: str) -> str:
    """Also one that is reduced to host and path already."""
    return without_query(given if "//" in given else f"//{given}")
