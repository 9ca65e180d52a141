"""Parquet files of the same columns, one after another, made into one file that is written from its beginning to its
end: the row groups go out as they come, only their footers are kept, and the last bytes are the footer of all.

    PAR1  row groups  footer  length  PAR1      (https://parquet.apache.org/docs/file-format/)

In the footer every offset counts from the file's beginning, so those of a later part move by what went out before it.
"""

import struct

from edge.bulk.thrift import STRUCT, Fields, Many, Reader, written

MAGIC = b"PAR1"

# Field numbers of parquet.thrift
ROWS, ROW_GROUPS = 3, 4
COLUMNS, GROUP_OFFSET, ORDINAL = 1, 5, 7
CHUNK_OFFSET, META_DATA, OFFSET_INDEX, COLUMN_INDEX = 2, 3, 4, 6
PAGES = (9, 10, 11, 14)
"""of a column's meta data: data, index and dictionary pages, bloom filter"""


class NotParquet(ValueError):
    pass


class Joined:
    """`begin`, `add` for each part, `end`: what each gives is to be written."""

    def __init__(self) -> None:
        self._written = 0
        self._footer: Fields | None = None
        self._groups: list[Fields] = []
        self._rows = 0

    def begin(self) -> bytes:
        self._written = len(MAGIC)
        return MAGIC

    def add(self, part: bytes) -> bytes:
        """Raises NotParquet."""
        if len(part) < 12 or part[:4] != MAGIC or part[-4:] != MAGIC:
            raise NotParquet("a part of the export is no Parquet file")
        (size,) = struct.unpack("<I", part[-8:-4])
        end = len(part) - 8 - size
        footer = Reader(part[end:-8]).struct()
        if self._footer is None:
            self._footer = footer
        moved = self._written - len(MAGIC)
        if footer.get(ROWS):
            for group in footer.get(ROW_GROUPS).values:
                self._move(group, moved)
                if ORDINAL in group.fields:
                    group.put(
                        ORDINAL, len(self._groups) % 32_768
                    )  # 16 bits, and nobody's concern beyond them
                self._groups.append(group)
            self._rows += footer.get(ROWS)
        rows = part[len(MAGIC) : end]
        self._written += len(rows)
        return rows

    def end(self) -> bytes:
        """Raises NotParquet where there was no part: without one there are no columns."""
        if self._footer is None:
            raise NotParquet("there is no part")
        self._footer.put(ROWS, self._rows)
        self._footer.put(ROW_GROUPS, Many(STRUCT, self._groups))
        footer = written(self._footer)
        return footer + struct.pack("<I", len(footer)) + MAGIC

    @staticmethod
    def _move(group: Fields, by: int) -> None:
        _add(group, GROUP_OFFSET, by)
        for chunk in group.get(COLUMNS).values:
            for field in (CHUNK_OFFSET, OFFSET_INDEX, COLUMN_INDEX):
                _add(chunk, field, by)
            for field in PAGES:
                _add(chunk.get(META_DATA), field, by)


def _add(fields: Fields, number: int, by: int) -> None:
    """An offset of 0 says that there is none."""
    if offset := fields.get(number):
        fields.put(number, offset + by)
