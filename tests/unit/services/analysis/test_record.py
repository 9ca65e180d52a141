"""How the record names frames."""

import pytest

from services.analysis.record import frame_id, number, numbers

SESSION = "0123456789abcdef" * 2


def test_the_numbers_of_many_frames_are_those_of_each() -> None:
    told = [0, 1, -1, 2**53 - 1, -1_700_000_000_000, 2**63 - 1, -(2**63)]
    keys = [frame_id(SESSION, n) for n in told]
    assert numbers(keys).tolist() == told == [number(key) for key in keys]
    assert numbers([]).tolist() == []


@pytest.mark.parametrize("wrong", [[b"short"], [b"x" * 23, b"x" * 25]])
def test_what_is_no_key_has_no_number(wrong: list[bytes]) -> None:
    with pytest.raises(ValueError, match="24 bytes"):
        numbers([frame_id(SESSION, 1), *wrong])
