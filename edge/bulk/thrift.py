"""Thrift's compact protocol, as far as a Parquet footer needs it: read into plain lists that can be changed and written
again, field by field, without knowing what they mean. The specification is Apache Thrift's thrift-compact-protocol.md.
"""

from typing import Any

import msgspec

BOOLEAN_TRUE, BOOLEAN_FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)

Value = Any
"""an int, bytes, `Many` or `Fields`, by its type"""


class Many(msgspec.Struct):
    """A list: all values have one type."""

    type: int
    values: list[Value]


class Fields(msgspec.Struct):
    """A struct: field number -> (type, value)."""

    fields: dict[int, tuple[int, Value]]

    def get(self, number: int) -> Value:
        """None where the field is not there."""
        found = self.fields.get(number)
        return None if found is None else found[1]

    def put(self, number: int, value: Value) -> None:
        """In place of what is there, of the same type."""
        self.fields[number] = (self.fields[number][0], value)


class Malformed(ValueError):
    """Not thrift, or what a Parquet footer has no use for."""


class Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self) -> Fields:
        fields: dict[int, tuple[int, Value]] = {}
        number = 0
        while head := self._byte():
            kind, delta = head & 15, head >> 4
            number = number + delta if delta else self._zigzag()
            fields[number] = (kind, self._value(kind, in_struct=True))
        return Fields(fields)

    def _byte(self) -> int:
        if self._at >= len(self._data):
            raise Malformed("it ends in the middle")
        self._at += 1
        return self._data[self._at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _bytes(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise Malformed("it ends in the middle")
        self._at += size
        return taken

    def _value(self, kind: int, in_struct: bool = False) -> Value:
        if kind in (BOOLEAN_TRUE, BOOLEAN_FALSE):
            return kind if in_struct else self._byte()
        if kind == BYTE:
            return self._byte()
        if kind in (I16, I32, I64):
            return self._zigzag()
        if kind == DOUBLE:
            return self._bytes(8)
        if kind == BINARY:
            return self._bytes(self._varint())
        if kind in (LIST, SET):
            head = self._byte()
            size, inner = head >> 4, head & 15
            size = self._varint() if size == 15 else size
            return Many(inner, [self._value(inner) for _ in range(size)])
        if kind == STRUCT:
            return self.struct()
        raise Malformed(f"type {kind}")


def written(value: Fields) -> bytes:
    out = bytearray()
    _struct(out, value)
    return bytes(out)


def _struct(out: bytearray, value: Fields) -> None:
    before = 0
    for number in sorted(value.fields):
        kind, content = value.fields[number]
        delta = number - before
        head = content if kind in (BOOLEAN_TRUE, BOOLEAN_FALSE) else kind
        if 0 < delta < 16:
            out.append(delta << 4 | head)
        else:
            out.append(head)
            _varint(out, _zigzagged(number))
        before = number
        if kind not in (BOOLEAN_TRUE, BOOLEAN_FALSE):
            _write(out, kind, content)
    out.append(0)


def _write(out: bytearray, kind: int, content: Value) -> None:
    if kind in (BOOLEAN_TRUE, BOOLEAN_FALSE, BYTE):
        out.append(content)
    elif kind in (I16, I32, I64):
        _varint(out, _zigzagged(content))
    elif kind == DOUBLE:
        out += content
    elif kind == BINARY:
        _varint(out, len(content))
        out += content
    elif kind in (LIST, SET):
        size = len(content.values)
        out.append(min(size, 15) << 4 | content.type)
        if size >= 15:
            _varint(out, size)
        for item in content.values:
            _write(out, content.type, item)
    else:
        _struct(out, content)


def _zigzagged(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
