"""Past events in, raw events out: imports and exports of any size, in constant memory."""
