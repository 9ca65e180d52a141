"""What a tracker talks to: hello, tickets, the event stream, the beacon."""
