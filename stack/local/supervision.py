"""The supervisor of one stack: supervisord starts processes, starts again what dies, keeps and rotates their logs.

One supervisord a run directory, spoken to over XML-RPC on a Unix socket in it. It never starts anything by itself:
Stack says what and when, since a service is no use before broker and database are ready.
"""

import contextlib
import hashlib
import http.client
import os
import pwd
import resource
import shlex
import signal
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from stack.local.errors import NotReady, PathTooLong
from stack.local.programs import PYTHON, ROOT, Program

STACK = "DATALAB_STACK"
"""in the environment of every process of a stack: its run directory"""
BACKOFF, FATAL = "BACKOFF", "FATAL"
_BAD_NAME, _ALREADY_STARTED, _NOT_RUNNING = 10, 60, 70


class Difference(NamedTuple):
    """Names of programs."""

    added: list[str]
    changed: list[str]
    removed: list[str]


class Supervisor:
    def __init__(self, run: Path) -> None:
        self.run = run
        self.socket = run / "supervisor.sock"
        self.configuration = run / "supervisord.conf"
        if len(str(self.socket)) > 100:
            raise PathTooLong(
                f"{run} is too long for a Unix socket in it (at most 84 characters): set DATALAB_RUN."
            )

    def log(self, name: str) -> Path:
        return self.run / "logs" / f"{name}.log"

    def script(self, name: str) -> Path:
        return self.run / "programs" / f"{name}.sh"

    def alive(self) -> bool:
        try:
            self._call("supervisor.getPID")
        except (OSError, http.client.HTTPException):
            return False
        return True

    def open(self, programs: Collection[Program], tied: bool) -> None:
        """Start supervisord for these programs; nothing of them runs yet. `tied`: everything ends with the calling
        process, whatever ends that."""
        self._configure(programs)
        sweep(self.run)
        self._spawn(tied)

    def compare(self, programs: Collection[Program]) -> "Difference":
        """How these programs differ from those that a running supervisord has."""
        self._configure(programs)
        return Difference(*self._call("supervisor.reloadConfig")[0])

    def apply(self, difference: "Difference") -> None:
        """What has changed or is no more must have been stopped."""
        for name in [*difference.changed, *difference.removed]:
            self._call("supervisor.removeProcessGroup", name)
        for name in [*difference.added, *difference.changed]:
            self._call("supervisor.addProcessGroup", name)

    def processes(self) -> dict[str, dict[str, Any]]:
        """By name: `statename`, `pid` (0 when it does not run), `start` (UNIX seconds), `spawnerr`."""
        return {process["name"]: process for process in self._call("supervisor.getAllProcessInfo")}

    def start(self, name: str) -> None:
        if self.processes()[name]["statename"] == BACKOFF:
            self.stop(name)  # and not wait for the next try
        try:
            self._call("supervisor.startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _ALREADY_STARTED:
                raise NotReady(
                    name, f"does not start ({fault.faultString})", self.last_lines(name)
                ) from fault

    def stop(self, name: str) -> None:
        """Returns when it has ended."""
        while True:
            try:
                self._call("supervisor.stopProcess", name)
            except xmlrpc.client.Fault as fault:
                if fault.faultCode == _BAD_NAME:
                    return
                if fault.faultCode != _NOT_RUNNING:
                    raise
            process = self.processes()[name]
            if not process["pid"] and process["statename"] in {"STOPPED", FATAL}:
                return
            time.sleep(0.02)

    def kill(self, name: str, stay_down: bool) -> None:
        """kill -9 for the process and its children, without a chance to end well."""
        pid = self.processes()[name]["pid"]
        if not pid:
            return
        if stay_down:
            # Frozen, it cannot act on the supervisor's TERM; the KILL below is the first thing it gets.
            _signal(pid, signal.SIGSTOP)
            self._call("supervisor.stopProcess", name, False)
        _signal(pid, signal.SIGKILL)
        while self.processes()[name]["pid"] == pid:
            time.sleep(0.01)

    def send_signal(self, name: str, sign: signal.Signals) -> None:
        """To the process and its children, where it runs."""
        if pid := self.processes()[name]["pid"]:
            _signal(pid, sign)

    def stop_together(self, names: Iterable[str]) -> None:
        """As stop(), but they end side by side."""
        names = [name for name in names if name in self.processes()]
        for name in names:
            with contextlib.suppress(xmlrpc.client.Fault):  # not running
                self._call("supervisor.stopProcess", name, False)
        for name in names:
            self.stop(name)

    def shut_down(self) -> None:
        """End whatever is left, and supervisord. Returns when all are gone."""
        if self.alive():
            pid = self._call("supervisor.getPID")
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._call("supervisor.shutdown")
            while exists(pid):
                time.sleep(0.05)
        sweep(self.run)

    def cut_off(self) -> None:
        """kill -9 for everything, supervisord first, so that it starts nothing again. Returns when all are gone."""
        if self.alive():
            pid = self._call("supervisor.getPID")
            _signal(pid, signal.SIGKILL)
            while exists(pid):
                time.sleep(0.01)
        sweep(self.run, signal.SIGKILL)

    def last_lines(self, name: str, count: int = 15) -> str:
        try:
            lines = self.log(name).read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(f"    {line[:200]}" for line in lines[-count:])

    def _configure(self, programs: Collection[Program]) -> None:
        for folder in ("logs", "programs"):
            (self.run / folder).mkdir(parents=True, exist_ok=True)
        for program in programs:
            self.script(program.name).write_text(script_of(program))
        self.configuration.write_text(configuration(self, programs))

    def _spawn(self, tied: bool) -> None:
        # By pdeathsig supervisord is told to end when its parent does, however that came to die.
        before = ["setpriv", "--pdeathsig", "TERM"] if tied else []
        with self.log("supervisord").open("ab") as output:
            started = subprocess.Popen(
                [*before, str(PYTHON), "-m", "supervisor.supervisord", "-c", str(self.configuration)],
                env={
                    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                    "LANG": "C.UTF-8",
                    STACK: str(self.run),
                },
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        while not self.alive():
            if started.poll() is not None:
                raise NotReady("supervisord", "does not start", self.last_lines("supervisord"))
            time.sleep(0.05)
        started.returncode = 0  # ends with us or outlives us, as asked: no warning about a child left behind

    def _call(self, method: str, *arguments: object) -> Any:  # whatever XML-RPC brings
        with xmlrpc.client.ServerProxy("http://supervisor", transport=_Socket(self.socket)) as server:
            return getattr(server, method)(*arguments)


def configuration(supervisor: Supervisor, programs: Collection[Program]) -> str:
    """supervisord's configuration file."""
    run = supervisor.run
    lines = [
        "[supervisord]",
        "nodaemon = true",
        "silent = true",
        f"logfile = {_escape(supervisor.log('supervisor'))}",
        "logfile_maxbytes = 2MB",
        "logfile_backups = 1",
        f"pidfile = {_escape(run / 'supervisord.pid')}",
        *([f"user = {pwd.getpwuid(0).pw_name}"] if os.geteuid() == 0 else []),
        "",
        "[unix_http_server]",
        f"file = {_escape(supervisor.socket)}",
        "chmod = 0600",
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ]
    for program in programs:
        # The hash is there so that supervisord takes a program as changed when its script or version has.
        script = script_of(program)
        version = hashlib.sha256(f"{script}{program.version}".encode()).hexdigest()[:16]
        lines += [
            "",
            f"[program:{program.name}]",
            f"command = /bin/sh {_escape(shlex.quote(str(supervisor.script(program.name))))}",
            f"directory = {_escape(ROOT)}",
            f'environment = {STACK}="{_escape(run)}",DATALAB_VERSION="{version}"',
            "autostart = false",
            "autorestart = true",
            # What ends within 10 s of its start is tried again after 1 s, 2 s, 3 s, … : for half an hour.
            "startsecs = 10",
            "startretries = 60",
            f"stopwaitsecs = {program.stop_seconds}",
            "killasgroup = true",
            "redirect_stderr = true",
            f"stdout_logfile = {_escape(supervisor.log(program.name))}",
            "stdout_logfile_maxbytes = 10MB",
            "stdout_logfile_backups = 2",
        ]
    return "\n".join(lines) + "\n"


def script_of(program: Program) -> str:
    """What the supervisor runs, and a developer may: `sh .run/programs/edge.sh`. It becomes the process."""
    settings = [f"export {name}={shlex.quote(value)}" for name, value in sorted(program.environment.items())]
    # Files, since every visitor's socket is one; not without limit, since Erlang makes a table for all it may have.
    most_files = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    return (
        "\n".join(["#!/bin/sh", f"ulimit -n {most_files}", *settings, f"exec {shlex.join(program.command)}"])
        + "\n"
    )


def sweep(run: Path, *signs: signal.Signals) -> None:
    """End what a supervisor of this run directory left behind when it was killed itself: by these signals one after
    the other, TERM and KILL when none is named. Each is given 15 s, and what was begun meanwhile gets it as well. What
    got it is gone when it has given back its ports, which a dying process does last."""
    mark = f"{STACK}={run}".encode()
    for sign in signs or (signal.SIGTERM, signal.SIGKILL):
        told: set[int] = set()
        end = time.monotonic() + 15
        while ((left := _marked(mark)) or any(map(exists, told))) and time.monotonic() < end:
            for pid in left - told:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sign)
            told |= left
            time.sleep(0.05)


def _marked(mark: bytes) -> set[int]:
    """All others that run with this in their environment."""
    marked = set()
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in environment(process).split(b"\0"):
                    marked.add(int(process.name))
    return marked


def environment(process: Path) -> bytes:
    """Of a process in /proc. It reads as empty in the midst of an exec (see proc(5): env_start is 0 until the new
    program is laid out); the end of that is waited for, a second at most."""
    end = time.monotonic() + 1
    while not (environment := (process / "environ").read_bytes()) and time.monotonic() < end:
        memory, env_start, env_end = (int(_state(process)[field]) for field in (20, 47, 48))
        if not memory or 0 != env_start == env_end:  # the kernel's own, or ended; or it has none
            break
        time.sleep(0.001)
    return environment


def _state(process: Path) -> list[str]:
    """What /proc/PID/stat says after the name, which may be any bytes: from field 3 on."""
    return (process / "stat").read_bytes().rpartition(b")")[2].decode().split()


def exists(pid: int) -> bool:
    """It runs; one that has ended and nobody has asked after yet does not."""
    try:
        return _state(Path(f"/proc/{pid}"))[0] != "Z"
    except OSError:
        return False


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")


class _Socket(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:  # as the base class has it
        connection = http.client.HTTPConnection("localhost")
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        channel.settimeout(90)
        try:
            channel.connect(str(self.path))
        except OSError:
            channel.close()
            raise
        connection.sock = channel
        self._connection = host, connection  # for close()
        return connection


def _signal(pid: int, sign: signal.Signals) -> None:
    """To a process and its children; nothing where it has just ended."""
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(pid, sign)
        except ProcessLookupError:
            # One begun a moment ago leads no group yet.
            os.kill(pid, sign)
