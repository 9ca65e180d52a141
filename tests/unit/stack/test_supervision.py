"""A real supervisord over processes that do nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stack.local.errors import NotReady, PathTooLong
from stack.local.programs import Program
from stack.local.supervision import STACK, Supervisor, environment, exists, sweep

SLEEPER = Program("sleeper", ("/bin/sleep", "1000"))


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.shut_down()


def pid(supervisor: Supervisor, name: str = "sleeper") -> int:
    return supervisor.processes()[name]["pid"]


def gone(pid: int) -> bool:
    return not exists(pid)


def test_nothing_starts_by_itself(supervisor: Supervisor) -> None:
    supervisor.open([SLEEPER], tied=True)
    assert pid(supervisor) == 0
    supervisor.start("sleeper")
    assert pid(supervisor) != 0


def test_started_twice_it_runs_once(supervisor: Supervisor) -> None:
    supervisor.open([SLEEPER], tied=True)
    supervisor.start("sleeper")
    first = pid(supervisor)
    supervisor.start("sleeper")
    assert pid(supervisor) == first


def test_what_dies_is_started_again(supervisor: Supervisor) -> None:
    supervisor.open([SLEEPER], tied=True)
    supervisor.start("sleeper")
    first = pid(supervisor)
    supervisor.kill("sleeper", stay_down=False)
    wait_until(lambda: pid(supervisor) not in (0, first))


def test_what_is_killed_to_stay_down_stays_down_until_it_is_started(supervisor: Supervisor) -> None:
    supervisor.open([SLEEPER], tied=True)
    supervisor.start("sleeper")
    first = pid(supervisor)
    supervisor.kill("sleeper", stay_down=True)
    assert gone(first)
    assert supervisor.processes()["sleeper"]["statename"] == "STOPPED"
    supervisor.start("sleeper")
    assert pid(supervisor) not in (0, first)


def test_an_environment_arrives_as_it_was_written(supervisor: Supervisor) -> None:
    odd = {"A": 'per%cent "quoted", comma', "B": "semi ;colon 'single' = equals $HOME # no comment"}
    command = ("/bin/sh", "-c", 'printf "%s|%s" "$A" "$B"; exec sleep 1000')
    supervisor.open([Program("odd", command, odd)], tied=True)
    supervisor.start("odd")
    wait_until(lambda: supervisor.log("odd").read_text() == "|".join(odd.values()))


def test_a_command_that_is_not_there_is_told_in_its_log(supervisor: Supervisor) -> None:
    supervisor.open([Program("ghost", ("/no/such/command",))], tied=True)
    with contextlib.suppress(NotReady):  # where it has ended before it is asked after
        supervisor.start("ghost")
    wait_until(lambda: "/no/such/command: not found" in supervisor.last_lines("ghost"))


def test_only_what_has_changed_is_told_as_changed(supervisor: Supervisor) -> None:
    other = Program("other", ("/bin/sleep", "1000"), version="1")
    supervisor.open([SLEEPER, other], tied=True)
    assert supervisor.compare([SLEEPER, other]) == ([], [], [])
    assert supervisor.compare([SLEEPER, Program("other", ("/bin/sleep", "1000"), version="2")]) == (
        [],
        ["other"],
        [],
    )


def test_a_killed_supervisors_processes_are_swept_away(supervisor: Supervisor) -> None:
    supervisor.open([SLEEPER], tied=True)
    supervisor.start("sleeper")
    left = pid(supervisor)
    os.kill(int((supervisor.run / "supervisord.pid").read_text()), 9)
    wait_until(lambda: not supervisor.alive())
    assert not gone(left)
    supervisor.open([SLEEPER], tied=True)
    assert gone(left)


def test_an_environment_is_waited_for_while_another_program_is_laid_out(tmp_path: Path) -> None:
    process = tmp_path / "7"
    process.mkdir()

    def show(environ: bytes, memory: int, env_start: int, env_end: int) -> None:
        fields = ["0"] * 50
        fields[20], fields[47], fields[48] = str(memory), str(env_start), str(env_end)
        for name, text in (("stat", f"7 (sh (odd) name) {' '.join(fields)}".encode()), ("environ", environ)):
            (tmp_path / name).write_bytes(text)
            (tmp_path / name).replace(process / name)  # never half written

    show(b"", 4096, 0, 0)
    later = threading.Timer(0.1, show, (b"A=1\0", 4096, 100, 104))
    later.start()
    assert environment(process) == b"A=1\0"
    later.join()

    begun = time.monotonic()
    show(b"", 0, 0, 0)  # one of the kernel's own
    assert environment(process) == b""
    show(b"", 4096, 100, 100)  # it was given none
    assert environment(process) == b""
    assert time.monotonic() - begun < 1


def test_what_is_becoming_another_program_is_swept_away_too(tmp_path: Path) -> None:
    again = tmp_path / "again.sh"
    again.write_text('exec /bin/sh "$0"\n')
    restless = [
        subprocess.Popen(
            ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/bin/sh", str(again)], env={STACK: str(tmp_path)}
        )
        for _ in range(10)
    ]
    try:
        sweep(tmp_path, signal.SIGTERM)
        assert [process.poll() for process in restless] == [-signal.SIGTERM] * len(restless)
    finally:
        for process in restless:
            process.kill()
            process.wait()


def test_what_was_swept_away_has_given_back_its_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = """
import signal, socket, sys, time
listening = socket.create_server(("127.0.0.1", 0))
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), sys.exit()))
print(listening.getsockname()[1], flush=True)
signal.pause()
"""
    with subprocess.Popen(
        ["/usr/bin/setpriv", "--pdeathsig", "KILL", sys.executable, "-c", dying], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        port = int(process.stdout.readline())
        # As of one that has lost its memory and not yet its ports: its environment is there once and never again.
        marked = iter([{process.pid}])
        monkeypatch.setattr("stack.local.supervision._marked", lambda mark: next(marked, set()))
        sweep(tmp_path, signal.SIGTERM)
        assert process.poll() == 0
        socket.create_server(("127.0.0.1", port)).close()


def test_what_is_cut_off_is_gone_at_once_and_stays_gone(supervisor: Supervisor) -> None:
    deaf = Program("deaf", ("/bin/sh", "-c", "trap '' TERM; while :; do sleep 1; done"), stop_seconds=60)
    supervisor.open([SLEEPER, deaf], tied=True)
    supervisor.start("sleeper")
    supervisor.start("deaf")
    left = [pid(supervisor), pid(supervisor, "deaf")]
    supervisor.cut_off()
    assert not supervisor.alive()
    assert all(map(gone, left))


def test_a_directory_too_long_for_a_socket_is_told() -> None:
    with pytest.raises(PathTooLong, match="set DATALAB_RUN"):
        Supervisor(Path("/" + "x" * 100))
