r"""Filters: which sessions a report is about, as text and as Structs. Of several filters all must hold.

    browser:Chrome                  is
    !browser:Chrome                 is not
    browser:Chrome|Firefox          any of
    page:/products/*                matches: `*` stands for any characters
    referrer:                       is unknown, or none
    country:DE||language:de*        one or the other (or both)
    segment:Customers               a saved segment of the app

`\` takes `|`, `*` and itself literally. A session has a page, event or click when it has it at any time.
"""

from typing import Annotated, Any, Literal, get_args

import msgspec

from services.contracts.errors import InvalidInput

Audience = Literal[
    "browser", "os", "device", "screen", "language", "timezone", "country", "channel", "referrer", "visitor"
]
"""`visitor` is `new` or `returning`; `referrer` host and path"""
CampaignField = Literal[
    "campaign", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "click_id"
]
"""of the session's landing; `click_id` is the name of one that came along (`gclid`)"""
Behaviour = Literal["landing", "page", "entry", "exit", "event", "click", "segment"]
"""pages as path and kept query, or a full URL where the value starts with http; `click` a CSS selector or XPath,
or the element's path where there is a `*`"""
Field = Literal[Audience, CampaignField, Behaviour]

FIELDS: tuple[str, ...] = tuple(
    name for group in (Audience, CampaignField, Behaviour) for name in get_args(group)
)
LONGEST = 1_000
"""characters of one filter as text"""
MOST = 20
"""filters of a report or segment"""

FilterText = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST)]
Pattern = Annotated[list[str], msgspec.Meta(min_length=1, max_length=20)]
"""the text between the `*`; a single part has none and is compared whole"""


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    field: Field
    any_of: Annotated[list[Pattern], msgspec.Meta(min_length=1, max_length=50)]
    negated: bool = False


class Filter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    either: Annotated[list[Condition], msgspec.Meta(min_length=1, max_length=20)]
    """one of them must hold"""


def parse(text: str, field: str) -> Filter:
    """Raises InvalidInput naming `field`."""
    if len(text) > LONGEST:
        raise InvalidInput(f"a filter has at most {LONGEST} characters", field=field)
    parsed = {"either": [_condition(part, field) for part in _split(text, "||")]}
    try:
        return msgspec.convert(parsed, Filter)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"too many values: {error}", field=field) from error


def _condition(text: str, at: str) -> dict[str, Any]:  # Any: what Filter is made of
    name, colon, values = text.removeprefix("!").partition(":")
    if not colon or name not in FIELDS:
        raise InvalidInput(
            f"{name[:40]!r} is not a field: write field:value, where the field is one of {', '.join(FIELDS)}",
            field=at,
        )
    patterns = [[_plain(part) for part in _split(value, "*")] for value in _split(values, "|")]
    if name == "visitor" and any(pattern not in (["new"], ["returning"]) for pattern in patterns):
        raise InvalidInput("a visitor is `new` or `returning`", field=at)
    return {"field": name, "any_of": patterns, "negated": text.startswith("!")}


def _split(text: str, separator: str) -> list[str]:
    """At each separator that no backslash precedes; backslashes stay."""
    parts, start, place = [], 0, 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text.startswith(separator, place):
            parts.append(text[start:place])
            place += len(separator)
            start = place
        else:
            place += 1
    return [*parts, text[start:]]


def _plain(text: str) -> str:
    """Without the backslashes that take the next character literally; others stay, as in a selector."""
    plain, place = "", 0
    while place < len(text):
        if text[place] == "\\" and text[place + 1 : place + 2] in ("\\", "|", "*"):
            place += 1
        plain += text[place]
        place += 1
    return plain
