"""Everything that crosses a border, as msgspec Structs: the one place edge and services share.

A module is named after the service that owns what it describes; `tracking` is what a tracker sends and `frames` is
what the edge tells of it. `messages` says how calls and events travel, `errors` which refusals exist, `settings` how a
process reads its configuration.
"""
