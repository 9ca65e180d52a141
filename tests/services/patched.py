"""pytest's plugin for these tests: the process is patched by eventlet before anything else would keep what is patched.

    python -m pytest -p tests.services.patched [-n 2 --dist loadfile] tests/services

pytest-xdist (-n) runs them in workers, and these are patched. What hands out the tests is not, nor is what a worker
takes them over with: that is done by threads of the system's, across which a green lock wakes nobody.
"""

import os

import eventlet
import pytest
from execnet.gateway_base import ThreadExecModel


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    works = "PYTEST_XDIST_WORKER" in os.environ
    given = early_config.known_args_namespace
    if works or not (given.numprocesses or given.tx):
        eventlet.monkey_patch()
    if works:
        threading = eventlet.patcher.original("threading")
        ThreadExecModel.Lock = ThreadExecModel.RLock = staticmethod(threading.RLock)  # type: ignore[method-assign]
        ThreadExecModel.Event = staticmethod(threading.Event)  # type: ignore[method-assign]
