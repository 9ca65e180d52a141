"""Ways: the events of a report as integer columns, those of one visitor (or session) together, in the order sent.

What a definition says of "the next" event is then a comparison of neighbours, for all visitors at once.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.rows import Column, Columns, first

AT_ONCE = 1_000_000
"""events of the file of which one part is read: few, so that columns stay in the caches, and one part's memory serves
the next"""
SESSIONS_AT_ONCE = 500_000
"""of which the facts are read at once, about"""
FEW = 0.5
"""of all sessions"""
NOBODY = -1

_ASKED = "semi join (select session from chosen where session between $first and $last) using (session)"
"""to read the events of few sessions; of many, to read them all takes less than to look for each"""

Places = NDArray[np.int64]
Bits = NDArray[np.bool_]


class Whose(msgspec.Struct):
    """Some of the sessions, and who each is of: the number of a visitor, or of the session itself."""

    first: int
    """the lowest of the sessions' numbers"""
    of: Column
    """from the first on, by the session's number; NOBODY where it is none of them"""
    few: bool
    """of all sessions between: let DuckDB leave out the events of the others"""

    @property
    def last(self) -> int:
        return self.first + len(self.of) - 1

    def who(self, sessions: Column) -> Column:
        """Who these sessions, first to last, are of; NOBODY of those between them."""
        return self.of.take(sessions - self.first)

    def by_number(self, sessions: Column, values: Column) -> Column:
        """The values of these sessions (ascending), as `of` has them; 0 of others."""
        found = np.zeros(len(self.of), values.dtype)
        here = slice(*np.searchsorted(sessions, np.array((self.first, self.last + 1), sessions.dtype)))
        found[sessions[here] - self.first] = values[here]
        return found


class Sent(NamedTuple):
    """Some of the rows, by session in the order sent: by time, of the same ms by frame and place in it."""

    rows: Columns
    places: Places
    key: Places
    """of session and time"""

    def all(self, name: str) -> Column:
        return self.rows[name].take(self.places)

    def at(self, which: Places, name: str) -> Column:
        """Of some of them."""
        return self.rows[name].take(self.places.take(which))


def some_sessions(on: Reading, sql: str, parameters: Mapping[str, Any] = {}) -> Iterator[Columns]:
    """The rows of an answer about sessions (`session` and more), ascending, some after others: all of them are as large
    as all else a report holds. Once at least, with none where there are none."""
    row = first(on.connection, f"select min(session), max(session), count(*) from ({sql})", parameters)
    lowest, highest, count = row if row and row[2] else (0, 0, 1)
    # Numbers of all apps' sessions: of one app there may be few among them.
    step = max(1, SESSIONS_AT_ONCE * (highest - lowest + 1) // count)
    some = f"from ({sql}) where session between $low and $high"
    none = True
    for low in range(lowest, highest + 1, step):
        rows = fetch(on, some, {**parameters, "low": low, "high": min(low + step - 1, highest)})
        if len(rows["session"]):
            none = False
            yield ascending(rows)
    if none:
        yield rows


def whose(
    on: Reading, sessions: Iterable[Columns], who: str, times: int = 1
) -> Iterator[tuple[Columns, Whose]]:
    """These sessions (ascending) in parts of which each is quickly read, since the events of a session lie together;
    one part at least. Each with the sessions among which it is. `who`: the column that says who a session is of;
    `times`: as large as those of other reports."""
    size = times * at_once(on)
    for those in sessions:
        for begin in range(0, max(len(those["session"]), 1), size):
            here = slice(begin, begin + size)
            yield those, _between(on, those["session"][here], those[who][here])


def _between(on: Reading, sessions: Column, who: Column) -> Whose:
    if not len(sessions):
        return Whose(0, np.full(1, NOBODY, np.int32), few=True)
    lowest = int(sessions[0])
    of = np.full(int(sessions[-1]) - lowest + 1, NOBODY, np.int32)
    of[sessions - lowest] = who
    return Whose(lowest, of, few=bool(on.scope.filters) and len(sessions) < FEW * len(of))


def at_once(on: Reading) -> int:
    """Of how many sessions the events are read at once."""
    row = first(
        on.connection,
        "select (select count(*) from sessions), (select coalesce(sum(events), 0)::bigint from deeds)",
    )
    sessions, events = row if row else (0, 0)
    return max(1, AT_ONCE * sessions // max(events, 1))


def fetch(on: Reading, sql: str, parameters: Mapping[str, Any] = {}) -> Columns:  # Any: of any form
    """The rows of an answer as columns; none of them may be null."""
    return {
        name: np.asarray(column)
        for name, column in on.connection.execute(sql, parameters).fetchnumpy().items()
    }


def ascending(rows: Columns) -> Columns:
    """By session, as they nearly always are."""
    sessions = rows["session"]
    if (sessions[1:] >= sessions[:-1]).all():
        return rows
    order = by_number(sessions)
    return {name: column[order] for name, column in rows.items()}


def events(on: Reading, name: str, sessions: Whose, parameters: Mapping[str, Any], **parts: str) -> Columns:
    """The rows of queries/<name>.sql, of other sessions between them too. `parts` are put where the query names them in
    braces."""
    sql = query(name).replace("{asked}", _ASKED if sessions.few else "")
    for place, text in parts.items():
        sql = sql.replace(f"{{{place}}}", text)
    return fetch(on, sql, {**parameters, "first": sessions.first, "last": sessions.last})


def in_order(rows: Columns, who: Column) -> Places:
    """The places of the events, NOBODY's left out, by session, of each as they were sent: by time, of the same ms by
    frame and place in it. Rows `session, time, n, i`, nearly in order as they come from the file."""
    (key,) = keys((rows["session"], rows["time"]))
    places = as_sent(rows, np.arange(len(key)), key).places
    if (who == NOBODY).any():
        return places.take(np.flatnonzero(who.take(places) != NOBODY))
    return places


def as_sent(rows: Columns, places: Places, key: Places) -> Sent:
    """The rows at some places, nearly in order; `key`: of their sessions and times. What it is given may be changed."""
    if not (key[1:] >= key[:-1]).all():
        order = np.argsort(key, kind="stable")  # quick where runs are in order
        key, places = key.take(order), places.take(order)
    # Ties are few: only they are looked at more closely, each run of them in its place.
    same = np.flatnonzero(key[1:] == key[:-1]) + 1
    if len(same):
        tied = np.union1d(same - 1, same)
        run = np.cumsum(changes(key.take(tied)))
        of = places.take(tied)
        places[tied] = of[np.lexsort((rows["i"][of], rows["n"][of], run))]
    return Sent(rows, places, key)


def by_people(who: Column, time: Column) -> Places:
    """The places of events that are in order session by session, by who and time. A session is one's, so that sessions
    are moved together, which is less work than to sort the events. Equals stay as they stand: of two sessions in the
    same ms the one seen first is first, since their frames' numbers say nothing of each other."""
    order = together(who)
    who = who.take(order)
    (key,) = keys((who, time.take(order)))
    late = np.flatnonzero(key[1:] < key[:-1])
    if len(late):
        # Sessions that overlap or are numbered against the time: their people's events are sorted for themselves.
        mixed = np.zeros(int(who[-1]) + 1, np.bool_)
        mixed[who[late]] = True
        rows = np.flatnonzero(mixed[who])
        order[rows] = order[rows[np.argsort(key[rows], kind="stable")]]
    return order


def keys(*those: tuple[Column, Column]) -> list[Places]:
    """Of each pair of columns, numbers and times, a column in the order of both, the number first. They can be compared
    with each other's."""
    numbers, times = ([column for column in pair if len(column)] for pair in zip(*those, strict=True))
    if not times:
        return [np.zeros(0, np.int64) for _ in those]
    bits = (max(int(time.max()) for time in times) - min(int(time.min()) for time in times)).bit_length()
    if bits + max(int(number.max()) for number in numbers).bit_length() > 62:
        # Both do not fit into one key; the rank of a time does.
        _, rank = np.unique(np.concatenate(times), return_inverse=True)
        ranks = np.split(rank, np.cumsum([len(time) for _, time in those])[:-1])
        return keys(*((number, rank) for (number, _), rank in zip(those, ranks, strict=True)))
    found = [np.left_shift(number, bits, dtype=np.int64) for number, _ in those]
    for key, (_, time) in zip(found, those, strict=True):
        key += time
    return found


def together(who: Column) -> Places:
    """The places of all by who, of each as they stand; what stands together is moved together."""
    if not len(who):
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(changes(who))
    blocks = by_number(who[begins])
    lengths = np.diff(np.append(begins, len(who)))[blocks]
    ends = lengths.cumsum()
    places = np.repeat(begins[blocks] - ends + lengths, lengths)
    places += np.arange(len(who))
    return places


def by_number(numbers: Column) -> Places:
    """The places sorted by these numbers (not below 0), equals as they stand: digit by digit."""
    bits = int(numbers.max(initial=0)).bit_length()
    order = np.argsort(numbers.astype(np.uint8 if bits <= 8 else np.uint16), kind="stable")
    for shift in range(16, bits, 16):
        digits = (numbers >> shift).astype(np.uint16).take(order)
        order = order.take(np.argsort(digits, kind="stable"))
    return order


def changes(*columns: Column) -> Bits:
    """Where one of them is another than in the row before; the first row's are."""
    found = np.zeros(len(columns[0]), np.bool_)
    found[:1] = True
    for column in columns:
        found[1:] |= column[1:] != column[:-1]
    return found
