"""What a run was to do and what came of it, and the table that says so."""

from collections import Counter

import msgspec

from tests.chaos.faults import KINDS, Kind


class Plan(msgspec.Struct, kw_only=True):
    seed: int
    seconds: float
    """of faults"""
    trackers: int = 30
    pause: float = 0.3
    """mean seconds between two frames of a tracker"""
    between_faults: float = 4.0
    """mean seconds"""
    freeze: float = 10.0
    """seconds"""


class Outcome(msgspec.Struct, kw_only=True):
    plan: Plan
    injected: Counter[Kind]
    again: Counter[str]
    sent: int
    acked: int
    stored: int
    projected: int
    counted: int
    """events in the owner's report"""
    unacked: list[int]
    """numbers of events that were sent and never acked"""
    lost: dict[str, list[int]]
    """by store: numbers that were acked and are not there"""
    doubled: dict[str, list[int]]
    sessions: dict[str, list[str]]
    """by store: sessions that begin twice, or in one store only"""
    refused: list[str]
    stuck: str
    """what did not come back in time"""
    silence: float
    caught_up: float
    """seconds from the last ack until everything was counted"""

    @property
    def good(self) -> bool:
        wrong = (self.unacked, *self.lost.values(), *self.doubled.values(), *self.sessions.values())
        return not any(wrong) and not self.refused and not self.stuck and self.counted == self.acked


def table(outcome: Outcome) -> str:
    plan = outcome.plan
    lines = [
        f"seed {plan.seed}: {plan.trackers} trackers, {plan.seconds:g} s of faults, each freeze {plan.freeze:g} s",
        "",
        *(f"  {kind!s:28}{outcome.injected[kind]:8}" for kind in KINDS),
        *(f"  {f'frames sent {way}':28}{times:8,}" for way, times in sorted(outcome.again.items())),
        "",
        f"  {'':12}{'events':>10}{'lost':>8}{'doubled':>9}",
        f"  {'sent':12}{outcome.sent:10,}",
        f"  {'acked':12}{outcome.acked:10,}{len(outcome.unacked):8}",
        *(
            f"  {name:12}{count:10,}{len(outcome.lost[store]):8}{len(outcome.doubled[store]):9}"
            for name, store, count in (
                ("stored", "MongoDB", outcome.stored),
                ("projected", "DuckDB", outcome.projected),
            )
        ),
        f"  {'counted':12}{outcome.counted:10,}",
        "",
        f"  longest time without an ack {outcome.silence:.1f} s; counted {outcome.caught_up:.1f} s after the last ack",
    ]
    wrong: list[tuple[str, list[int] | list[str]]] = [
        ("sent and never acked", outcome.unacked),
        *((f"lost on the way to {store}", numbers) for store, numbers in outcome.lost.items()),
        *((f"doubled in {store}", numbers) for store, numbers in outcome.doubled.items()),
        *((f"sessions that {store} begins twice or not", ids) for store, ids in outcome.sessions.items()),
        ("told to a tracker that behaves", sorted(set(outcome.refused))),
        ("did not come back", [outcome.stuck] if outcome.stuck else []),
    ]
    for what, found in wrong:
        if found:
            shown = ", ".join(map(str, found[:50])) + (", …" if len(found) > 50 else "")
            lines.append(f"  {what} ({len(found)}): {shown}")
    lines.append("  nothing lost, nothing doubled" if outcome.good else "  FAILED")
    return "\n".join(lines)
