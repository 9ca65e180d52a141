"""Regular expressions and selectors as users type them.

A regular expression is run later by RE2 (in DuckDB), which takes linear time and knows less than Python:
look-around, back-references, atomic groups and the like are refused here, with the words a user understands,
instead of failing in a report.
"""

import re
import warnings
from re import _parser  # type: ignore[attr-defined]  # the standard library's own, without a public name

LONGEST_REGEX = 300
"""characters"""
MOST_REPEATS = 1000
"""RE2's limit, for nested repeats multiplied"""

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KNOWN_ESCAPES = set("AbBdDsSwWnrtfvax")
_GROUP = re.compile(r"\(\?(?!:|P<[A-Za-z_]\w*>|[ims]+(?:-[ims]+)?[:)]|-[ims]+[:)])")


def regex_problem(pattern: str) -> str | None:
    """Why the pattern cannot be used; None when it can."""
    if len(pattern) > LONGEST_REGEX:
        return f"a regular expression has at most {LONGEST_REGEX} characters"
    for escape in _ESCAPE.findall(pattern):
        if escape.isdigit() and escape != "0":
            return f"back-references (\\{escape}) are not supported"
        if escape.isalnum() and escape not in _KNOWN_ESCAPES:
            return f"\\{escape} is not supported"
        if escape.isalnum() or ord(escape) < 128:
            continue
        return f"\\{escape} is not supported: leave out the backslash"
    if _GROUP.search(_ESCAPE.sub("", pattern)):
        return "look-around and other special groups are not supported"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            parsed = _parser.parse(pattern)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        return f"not a regular expression: {error}"
    if _most_repeats(parsed) > MOST_REPEATS:
        return f"repeats more than {MOST_REPEATS} times"
    return "possessive repeats are not supported" if _possessive(parsed) else None


def _inner(argument: object) -> list[_parser.SubPattern]:
    """The sub-patterns in the argument of one element of a parsed pattern."""
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, list | tuple):
        return [found for part in argument for found in _inner(part)]
    return []


def _most_repeats(parsed: _parser.SubPattern) -> int:
    """The largest product of bounded repeats within each other."""
    most = 1
    for operation, argument in parsed:
        deepest = max((_most_repeats(part) for part in _inner(argument)), default=1)
        if "REPEAT" in str(operation):
            least, upto, _ = argument
            deepest *= least if upto is _parser.MAXREPEAT else upto
        most = max(most, deepest)
    return most


def _possessive(parsed: _parser.SubPattern) -> bool:
    return any(
        "POSSESSIVE" in str(operation) or any(_possessive(part) for part in _inner(argument))
        for operation, argument in parsed
    )


def selector_problem(selector: str) -> str | None:
    """Why it is neither a CSS selector nor (where it starts with `/` or `(`) an XPath; None when it is."""
    return _xpath_problem(selector) if selector.startswith(("/", "(")) else _css_problem(selector)


def _css_problem(selector: str) -> str | None:
    import cssselect  # late: with lxml below it takes memory that an idle service should not

    try:
        parsed = cssselect.parse(selector)
    except cssselect.SelectorError as error:
        return f"not a CSS selector: {error}"
    if any(part.pseudo_element for part in parsed):
        return "a pseudo-element cannot be clicked"
    return None


def _xpath_problem(selector: str) -> str | None:
    from lxml import etree

    try:
        etree.XPath(selector)
    except etree.XPathError as error:
        return f"not an XPath: {error}"
    return None
