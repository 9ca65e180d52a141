"""CPU seconds and memory of the stack's processes, from the operating system's own accounts."""

import os
from pathlib import Path

from stack.local import Stack

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu(pid: int) -> float:
    """Seconds in user and kernel, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid: int) -> int:
    """Bytes in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


def peak(pid: int) -> int:
    """Bytes in memory at most, of the program that it is: getrusage counts what it was forked from."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


class Accounts:
    """CPU that each process of a stack, and this one, has used since."""

    def __init__(self, stack: Stack, names: tuple[str, ...]) -> None:
        self._pids = {name: pid for name in names if (pid := stack.pid(name)) is not None}
        self._pids["client"] = os.getpid()
        self._begin = self._now()

    def _now(self) -> dict[str, float]:
        return {name: cpu(pid) for name, pid in self._pids.items()}

    def used(self) -> dict[str, float]:
        return {name: seconds - self._begin[name] for name, seconds in self._now().items()}

    def memory(self) -> dict[str, int]:
        return {name: resident(pid) for name, pid in self._pids.items()}
