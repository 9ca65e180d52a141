"""Which sessions a report is about: `chosen(session, visitor, started)`, made of an app's sessions by filters, and
`facts`, all that `sessions` says of them.

What a filter says becomes SQL of the fragments below; what somebody typed is only ever a parameter.
"""

import re
from collections.abc import Sequence

import duckdb
import msgspec

from services.analysis.matching import Matcher
from services.contracts.click_ids import CLICK_IDS
from services.contracts.config import AppConfig, Button
from services.contracts.errors import InvalidInput
from services.contracts.filters import Condition, Filter, Pattern, parse

_PEOPLE = "from sessions where app = $app and left_out = 0"
PEOPLE = "select session, visitor, started " + _PEOPLE

_FIRST_OR_LAST = """session in (
    select session from page_views where app = $app group by session having {which}(page, sent(time, n, i)) {pages})"""


class Choice(msgspec.Struct):
    """A condition on `sessions`, and its parameters."""

    app: int
    matcher: Matcher
    connection: duckdb.DuckDBPyConnection
    config: AppConfig
    parameters: dict[str, object]

    def parameter(self, value: object) -> str:
        name = f"value_{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def all_of(self, filters: Sequence[Filter], at: str, within: bool = False) -> str:
        """`at` is how errors name the filters, `within` whether they are a segment's own."""
        return " and ".join(
            "(" + " or ".join(self.condition(one, f"{at}[{place}]", within) for one in each.either) + ")"
            for place, each in enumerate(filters)
        )

    def condition(self, condition: Condition, at: str, within: bool) -> str:
        one = " or ".join(self._meets(condition.field, pattern, at, within) for pattern in condition.any_of)
        return f"not coalesce({one}, false)" if condition.negated else f"({one})"

    def _meets(self, field: str, pattern: Pattern, at: str, within: bool) -> str:
        if field == "segment":
            return self._segment("*".join(pattern), at, within)
        if field == "visitor":
            return "came_back" if pattern == ["returning"] else "not came_back"
        if field == "click":
            return self._clicked(pattern, at)
        if field == "event":
            names = f"select id from names where {self._text('text', pattern)}"
            return f"session in (select session from customs where app = $app and name in ({names}))"
        if field in ("landing", "page", "entry", "exit"):
            return self._page(field, pattern)
        if field in ("browser", "os", "device", "screen", "language", "timezone", "country", "channel"):
            return self._coded(field, "words", "text", pattern)
        if field == "referrer":
            return self._coded("referrer", "referrers", "text", pattern)
        if field == "click_id":
            return self._click_id(pattern)
        if field == "campaign":
            return self._campaign(pattern)
        return self._parameter(field, pattern)

    def _coded(self, column: str, table: str, text: str, pattern: Pattern) -> str:
        """What is unknown has the id 0 and is no entry of its table."""
        meets = f"{column} in (select id from {table} where {self._text(text, pattern)})"
        return f"({meets} or {column} = 0)" if not any(pattern) else meets

    def _parameter(self, name: str, pattern: Pattern) -> str:
        return self._coded(
            "params", "params", f"coalesce(json_extract_string(text, '$.{name}'), '')", pattern
        )

    def _campaign(self, pattern: Pattern) -> str:
        """By the suffix in the links, or by the name that the app gave it."""
        suffixes = [one.suffix for one in self.config.campaigns if _matches(one.name, pattern)]
        named = " or ".join(self._parameter("campaign", [suffix]) for suffix in suffixes)
        return (
            f"({self._parameter('campaign', pattern)} or {named})"
            if named
            else self._parameter("campaign", pattern)
        )

    def _click_id(self, pattern: Pattern) -> str:
        """What came along beside campaign parameters; none where the value is empty."""
        names = (
            "select id from (select id, unnest(json_keys(text)) as name from params)"
            f" where name in (select unnest({self.parameter(list(CLICK_IDS))}))"
        )
        if pattern == [""]:
            return f"params not in ({names})"
        return f"params in ({names} and {self._text('name', pattern)})"

    def _page(self, field: str, pattern: Pattern) -> str:
        column = "text" if pattern[0].startswith("http") else "path"
        pages = f"in (select id from pages where {self._text(column, pattern)})"
        if field == "landing":
            return f"(landing {pages} or landing = 0)" if not any(pattern) else f"landing {pages}"
        if field == "page":
            return f"session in (select session from page_views where app = $app and page {pages})"
        return _FIRST_OR_LAST.format(which="arg_min" if field == "entry" else "arg_max", pages=pages)

    def _clicked(self, pattern: Pattern, at: str) -> str:
        if len(pattern) > 1:
            targets = f"select id from targets where {self._text('text', pattern)}"
        else:
            try:
                wanted = self.matcher.buttons([Button(name="filter", selector=pattern[0])], self.connection)
            except InvalidInput as error:
                raise InvalidInput(error.detail, field=at) from error
            targets = f"select unnest({self.parameter(wanted.columns['target'].tolist())}::integer[])"
        return f"session in (select session from clicks where app = $app and target in ({targets}))"

    def _segment(self, name: str, at: str, within: bool) -> str:
        if within:
            raise InvalidInput("a segment cannot be made of segments", field=at)
        for segment in self.config.segments:
            if segment.name == name:
                own = [parse(text, at) for text in segment.filters]
                return "(" + self.all_of(own, at, within=True) + ")"
        raise InvalidInput(f"there is no segment {name!r}", field=at)

    def _text(self, column: str, pattern: Pattern) -> str:
        if len(pattern) == 1:
            return f"{column} = {self.parameter(pattern[0])}"
        like = "%".join(
            part.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") for part in pattern
        )
        return rf"{column} like {self.parameter(like)} escape '\'"


def _matches(text: str, pattern: Pattern) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern)), text, re.DOTALL) is not None


def choose(
    connection: duckdb.DuckDBPyConnection,
    matcher: Matcher,
    app: int,
    filters: Sequence[Filter],
    config: AppConfig,
) -> None:
    """Make `chosen` and `facts`; without filters views, which a report's own conditions are pushed into. Raises
    InvalidInput."""
    if not filters:
        for view, sql in (("chosen", PEOPLE), ("facts", _PEOPLE)):
            connection.execute(f"create temp view {view} as " + sql.replace("$app", str(int(app))))
        return
    choice = Choice(app, matcher, connection, config, {"app": app})
    sql = f"create temp table chosen as {PEOPLE} and {choice.all_of(filters, 'filters')}"
    connection.execute(sql, choice.parameters)
    connection.execute("create temp view facts as from sessions semi join chosen using (session)")
