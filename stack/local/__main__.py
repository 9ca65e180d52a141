"""python3 -m stack.local COMMAND: what the Makefile calls.

Starts with the machine's own Python 3.11, before there is any virtual environment.
"""

import os
import shutil
import sys


def main():
    # type: () -> None
    # Plain code that an older Python can read too, so that it can say so.
    if sys.version_info[:2] != (3, 11):
        right = shutil.which("python3.11")
        if right and not os.environ.get("DATALAB_PYTHON"):
            os.environ["DATALAB_PYTHON"] = right
            os.execv(right, [right, "-m", "stack.local", *sys.argv[1:]])
        told = (
            "datalab needs Python 3.11, and this is %d.%d: apt-get install python3.11" % sys.version_info[:2]
        )
        sys.exit(told)

    from stack.local.commands import run
    from stack.local.errors import Trouble

    try:
        run(sys.argv[1:])
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)


main()
