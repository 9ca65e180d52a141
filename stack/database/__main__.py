"""python -m stack.database prepare | backup FOLDER | restore FOLDER [--replace] | counts | alone"""

import argparse
import json
import logging
import sys
from pathlib import Path

from pymongo.errors import PyMongoError

from stack.database.backup import BackupInvalid, NotEmpty, backup, counts, restore
from stack.database.leaving import StillTogether, leave_first_alone
from stack.database.prepare import NotPrepared, prepare


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack.database")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare", help="make the replica set, and each service's user")
    commands.add_parser("counts", help="documents of each collection, as JSON")
    commands.add_parser("alone", help="make the replica set one of its first member alone")
    to = commands.add_parser("backup", help="write every database into a folder")
    to.add_argument("folder", type=Path)
    back = commands.add_parser("restore", help="read a backup into empty databases")
    back.add_argument("folder", type=Path)
    back.add_argument("--replace", action="store_true", help="... or in place of what is there")
    given = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(message)s")
    try:
        match given.command:
            case "prepare":
                prepare()
            case "counts":
                print(json.dumps(counts(), indent=1))
            case "alone":
                leave_first_alone()
            case "backup":
                backup(given.folder)
            case "restore":
                restore(given.folder, given.replace)
    except (NotPrepared, NotEmpty, BackupInvalid, StillTogether, PyMongoError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
