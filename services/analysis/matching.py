"""Which pages, elements and event names a condition means, as ids: reports then work on integers alone.

A condition is tried on each distinct text once. What it gave is kept, and only the entries that came since
are tried the next time (ids are given in ascending order and never change while a file lives).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import duckdb
import msgspec
import numpy as np
from numpy.typing import NDArray

from services.analysis import selectors
from services.analysis.rows import first
from services.analysis.selectors import SelectorInvalid
from services.contracts.config import Button, Stage
from services.contracts.errors import InvalidInput

Ids = NDArray[np.int32]
How = Literal["exact", "prefix", "glob", "regex", "selector"]

CLICK, PAGE, CUSTOM = 1, 2, 6
REMEMBERED = 1_000
"""conditions"""

_SQL = {
    "exact": "{column} = $value",
    "prefix": "starts_with({column}, $value)",
    "glob": r"{column} like $value escape '\'",
    "regex": "regexp_matches({column}, $value)",
}
_PLAIN_CSS = re.compile(r"[\w#.\s>+~-]+", re.ASCII)
_NONE: Ids = np.zeros(0, np.int32)


class Condition(msgspec.Struct, frozen=True):
    table: Literal["pages", "targets", "names"]
    column: Literal["text", "path"]
    how: How
    value: str


class Wanted(msgspec.Struct):
    """Rows of a report's table `wanted`, a numpy column each."""

    columns: dict[str, Ids]


def of_stage(stage: Stage, value: str) -> tuple[int, Condition]:
    """The kind of event and the condition that a value of a stage stands for."""
    if stage.trigger == "event":
        return CUSTOM, Condition("names", "text", stage.match, _pattern(stage.match, value))
    if stage.trigger == "click":
        if stage.match == "exact":
            return CLICK, Condition("targets", "text", "selector", value)
        return CLICK, Condition("targets", "text", stage.match, _pattern(stage.match, value))
    whole = value.removeprefix("^").startswith("http")
    if stage.match == "exact" and whole and value.count("/") == 2:
        value += "/"
    if stage.match in ("exact", "prefix") and not whole and not value.startswith("/"):
        value = "/" + value
    return PAGE, Condition("pages", "text" if whole else "path", stage.match, _pattern(stage.match, value))


def _pattern(how: How, value: str) -> str:
    """A glob knows `*` only, for any characters: `?` begins a query."""
    if how == "glob":
        return re.sub(r"([\\%_])", r"\\\1", value).replace("*", "%")
    return value


class Matcher:
    """Keeps what conditions gave, for one file. Used by several native threads: every step leaves whole
    entries behind."""

    def __init__(self) -> None:
        self._known: dict[Condition, tuple[int, Ids]] = {}

    def stages(self, stages: Sequence[Stage], connection: duckdb.DuckDBPyConnection) -> Wanted:
        """`wanted(stage, kind, subject)`. Raises InvalidInput naming the value."""
        found: list[tuple[int, int, Ids]] = []
        for place, stage in enumerate(stages):
            for which, value in enumerate(stage.values()):
                field = f"stages[{place}]." + (f"any_of[{which}]" if stage.any_of is not None else "value")
                if not value:
                    raise InvalidInput("give a value", field=field)
                kind, condition = of_stage(stage, value)
                found.append((place + 1, kind, self._ids(condition, connection, field)))
        rows = {
            tuple(row) for stage_, kind, ids in found for row in ((stage_, kind, id_) for id_ in ids.tolist())
        }
        table = np.array(sorted(rows), np.int32).reshape(-1, 3)
        return Wanted(
            {name: table[:, place].copy() for place, name in enumerate(("stage", "kind", "subject"))}
        )

    def buttons(self, buttons: Sequence[Button], connection: duckdb.DuckDBPyConnection) -> Wanted:
        """`wanted(button, target)`. Raises InvalidInput naming the selector."""
        parts = [
            self._ids(
                Condition("targets", "text", "selector", button.selector),
                connection,
                f"buttons[{place}].selector",
            )
            for place, button in enumerate(buttons)
        ]
        places = [np.full(len(part), place, np.int32) for place, part in enumerate(parts)]
        return Wanted({"button": np.concatenate([_NONE, *places]), "target": np.concatenate([_NONE, *parts])})

    def _ids(self, condition: Condition, connection: duckdb.DuckDBPyConnection, field: str) -> Ids:
        tried, ids = self._known.pop(condition, (0, _NONE))
        newest = first(connection, f"select coalesce(max(id), 0) from {condition.table}")
        upto = max(tried, newest[0] if newest else 0)
        if condition.how == "selector":
            more = _by_selector(condition.value, tried, upto, connection, field)
        else:
            more = _by_text(condition, tried, upto, connection, field)
        if more:
            ids = np.concatenate([ids, np.array(more, np.int32)])
        while len(self._known) >= REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        self._known[condition] = (upto, ids)
        return ids


def _by_text(
    condition: Condition, tried: int, upto: int, connection: duckdb.DuckDBPyConnection, field: str
) -> list[int]:
    test = _SQL[condition.how].format(column=condition.column)
    sql = f"select id from {condition.table} where id > $tried and id <= $upto and {test}"
    try:
        # A pattern is checked even where there is nothing to try it on.
        connection.execute(
            f"select {test.format()} from (select '' as text, '' as path)", {"value": condition.value}
        )
        rows = connection.execute(sql, {"tried": tried, "upto": upto, "value": condition.value}).fetchall()
    except duckdb.Error as error:
        raise InvalidInput(f"not a pattern: {str(error).splitlines()[0]}", field=field) from error
    return [id_ for (id_,) in rows]


def _by_selector(
    selector: str, tried: int, upto: int, connection: duckdb.DuckDBPyConnection, field: str
) -> list[int]:
    try:
        matches = selectors.compiled(selector)
        rows = connection.execute(
            "select id, text from targets where id > $tried and id <= $upto", {"tried": tried, "upto": upto}
        ).fetchall()
        words = _necessary(selector)
        return [
            id_
            for id_, text in rows
            if ("\\" in text or _has(text.lower(), words)) and matches(selectors.chain(text))
        ]
    except SelectorInvalid as error:
        raise InvalidInput(str(error), field=field) from error


def _necessary(selector: str) -> list[str]:
    """Words without which no path can match: spares building up most of the paths."""
    return re.findall(r"[\w-]+", selector.lower()) if _PLAIN_CSS.fullmatch(selector) else []


def _has(text: str, words: Iterable[str]) -> bool:
    return all(word in text for word in words)
