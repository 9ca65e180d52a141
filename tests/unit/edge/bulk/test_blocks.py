"""Blocks are cut at the same places of a file, however it comes."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bulk import blocks
from edge.bulk.blocks import Block, Blocks


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 64)
        patch.setattr(blocks, "LONGEST_LINE", 32)
        yield


def cut(data: bytes, size: int, offset: int = 0, quoted: bool = False) -> list[Block]:
    cutting = Blocks(offset, quoted)
    found = [block for at in range(0, len(data), size) for block in cutting.feed(data[at : at + size])]
    last = cutting.finish()
    return [*found, last] if last else found


texts = st.lists(st.binary(max_size=120).map(lambda line: line.replace(b"\n", b"")), max_size=40).map(
    b"\n".join
)


@settings(max_examples=300, deadline=None)
@given(texts, st.integers(1, 200), st.booleans())
def test_the_cuts_depend_on_the_file_alone(data: bytes, size: int, quoted: bool) -> None:
    whole = cut(data, max(1, len(data)), quoted=quoted)
    assert cut(data, size, quoted=quoted) == whole
    assert [block.offset for block in whole] == [0, *(block.end for block in whole[:-1])][: len(whole)]
    assert (whole[-1].end if whole else 0) == len(data)
    for block in whole:
        kept = data[block.offset : block.offset + len(block.data)]
        assert block.data == kept
        again = cut(data[block.offset :], size, block.offset, quoted)
        assert again[0] == block


def test_a_block_ends_with_a_line() -> None:
    data = b"".join(b"%010d\n" % i for i in range(20))
    assert [len(block.data) for block in cut(data, 7)] == [66, 66, 66, 22]


def test_of_a_line_too_long_the_beginning_is_kept() -> None:
    first, second = cut(b"short\n" + b"x" * 500 + b"\nnext\n", 50)
    assert (len(first.data), first.cut) == (96, 6 + 501 - 96)
    assert second.data == b"next\n"


def test_a_line_break_within_quotes_ends_no_block() -> None:
    data = b"a" * 50 + b',"' + b"b" * 12 + b"\n" + b"c" * 5 + b'"\nnext\n'
    assert [block.data[-5:] for block in cut(data, 9, quoted=True)] == [b'ccc"\n'[-5:], b"next\n"]
    assert [block.data[-2:] for block in cut(data, 9)] == [b"b\n", b"t\n"]
