"""The lines of a block as Structs, each with its number; what cannot be read is a reject, never the end of an import.

Good lines are decoded many at a time. Only where one of them is bad are they looked at one by one.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence

import msgspec

from edge.bulk.blocks import LONGEST_LINE, Block
from services.contracts.bulk import Line
from services.contracts.errors import InvalidInput

AT_ONCE = 32_768
"""bytes decoded at once: what else the edge does waits that long"""

ROWS_AT_ONCE = 250
BOM = b"\xef\xbb\xbf"

_decoder = msgspec.json.Decoder(Line)
_FIELDS = [field.name for field in msgspec.structs.fields(Line)]
_JSON_CELLS = ("props", "params")
_PATH = re.compile(r"^(?P<what>.*?) - at `\$(?:\[\d+\])?\.?(?P<path>[^`]*)`$", re.DOTALL)
_NAMED = re.compile(r"^Object missing required field `(?P<name>[^`]*)`")


class Reject(Exception):
    """A line that is left out, and why."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(f"{field}: {detail}" if field else detail)


class Piece(msgspec.Struct):
    """Some lines of a block, in its order, side by side with their places."""

    lines: list[Line]
    numbers: Sequence[int]
    """of the lines, within the block, from 0"""
    rejects: list[tuple[int, str]]


def reject(error: Exception) -> Reject:
    """What msgspec says, as a sentence that begins with the field."""
    text = str(error)
    if named := _NAMED.match(text):
        return Reject("is missing", named["name"])
    if found := _PATH.match(text):
        return Reject(found["what"], found["path"])
    return Reject(text)


def ndjson(block: Block) -> Iterator[Piece]:
    data, number, start = block.data, 0, 0
    if block.offset == 0 and data.startswith(BOM):
        start = len(BOM)
    while start < len(data):
        end = data.rfind(b"\n", start, start + AT_ONCE) + 1
        if not end:
            end = data.find(b"\n", start) + 1 or len(data)
        part = data[start:end]
        count = part.count(b"\n") + (not part.endswith(b"\n"))
        block.lines += count
        yield _objects(part, number, count)
        number += count
        start = end


def _objects(part: bytes, first: int, count: int) -> Piece:
    if len(part) <= LONGEST_LINE:
        try:
            lines = _decoder.decode_lines(part)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass
        else:
            if len(lines) == count:
                return Piece(lines, range(first, first + count), [])
    piece = Piece([], numbers := [], [])
    for number, text in enumerate(part.split(b"\n"), first):
        if not text.strip():
            continue
        try:
            if len(text) > LONGEST_LINE:
                raise Reject(f"longer than {LONGEST_LINE} bytes")
            piece.lines.append(_decoder.decode(text))
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            piece.rejects.append((number, str(reject(error))))
        except Reject as error:
            piece.rejects.append((number, str(error)))
        else:
            numbers.append(number)
    return piece


def header(row: Sequence[str]) -> list[str]:
    """The columns of a CSV file. Raises InvalidInput."""
    columns = [name.strip().lstrip("\ufeff") for name in row]
    if lacking := [name for name in ("visitor", "time") if name not in columns]:
        known = ", ".join(_FIELDS)
        raise InvalidInput(f"the header has no column {lacking[0]}; columns are {known}", field="header")
    return columns


def table(block: Block, columns: list[str]) -> Iterator[Piece]:
    """The rows of a block of CSV; takes the header into `columns` where they are empty.

    Raises InvalidInput for a header that will not do.
    """
    rows = csv.reader(io.StringIO(block.data.decode(errors="replace"), newline=""), strict=True)
    block.lines = block.data.count(b"\n") + (not block.data.endswith(b"\n"))
    piece = Piece([], [], [])
    numbers: list[int] = []
    while True:
        number = rows.line_num
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            piece.rejects.append((number, f"not CSV: {error}"))
            continue
        if not row:
            continue
        if not columns:
            columns += header(row)
            continue
        try:
            piece.lines.append(_row(columns, row))
        except Reject as error:
            piece.rejects.append((number, str(error)))
        else:
            numbers.append(number)
        if len(piece.lines) + len(piece.rejects) >= ROWS_AT_ONCE:
            piece.numbers = numbers
            yield piece
            piece, numbers = Piece([], [], []), []
    piece.numbers = numbers
    yield piece


def _row(columns: list[str], row: list[str]) -> Line:
    if len(row) != len(columns):
        raise Reject(f"{len(row)} cells, the header has {len(columns)}")
    cells: dict[str, object] = {name: cell for name, cell in zip(columns, row, strict=True) if cell}
    for name in _JSON_CELLS:
        if name in cells:
            try:
                cells[name] = json.loads(str(cells[name]))
            except ValueError as error:
                raise Reject(f"not JSON: {error}", name) from error
    try:
        return msgspec.convert(cells, Line, strict=False)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise reject(error) from error
