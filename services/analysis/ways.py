"""Ways: the events of a report as integer columns, those of one visitor (or session) together, in the order sent.

What a definition says of "the next" event is then a comparison of neighbours, for all visitors at once.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from services.analysis.columns import TABLES
from services.analysis.queries import query
from services.analysis.reading import Reading
from services.analysis.rows import Column, Columns, first

AT_ONCE = 12_000_000
"""events of the file of which one part is taken into memory"""
NOBODY = -1

Places = NDArray[np.int64]
Bits = NDArray[np.bool_]


class Whose(msgspec.Struct):
    """Some of the sessions, and who each is of: a dense number of a visitor, or of the session itself."""

    of: Column
    """by the session's number, NOBODY where it is none of them"""
    few: bool
    """of all sessions: let DuckDB leave out the events of the others"""


def whose(on: Reading, sessions: Column, who: Column, finer: int = 1) -> Iterator[Whose]:
    """These sessions, side by side with who each is of, in parts that fit into memory: all of one's are in one part.
    `finer`: in so many times more parts, for who takes more of the events than others do."""
    row = first(on.connection, "select coalesce(max(session), 0) from session_ids")
    numbers = row[0] + 1 if row else 1
    count = parts(on) * finer
    for part in range(count):
        here = slice(None) if count == 1 else who % count == part
        of = np.full(numbers, NOBODY, np.int32)
        of[sessions[here]] = who[here]
        yield Whose(of, count > 1 or bool(on.scope.filters))


def parts(on: Reading) -> int:
    """In how many parts a report is to be read, so that each fits into memory."""
    row = first(
        on.connection,
        "select sum(estimated_size)::bigint from duckdb_tables()"
        " where table_name in (select unnest($tables)) and not temporary",
        {"tables": list(TABLES)},
    )
    return 1 + (row[0] if row else 0) // AT_ONCE


def fetch(on: Reading, sql: str, parameters: Mapping[str, Any] = {}) -> Columns:  # Any: of any form
    """The rows of an answer as columns; none of them may be null."""
    return {
        name: np.asarray(column)
        for name, column in on.connection.execute(sql, parameters).fetchnumpy().items()
    }


@contextmanager
def only(on: Reading, sessions: Whose) -> Iterator[str]:
    """What a query that reads events ends with, so that it reads the events of few sessions; empty for many: to read
    them all takes less than to look for each."""
    if not sessions.few:
        yield ""
        return
    on.connection.register("asked", {"session": np.flatnonzero(sessions.of != NOBODY).astype(np.int32)})
    try:
        yield "semi join asked using (session)"
    finally:
        on.connection.unregister("asked")


def events(on: Reading, name: str, sessions: Whose, parameters: Mapping[str, Any], **parts: str) -> Columns:
    """The rows of queries/<name>.sql, and `who` each is of; of other sessions too, NOBODY's. `parts` are put where the
    query names them in braces."""
    with only(on, sessions) as asked:
        sql = query(name).replace("{asked}", asked)
        for place, text in parts.items():
            sql = sql.replace(f"{{{place}}}", text)
        rows = fetch(on, sql, parameters)
    rows["who"] = sessions.of[rows["session"]]
    return rows


def in_order(who: Column, time: Column, n: Column, i: Column, session: Column) -> Places:
    """The places of the events, NOBODY's left out, sorted by who, then as they were sent: by time, of the same ms by
    frame and place in it, of the same frame's number by session."""
    if not len(who):
        return np.zeros(0, np.int64)
    bits = (int(time.max()) - int(time.min())).bit_length()
    if bits + max(int(who.max()), int(session.max())).bit_length() > 62:
        order = np.lexsort((time, who))
        order = order[np.searchsorted(who[order], 0) :]
        tie = (np.diff(who[order]) == 0) & (np.diff(time[order]) == 0)
    else:
        order, key = _by_who(who, session, time, bits)
        tie = key[1:] == key[:-1]
    # Ties are few: only they are looked at more closely, each run of them in its place.
    tied = np.flatnonzero(np.append(tie, False) | np.insert(tie, 0, False))[: len(order)]
    if len(tied):
        run = np.cumsum(np.insert(~tie, 0, True))[tied]
        rows = order[tied]
        order[tied] = rows[np.lexsort((session[rows], i[rows], n[rows], run))]
    return order


def _by_who(who: Column, session: Column, time: Column, bits: int) -> tuple[Places, Places]:
    """By who and time, and the key of both. A session is one's, and its events came together, nearly in order: so they
    are put in order session by session, and the sessions moved together, which is less work than to sort the events.
    Large columns are changed in place and let go of early: it is here that a report takes most memory."""
    key = _key(session, time, bits)
    if (key[1:] >= key[:-1]).all():
        order = np.arange(len(key))
    else:
        order = np.argsort(key, kind="stable")  # quick where runs are in order
    del key
    who = who[order]
    if (who == NOBODY).any():
        order, who = order[who != NOBODY], who[who != NOBODY]
    if (who[1:] < who[:-1]).any():
        places = together(who)
        order, who = order[places], who[places]
        del places
    key = _key(who, time[order], bits)
    late = np.flatnonzero(key[1:] < key[:-1])
    if len(late):
        # Sessions that overlap or are numbered against the time: their people's events are sorted for themselves.
        mixed = np.zeros(int(who[-1]) + 1, np.bool_)
        mixed[who[late]] = True
        rows = np.flatnonzero(mixed[who])
        again = np.argsort(key[rows], kind="stable")
        order[rows], key[rows] = order[rows[again]], key[rows[again]]
    return order, key


def _key(who: Column, time: Column, bits: int) -> Places:
    key = who.astype(np.int64)
    key <<= bits
    if len(key):
        key += time
        key -= time.min()
    return key


def together(who: Column) -> Places:
    """The places of all by who (from NOBODY on), of each as they stand; what stands together is moved together."""
    if not len(who):
        return np.zeros(0, np.int64)
    begins = np.flatnonzero(changes(who))
    blocks = by_number(who[begins] - NOBODY)
    lengths = np.diff(np.append(begins, len(who)))[blocks]
    ends = lengths.cumsum()
    places = np.repeat(begins[blocks] - ends + lengths, lengths)
    places += np.arange(len(who))
    return places


def by_number(numbers: Column) -> Places:
    """The places sorted by these numbers (not below 0), equals as they stand: digit by digit."""
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    for shift in range(16, int(numbers.max(initial=0)).bit_length(), 16):
        order = order[np.argsort((numbers >> shift).astype(np.uint16)[order], kind="stable")]
    return order


def numbered(values: Column) -> Column:
    """Each value as a number from 0 on, without gaps; the same for the same."""
    order = by_number(values.view(f"u{values.itemsize}"))
    numbers = np.empty(len(values), np.int32)
    numbers[order] = changes(values[order]).cumsum() - 1
    return numbers


def counted_once(group: Column, who: Column, groups: int) -> Column:
    """How many there are in each group, whoever is there several times counted once. Who must stand together."""
    new = changes(group, who)  # then there is less to sort
    group, who = group[new], who[new]
    order = by_number(group)
    group, who = group[order], who[order]
    return np.bincount(group[changes(group, who)], minlength=groups)


def changes(*columns: Column) -> Bits:
    """Where one of them is another than in the row before; the first row's are."""
    found = np.zeros(len(columns[0]), np.bool_)
    found[:1] = True
    for column in columns:
        found[1:] |= column[1:] != column[:-1]
    return found
