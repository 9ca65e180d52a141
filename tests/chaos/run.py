"""One run: a stack, trackers that send numbered events, faults, and at the end the sets compared."""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from stack.local import Ports, Stack
from tests.chaos.faults import Faults, schedule
from tests.chaos.ledger import Ledger, projected, recorded
from tests.chaos.outcome import Outcome, Plan
from tests.chaos.tracker import Tracker
from tests.proxy import Proxy, proxied
from tests.system.people import App, Owner, now

LIMITS = {"HELLOS_PER_MINUTE": "600000", "BEACONS_PER_MINUTE": "600000"}
PATIENCE = 120.0
"""seconds after the last fault within which everything must be acked, and again until it must be counted"""


class ProxiedStack(Stack):
    """The edge reaches the broker through the proxy only."""

    proxy_port = 0

    def environment(self, name: str) -> dict[str, str]:
        given = super().environment(name)
        if name == "edge":
            uri = self.amqp_uri().replace(f":{self.ports.broker}/", f":{self.proxy_port}/")
            given["AMQP_URI_FILE"] = str(self.credentials.file("amqp_uri_edge", uri))
        return given


async def run(plan: Plan, told: Callable[[str], None], keep: Path | None = None) -> Outcome:
    """`told` is given a line for everything that happens; `keep` is a directory for the stack, to look into."""
    with tempfile.TemporaryDirectory(prefix="datalab-chaos-") as directory:
        ports = Ports.free()
        stack = ProxiedStack(run=keep or Path(directory), ports=ports, tied=True, environment=LIMITS)
        async with proxied(ports.broker) as proxy:
            stack.proxy_port = proxy.port
            try:
                told("start")
                await asyncio.to_thread(stack.start)
                return await _on(stack, proxy, plan, told)
            finally:
                await asyncio.to_thread(stack.stop)


async def _on(stack: Stack, proxy: Proxy, plan: Plan, told: Callable[[str], None]) -> Outcome:
    app = await asyncio.to_thread(lambda: Owner(stack.edge_url).app())
    ledger = Ledger()
    dice = [random.Random(f"{plan.seed}.{number}") for number in range(plan.trackers + 1)]
    trackers = [Tracker(stack.edge_url, app.token, ledger, own, plan.pause) for own in dice[1:]]
    running = [asyncio.create_task(tracker.run()) for tracker in trackers]
    faults = Faults(stack, proxy, plan.freeze)
    await faults.inject(schedule(dice[0], plan.seconds, plan.between_faults), told)
    told("no more faults")
    for tracker in trackers:
        tracker.finish()
    stuck = await _ended(running)
    told("everything is acked")
    if not stuck:
        again = [Tracker.send_old_again(tracker) for tracker in trackers]
        await asyncio.wait_for(asyncio.gather(*again), PATIENCE)
    for tracker in trackers:
        await tracker.close()
    counted, caught_up, behind = await _counted(app, len(ledger.acked))
    told(behind or "everything is counted")
    await asyncio.to_thread(stack.stop, "analysis")
    return _compare(stack, plan, ledger, faults, stuck or behind, counted, caught_up)


async def _ended(running: Iterable[asyncio.Task[None]]) -> str:
    _, waiting = await asyncio.wait(running, timeout=PATIENCE)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    return f"{len(waiting)} trackers wait for acks {PATIENCE:.0f} s after the last fault" if waiting else ""


async def _counted(app: App, expected: int) -> tuple[int, float, str]:
    """What the owner's report says in the end, after how long, and what is wrong with it."""
    began = time.monotonic()
    period = {"from": now() - 86_400_000, "to": now() + 86_400_000}
    while True:
        answer = await asyncio.to_thread(app.owner.http.get, f"{app.path}/reports/overview", params=period)
        late = time.monotonic() - began
        counted, complete, said = 0, False, answer.text[:200]
        if answer.status_code == 200:
            report = answer.json()
            counted, complete = report["totals"]["events"], report["complete"]
            said = f"{counted} of {expected} events are counted, complete: {complete}"
            if complete and counted >= expected:
                return counted, late, ""
        if late > PATIENCE:
            return counted, late, f"{PATIENCE:.0f} s after the last ack: {said}"
        await asyncio.sleep(0.2)


def _compare(
    stack: Stack, plan: Plan, ledger: Ledger, faults: Faults, stuck: str, counted: int, caught_up: float
) -> Outcome:
    stores = {"MongoDB": recorded(stack.admin_uri()), "DuckDB": projected(stack.projection)}
    begun = [set(kept.sessions) for kept in stores.values()]
    return Outcome(
        plan=plan,
        injected=faults.injected,
        again=ledger.again,
        sent=len(ledger.sent),
        acked=len(ledger.acked),
        stored=len(stores["MongoDB"].events),
        projected=len(stores["DuckDB"].events),
        counted=counted,
        unacked=sorted(ledger.sent - ledger.acked),
        lost={store: sorted(ledger.acked - set(kept.events)) for store, kept in stores.items()},
        doubled={
            store: sorted(number for number, times in kept.events.items() if times > 1)
            for store, kept in stores.items()
        },
        sessions={
            store: sorted(
                {session for session, times in kept.sessions.items() if times > 1}
                | (set.union(*begun) - set(kept.sessions))
            )
            for store, kept in stores.items()
        },
        refused=ledger.refused,
        stuck=stuck,
        silence=ledger.silence,
        caught_up=caught_up,
    )
