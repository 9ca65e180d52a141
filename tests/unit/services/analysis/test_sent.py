"""The order in which events were sent, as one number."""

from itertools import pairwise, product

from services.analysis.projection import Projection
from services.analysis.rows import first

TIMES = (0, 1, 1_750_000_000_000, 2**56)
FRAMES = (-(2**53), -1, 0, 1, 2**53 - 1)
PLACES = (0, 1, 65_535)


def test_by_time_then_by_frame_then_by_place_in_it(projection: Projection) -> None:
    events = list(product(TIMES, FRAMES, PLACES))
    with projection.cursor() as cursor:
        numbers = [
            first(cursor, "select sent($1::bigint, $2::bigint, $3::usmallint)", event) for event in events
        ]
    assert all(one is not None and other is not None and one < other for one, other in pairwise(numbers))
