"""Patches this process by eventlet, once, and only where nothing else is tested in it."""

import sys

import eventlet
import pytest

if "nameko.testing.pytest" not in sys.modules:
    raise pytest.UsageError("tests/services runs by itself: pytest -p pytest_nameko tests/services")

eventlet.monkey_patch()
