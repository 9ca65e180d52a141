"""Does a selector mean the element that was clicked? Asked of its recorded path: the page itself is gone.

A path (`body>main>section.card:nth-of-type(2)>button#buy.btn[name="buy"]`) is built up again as a chain of
elements, with as many siblings before each as `:nth-of-type` says, and the selector (CSS, XPath, or a bare word
meaning tag, id, class or name) is tried on it. It matches when any element of the chain matches: a click on
the icon within a button is a click on it. What a path does not tell (other siblings, other attributes, text,
what stood above a path cut short) no selector can ask for.
"""

import re
from collections.abc import Callable

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

BARE_WORD = re.compile(r"[\w-]+", re.ASCII)

_NAME = r"(?:[^\s\\#.:>\[\]]|\\[0-9A-Fa-f]{1,6}\s?|\\[^0-9A-Fa-f])+"
_COMPOUND = re.compile(
    rf"""
    (?P<tag> {_NAME} | \*)?
    (?P<rest> (?: \#{_NAME} | \.{_NAME} | \[[^\]"]*(?:"(?:[^"\\]|\\.)*")?\] | :nth-of-type\(\d+\) )*)
    """,
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(
    rf"""
    \#(?P<id>{_NAME}) | \.(?P<cls>{_NAME}) | \[(?P<attr>[\w-]+)="(?P<value>(?:[^"\\]|\\.)*)"\]
    | :nth-of-type\((?P<nth>\d+)\)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})\s?|(.))", re.DOTALL)
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_SIBLINGS = 1_000
_MOST_COMPOUNDS = 256

Chain = list[etree._Element]


class SelectorInvalid(Exception):
    """It is neither a CSS selector nor an XPath that can be tried on elements."""


def compiled(selector: str) -> Callable[[Chain], bool]:
    """The selector as a question to a chain. Raises SelectorInvalid."""
    try:
        if selector.lstrip().startswith(("/", "(")):
            return _asking(etree.XPath(selector.strip(), regexp=False, smart_strings=False))
        if BARE_WORD.fullmatch(selector):
            word = "descendant-or-self::*[name() = $tag or @id = $word or @name = $word or {}]".format(
                "contains(concat(' ', normalize-space(@class), ' '), concat(' ', $word, ' '))"
            )
            return _asking(etree.XPath(word), word=selector, tag=selector.lower())
        css = HTMLTranslator().css_to_xpath(selector)
        return _asking(etree.XPath(css))
    except (SelectorError, etree.XPathError, ValueError) as error:
        raise SelectorInvalid(f"{selector!r}: {error}") from error


def _asking(xpath: etree.XPath, **variables: str) -> Callable[[Chain], bool]:
    def matches(chain: Chain) -> bool:
        if not chain:
            return False
        try:
            found = xpath(chain[0].getroottree(), **variables)
        except etree.XPathError as error:
            raise SelectorInvalid(f"{xpath.path!r}: {error}") from error
        if not isinstance(found, list):
            raise SelectorInvalid(f"{xpath.path!r} does not select elements")
        return any(element in chain for element in found)

    return matches


def chain(path: str) -> Chain:
    """The elements of a recorded path, from the outermost down to the one clicked; empty where it can't be read."""
    if BARE_WORD.fullmatch(path):
        # The seed's own form: somebody's class, id or name.
        return [_element(path, {"id": path, "class": path, "name": path})]
    elements: Chain = []
    for compound in _compounds(path):
        match = _COMPOUND.fullmatch(compound)
        if match is None or len(elements) >= _MOST_COMPOUNDS:
            return []
        attributes: dict[str, str] = {}
        nth = 1
        for part in _PART.finditer(match["rest"]):
            if part["id"] is not None:
                attributes["id"] = _unescaped(part["id"])
            elif part["cls"] is not None:
                attributes["class"] = f"{attributes.get('class', '')} {_unescaped(part['cls'])}".strip()
            elif part["attr"] is not None:
                attributes[part["attr"]] = _unescaped(part["value"])
            else:
                nth = min(max(int(part["nth"]), 1), _MOST_SIBLINGS)
        element = _element(_unescaped(match["tag"] or "*"), attributes)
        if elements:
            for _ in range(nth - 1):
                etree.SubElement(elements[-1], element.tag)
            elements[-1].append(element)
        elements.append(element)
    if elements and elements[0].tag == "body":
        etree.Element("html").append(elements[0])
    return elements


def _compounds(path: str) -> list[str]:
    """Split at `>` that is neither escaped nor quoted."""
    parts, quoted, escaped = [""], False, False
    for character in path:
        if escaped or character == "\\":
            escaped = not escaped
        elif character == '"':
            quoted = not quoted
        elif character == ">" and not quoted:
            parts.append("")
            continue
        parts[-1] += character
    return [part.strip() for part in parts]


def _element(tag: str, attributes: dict[str, str]) -> etree._Element:
    try:
        element = etree.Element(tag.lower())
    except ValueError:
        element = etree.Element("unknown")
    for name, value in attributes.items():
        element.set(name, _UNFIT.sub("", value))
    return element


def _unescaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[2]
        code = int(match[1], 16)
        return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"

    return _ESCAPE.sub(one, text)
