"""The commands of the local runner, one function each."""

import argparse
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.calls import ask, reset_link_told, rotation_told
from stack.local import builds, importing, node, packages, progress, settings, venv
from stack.local.demo import EMAIL, Demo
from stack.local.errors import Trouble
from stack.local.programs import PYTHON, ROOT, VENV
from stack.local.settings import Settings
from stack.local.stack import Stack
from stack.local.status import table

CACHES = (".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")


def run(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python3 -m stack.local", description="Run datalab on this machine."
    )
    parser.add_argument("--run", help="the directory of its state (default: DATALAB_RUN or .run)")
    parser.add_argument("--port-base", type=int, help="the first of seven ports in a row")
    commands = parser.add_subparsers(dest="command", required=True)
    setup_parser = commands.add_parser("setup", help="install and build what is missing")
    setup_parser.add_argument("--tests", action="store_true", help="what the tests need, too")
    commands.add_parser("up", help="set up, start whatever is down, make the demo")
    commands.add_parser("down", help="stop everything")
    commands.add_parser("status", help="what runs")
    logs_parser = commands.add_parser("logs", help="follow the logs")
    logs_parser.add_argument("names", nargs="*")
    import_parser = commands.add_parser("import", help="bring a file of past events into an app")
    import_parser.add_argument("file", type=Path)
    import_parser.add_argument("app", help="its name or id")
    reset_parser = commands.add_parser("reset-password", help="print a link that sets a new password")
    reset_parser.add_argument("email")
    commands.add_parser("rotate-keys", help="make the next key that signs access tokens")
    commands.add_parser("clean", help="stop everything, remove state and what was installed and built")
    given = parser.parse_args(arguments)
    chosen = settings.load(given.run, given.port_base)
    match given.command:
        case "setup":
            setup(given.tests)
        case "up":
            up(chosen, arguments)
        case "down":
            down(chosen)
        case "status":
            status(chosen)
        case "logs":
            logs(chosen, given.names)
        case "import":
            bring_in(chosen, given.file, given.app)
        case "reset-password":
            _with_packages(arguments)
            reset_password(chosen, given.email)
        case "rotate-keys":
            _with_packages(arguments)
            rotate_keys(chosen)
        case "clean":
            clean(chosen)


def setup(tests: bool = False) -> None:
    with _one_at_a_time(ROOT / ".run"):
        packages.install_missing(tests)
        venv.install()
        node.install()
        builds.build()


def up(chosen: Settings, arguments: list[str]) -> None:
    if Path(sys.prefix) != VENV:
        setup()
    _with_packages(arguments)
    with _one_at_a_time(chosen.run):
        stack = _stack(chosen)
        stack.start()
        if not chosen.demo:
            stack.stop("shop")
        else:
            demo = Demo(stack, chosen.only_here)
            with progress.step("demo"):
                demo.create()
            stack.start("shop")
    print(f"\ndatalab is up.\n\n  dashboard   {stack.edge_url}")
    if chosen.demo:
        print(f"  demo shop   {stack.shop_url}\n  log in as   {EMAIL}   password {demo.password}")
    print("\n  make status · make logs · make down")


def down(chosen: Settings) -> None:
    stack = _stack(chosen)
    there = stack.alive()
    with progress.step("stop"):
        stack.stop()
    print("datalab is down." if there else "datalab was not running.")


def status(chosen: Settings) -> None:
    stack = _stack(chosen)
    if not stack.alive():
        print("datalab is not running: `make up` starts it.")
        return
    print(table(stack))


def logs(chosen: Settings, names: list[str]) -> None:
    folder = chosen.run / "logs"
    there = sorted(folder.glob("*.log"))
    if not there:
        raise Trouble("There are no logs: datalab has not run here.")
    files = [folder / f"{name}.log" for name in names] or there
    if lacking := [file.stem for file in files if not file.exists()]:
        raise Trouble(
            f"There is no log of {', '.join(lacking)}; there is {', '.join(file.stem for file in there)}."
        )
    os.execvp("tail", ["tail", "-n", "40", "-F", *(str(file) for file in files)])


def bring_in(chosen: Settings, file: Path, app: str) -> None:
    """As DATALAB_EMAIL with DATALAB_PASSWORD, or as the owner of the demo."""
    stack = _stack(chosen)
    email = os.environ.get("DATALAB_EMAIL") or EMAIL
    password = os.environ.get("DATALAB_PASSWORD") or Demo(stack, chosen.only_here).password
    edge = os.environ.get("DATALAB_URL") or stack.edge_address
    show = importing.bar if sys.stderr.isatty() else None
    progress_made = importing.Importer(edge, email, password).run(file, app, show)
    print(("\n" if show else "") + importing.summary(progress_made))


def reset_password(chosen: Settings, email: str) -> None:
    print(reset_link_told(ask(_stack(chosen).amqp_uri(), "auth.reset_link", email=email)))


def rotate_keys(chosen: Settings) -> None:
    print(rotation_told(ask(_stack(chosen).amqp_uri(), "auth.rotate_keys")))


def clean(chosen: Settings) -> None:
    """Stops the stacks below the state directory first, those of tests included."""
    for configuration in chosen.run.glob("**/supervisord.conf"):
        Stack(configuration.parent).stop()
    built = [ROOT / part / folder for part in builds.PARTS for folder in ("dist", "node_modules")]
    for path in (chosen.run, VENV, *built, *(ROOT / cache for cache in CACHES)):
        shutil.rmtree(path, ignore_errors=True)
    print("datalab is clean: state, virtual environment and builds are gone.")


def _with_packages(arguments: list[str]) -> None:
    """Goes on in the virtual environment, from the beginning. Raises Trouble: there is none yet."""
    if Path(sys.prefix) == VENV:
        return
    if not PYTHON.exists():
        raise Trouble("datalab is not installed here: `make up` does that.")
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "stack.local", *arguments])


def _stack(chosen: Settings) -> Stack:
    return Stack(
        chosen.run,
        chosen.ports,
        host=chosen.host,
        public_url=chosen.public_url,
        mongod=chosen.mongod,
        seconds=chosen.seconds,
        environment=chosen.passed_on,
        step=progress.step,
    )


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two that set up or start the same at once take turns."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
