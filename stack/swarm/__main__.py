"""python3 -m stack.swarm COMMAND: what the Makefile calls."""

import argparse
import sys
from pathlib import Path

from stack.local.errors import Trouble
from stack.swarm import deploy, images, operating, registry, safekeeping, secrets, settings
from stack.swarm.docker import Docker


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python3 -m stack.swarm",
        description="Run datalab in a Docker Swarm.",
        epilog=settings.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("registry", help="start the Swarm's own registry")
    commands.add_parser("images", help="build every image")
    commands.add_parser("push", help="... and push them to the registry")
    commands.add_parser("secrets", help="make the secrets that are missing")
    commands.add_parser("deploy", help="put the stack into the Swarm and wait until it is well")
    commands.add_parser("rollback", help="back to what ran before the last deployment")
    commands.add_parser("undeploy", help="take it out; volumes and secrets stay")
    commands.add_parser("services", help="what runs in the Swarm")
    commands.add_parser("logs", help="follow the logs").add_argument("names", nargs="*")
    letters = commands.add_parser("dead-letters", help="messages no service could handle")
    letters.add_argument("arguments", nargs="*", help="list, show 3, replay 3 5, replay all")
    commands.add_parser("reset-password", help="print a link that sets a new password").add_argument("email")
    commands.add_parser("rotate-keys", help="make the next key that signs access tokens")
    commands.add_parser("backup", help="write all databases into a folder").add_argument(
        "folder", type=Path, nargs="?"
    )
    commands.add_parser("database-alone", help="have MongoDB on one member again")
    back = commands.add_parser("restore", help="read a backup into an empty stack")
    back.add_argument("folder", type=Path)
    back.add_argument("--replace", action="store_true", help="... or in place of what is there")
    given = parser.parse_args()
    try:
        _run(given)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)


def _run(given: argparse.Namespace) -> None:
    chosen = settings.load()
    docker = Docker(chosen)
    match given.command:
        case "images" | "push":
            images.build(chosen, docker, push=given.command == "push")
        case "registry":
            docker.need_swarm()
            deploy.label_nodes(docker)
            registry.start(chosen, docker)
        case "secrets":
            secrets.make(chosen, docker)
        case "deploy":
            deploy.deploy(chosen, docker)
        case "rollback":
            deploy.back(chosen, docker)
        case "undeploy":
            deploy.undeploy(chosen, docker)
        case "services":
            deploy.status(chosen, docker)
        case "logs":
            operating.logs(chosen, docker, given.names)
        case "dead-letters":
            operating.dead_letters(chosen, docker, given.arguments)
        case "reset-password":
            operating.reset_password(chosen, docker, given.email)
        case "rotate-keys":
            operating.rotate_keys(chosen, docker)
        case "backup":
            safekeeping.backup(chosen, docker, given.folder)
        case "database-alone":
            safekeeping.leave_first_alone(chosen, docker)
        case "restore":
            safekeeping.restore(chosen, docker, given.folder, given.replace)


main()
