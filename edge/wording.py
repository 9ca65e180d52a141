"""What msgspec finds wrong with a value, in words for whoever filled in the form."""

import re
from collections.abc import Callable

KINDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false"} | {
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}
_SENTENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"Expected `str` of length >= (\d+)$"),
        lambda found: _most("at least", found[1], "character"),
    ),
    (
        re.compile(r"Expected `str` of length <= (\d+)$"),
        lambda found: _most("at most", found[1], "character"),
    ),
    (re.compile(r"Expected `array` of length >= (\d+)$"), lambda found: _most("at least", found[1], "entry")),
    (re.compile(r"Expected `array` of length <= (\d+)$"), lambda found: _most("at most", found[1], "entry")),
    (re.compile(r"Expected `(?:int|float)` >= (\S+)$"), lambda found: f"must be {_number(found[1])} or more"),
    (re.compile(r"Expected `(?:int|float)` <= (\S+)$"), lambda found: f"must be {_number(found[1])} or less"),
    (
        re.compile(r"Expected `([\w |]+)`, got `(\w+)`$"),
        lambda found: f"must be {_kinds(found[1])}, not {_kinds(found[2])}",
    ),
    (re.compile(r"Invalid enum value (.+)$"), lambda found: f"{found[1]} is none of the values it may have"),
)


def plain(message: str) -> str:
    """The same in plain words; as it is where there are none for it."""
    for pattern, words in _SENTENCES:
        if found := pattern.match(message):
            return words(found)
    return message


def _most(bound: str, count: str, what: str) -> str:
    plural = what if count == "1" else "entries" if what == "entry" else f"{what}s"
    return f"must have {bound} {count} {plural}"


def _number(text: str) -> str:
    return text.removesuffix(".0")


def _kinds(named: str) -> str:
    return " or ".join(KINDS.get(kind, kind) for kind in named.split(" | "))
