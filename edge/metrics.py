"""What the edge counts, for Prometheus at `/metrics`."""

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

FRAMES_TAKEN = Counter("datalab_frames_taken", "Frames taken from trackers", ["way"])
EVENTS_TAKEN = Counter("datalab_events_taken", "Events taken from trackers")
EVENTS_RETIMED = Counter(
    "datalab_events_retimed", "Events taken at receive time, since their own was not to be believed", ["why"]
)
FRAMES_CONFIRMED = Counter("datalab_frames_confirmed", "Frames the broker confirmed")
FRAMES_UNCONFIRMED = Gauge("datalab_frames_unconfirmed", "Frames not confirmed by the broker yet")
CONFIRM_SECONDS = Histogram(
    "datalab_confirm_seconds",
    "From publishing a message of frames to its confirm",
    buckets=(0.005, 0.02, 0.1, 0.5, 2, 10),
)
STREAMS = Gauge("datalab_streams", "Open event streams")
STREAMS_CLOSED = Counter("datalab_streams_closed", "Streams ended by the edge", ["code"])
HELLOS = Counter("datalab_hellos", "Answers to hello", ["status"])


@get("/metrics", include_in_schema=False, sync_to_thread=False)
def metrics() -> Response[bytes]:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])
