"""How the stack is, as a table."""

import time
from pathlib import Path

from stack.local.stack import Stack


def table(stack: Stack) -> str:
    """A line a process: name, state, pid, memory, and for how long it has been up."""
    lines = [f"{'':<14}{'state':<10}{'pid':>7}{'memory':>10}{'up':>10}"]
    for name, process in stack.supervisor.processes().items():
        pid = process["pid"]
        memory = f"{_resident(pid) / 1e6:.0f} MB" if pid else ""
        up = _duration(time.time() - process["start"]) if pid else ""
        state = "running" if pid else process["statename"].lower()
        lines.append(f"{name:<14}{state:<10}{pid or '':>7}{memory:>10}{up:>10}")
    return "\n".join(lines)


def _resident(pid: int) -> int:
    """Bytes of memory, shared ones counted in part."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def _duration(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
