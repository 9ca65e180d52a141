"""How fast a file of past events comes in, until all of it is in the reports: `python -m tests.bench.imports`.

The floor is reading the file and decoding its lines into their Structs, and nothing else. Then the same file goes out
again, in both formats, and the projection is built anew from the record.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.analysis.exporting import line
from services.contracts.bulk import Line
from services.contracts.frames import Frame, Packed, Start
from stack.local import Ports, Stack
from stack.local.importing import Importer
from tests.bench import histories, history
from tests.bench.processes import Accounts
from tests.bench.rebuilding import rebuilt
from tests.system.people import PASSWORD, App, Owner, now

PROCESSES = ("edge", "broker", "recorder", "database", "analysis")
PIECE = 1 << 20

_encode = msgspec.json.Encoder().encode_lines
_events = msgspec.json.Decoder(list[Packed]).decode
_lines = msgspec.json.Decoder(Line).decode_lines


def lines(frames: Iterator[Frame]) -> Iterator[Line]:
    """What the frames hold, as an export would say it."""
    visitors: dict[str, str] = {}
    for frame in frames:
        for event in _events(frame.events):
            if isinstance(event, Start):
                visitors[frame.session] = event.visitor
                event = msgspec.structs.replace(event, bot=False)  # what is counted is people
            yield line(event, visitors[frame.session], frame.session)


def write(file: Path, events: int) -> int:
    """How many of the lines are events of trackers."""
    count = 0
    given = lines(histories.frames(histories.Shape(events)))
    with file.open("wb") as out:
        while batch := list(itertools.islice(given, 10_000)):
            out.write(_encode(batch))
            count += sum(one.kind not in ("start", "left") for one in batch)
    return count


def floor(file: Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    rest = b""
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            whole, newline, left = (rest + piece).rpartition(b"\n")
            _lines(whole + newline)
            rest = left
    return time.perf_counter() - began


def counted(app: App) -> int:
    """Now: asked about another period each time, since an answer is kept for a second."""
    end = histories.BEGIN + 200 * histories.DAY + now() % histories.DAY
    period = {"from": histories.BEGIN - histories.DAY, "to": end}
    return int(app.report("overview", **period)["totals"]["events"])


def out(app: App, kind: str) -> tuple[float, int]:
    """Seconds and bytes of an export."""
    began, size = time.perf_counter(), 0
    with app.owner.http.stream("GET", f"{app.path}/export", params={"format": kind}) as answer:
        for piece in answer.iter_raw():
            size += len(piece)
    return time.perf_counter() - began, size


def run(events: int) -> None:
    with tempfile.TemporaryDirectory(prefix="datalab-bench-") as folder:
        file = Path(folder, "events.ndjson")
        count = write(file, events)
        size = file.stat().st_size
        bare = floor(file)
        print(f"\nimport: {count:,} events, {size / 1e6:,.0f} MB of NDJSON")
        print(f"  floor        {count / bare:,.0f} events/s read and decoded")
        stack = Stack(run=Path(folder), ports=Ports.free(), tied=True)
        try:
            stack.start()
            app = Owner(stack.edge_url).app()
            accounts = Accounts(stack, PROCESSES)
            began = time.perf_counter()
            told = Importer(stack.edge_address, app.owner.email, PASSWORD).run(file, app.id)
            confirmed = time.perf_counter() - began
            while (found := counted(app)) < count:
                if time.perf_counter() - began > 600:
                    raise SystemExit(f"{count - found} events are missing")
                time.sleep(0.1)
            queryable = time.perf_counter() - began
            if found != count or told["events"] != count or told["rejected"]:
                raise SystemExit(
                    f"{found} are counted, {told['events']} were taken, {told['rejected']} left out"
                )
            used, memory = accounts.used(), accounts.memory()
            rate = count / queryable
            print(f"  confirmed    {count / confirmed:,.0f} events/s")
            print(f"  in reports   {rate:,.0f} events/s ({rate * bare / count:.2f} of the floor)")
            costs = {part: seconds / count * 1e6 for part, seconds in used.items()}
            print("  CPU us/event " + "  ".join(f"{part} {cost:.2f}" for part, cost in costs.items()))
            print("  memory MB    " + "  ".join(f"{part} {held / 1e6:.0f}" for part, held in memory.items()))
            figures: dict[str, object] = {
                "events": count,
                "floor": round(count / bare),
                "confirmed": round(count / confirmed),
                "in_reports": round(rate),
                "cpu_us_per_event": {part: round(cost, 2) for part, cost in costs.items()},
            }
            for kind in ("ndjson", "parquet"):
                seconds, written = out(app, kind)
                figures[f"export_{kind}"] = round(count / seconds)
                print(
                    f"export {kind:8s} {count / seconds:,.0f} events/s, {written / 1e6:,.0f} MB", flush=True
                )
            print("  memory MB    " + "  ".join(f"{p} {m / 1e6:.0f}" for p, m in accounts.memory().items()))
            figures["rebuild"] = round(rebuilt(stack, lambda: counted(app) >= count))
            print(f"rebuild        {figures['rebuild']:,} events/s")
            history.keep("imports", f"{events:,} events", figures, now())
        finally:
            stack.stop()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000)
    run(parser.parse_args(arguments).events)


if __name__ == "__main__":
    main()
