"""What can go wrong while datalab is set up or started, each told to the user as one sentence.

Trouble
├── PythonTooOld
├── PackageMissing      not there, and no right or way to install it
├── CommandFailed       a tool ended with an error; its last lines follow
├── PortTaken
├── NotReady            a process does not start or does not answer in time; its last lines follow
├── StackRunning        asked for what needs a stopped stack
└── PathTooLong
"""


class Trouble(Exception):
    """Shown as it reads, without a trace; the command ends with exit code 1."""


class PythonTooOld(Trouble):
    pass


class PackageMissing(Trouble):
    pass


class CommandFailed(Trouble):
    pass


class PortTaken(Trouble):
    def __init__(self, port: int, what: str, setting: str, holder: str | None) -> None:
        self.port = port
        by = f" by {holder}" if holder else ""
        super().__init__(
            f"Port {port}, which {what} needs, is in use{by}: stop that, or set {setting} to a free port."
        )


class NotReady(Trouble):
    def __init__(self, name: str, why: str, last_lines: str) -> None:
        self.name = name
        told = f" The end of its log:\n{last_lines}" if last_lines else " Its log is empty."
        super().__init__(f"{name} {why}.{told}")


class PathTooLong(Trouble):
    pass
