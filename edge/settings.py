"""The edge's settings, each from the environment variable of its name (or its `_FILE`)."""

from typing import Annotated, Literal

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]


class EdgeSettings(msgspec.Struct, kw_only=True):
    amqp_uri: str
    """RabbitMQ, `amqp://user:password@host:port/vhost`"""
    ticket_key: Annotated[str, msgspec.Meta(min_length=32)]
    """secret that signs tickets and session passes; the same on every edge"""
    public_url: str = "http://localhost:8080"
    """where browsers reach the edge; https makes cookies Secure"""
    edge_host: str = "127.0.0.1"
    edge_port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 8080
    trusted_proxies: str = ""
    """addresses, comma separated, whose X-Forwarded-For is believed"""
    frontend_dir: str = ""
    """the dashboard's built files; empty: something else serves them"""
    tracker_file: str = ""
    """the built tracker; empty: something else serves it"""
    tracker_path: str = "/t.js"
    """the tracker's path, changeable against block lists"""
    hellos_per_minute: Positive = 600
    """allowed from one address (a company's whole office may be one)"""
    beacons_per_minute: Positive = 6000
    """allowed from one address"""
    logins_per_minute: Positive = 60
    registrations_per_minute: Positive = 60
    resets_per_minute: Positive = 12
    refreshes_per_minute: Positive = 600
    """each allowed from one address (a company's whole office may be one), a sixth of them at once"""
    frames_per_second: Positive = 200
    """allowed on one connection; beyond it the edge reads more slowly"""
    frame_bytes: Positive = 65_536
    """largest message on a stream, and with ten times that the largest beacon"""
    batch_ms: Positive = 50
    """longest wait of a frame for others to share its message to the broker"""
    batch_frames: Positive = 500
    """frames in one message to the broker at most"""
    unconfirmed_frames: Positive = 20_000
    """frames held without a confirm; beyond it streams are read no further"""
    patience_seconds: Positive = 10
    """a stream that is read no further for so long is closed with 1013 (a tracker gives up by itself after 15)"""
    analysis_shares: Positive = 1
    """processes of analysis, each with its own apps; all are asked whether they are well"""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @property
    def secure(self) -> bool:
        return self.public_url.startswith("https://")
