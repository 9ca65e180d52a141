"""`make chaos`: whether every acked event is counted once, whatever dies.

    python -m tests.chaos --seed 7 --seconds 120

Prints what happened and the sets compared; exit code 1 on any loss or doubling, with the numbers of the events.
"""

import argparse
import asyncio
import secrets
import sys
import time
from pathlib import Path

from tests.chaos.outcome import Plan, table
from tests.chaos.run import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="the same faults again (default: a new one)")
    parser.add_argument("--seconds", type=float, default=120, help="of faults")
    parser.add_argument("--trackers", type=int, default=30)
    parser.add_argument("--freeze", type=float, default=10, help="seconds that a part stands still")
    parser.add_argument("--keep", type=Path, help="a directory for the stack and its logs, kept afterwards")
    arguments = parser.parse_args()
    plan = Plan(
        seed=secrets.randbelow(10_000) if arguments.seed is None else arguments.seed,
        seconds=arguments.seconds,
        trackers=arguments.trackers,
        freeze=arguments.freeze,
    )
    began = time.monotonic()
    outcome = asyncio.run(
        run(plan, lambda line: print(f"{time.monotonic() - began:7.1f}  {line}", flush=True), arguments.keep)
    )
    print(f"\n{table(outcome)}")
    sys.exit(0 if outcome.good else 1)


if __name__ == "__main__":
    main()
