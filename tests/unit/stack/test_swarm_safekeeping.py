"""A backup that cannot be made says why in a sentence, and leaves nothing behind."""

from pathlib import Path

import pytest

from stack.local.errors import Trouble
from stack.swarm import safekeeping, settings
from tests.unit.stack.fake_docker import fake_docker


def test_without_a_stack_no_folder_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    with pytest.raises(Trouble, match="There is no stack trial in this Swarm"):
        safekeeping.backup(
            settings.load({"TAG": "abc", "STACK": "trial"}), fake_docker(tmp_path, "exit 0"), folder
        )
    assert not folder.exists()


def test_a_folder_that_is_there_is_not_written_into(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="is there already"):
        safekeeping.backup(
            settings.load({"TAG": "abc"}), fake_docker(tmp_path, "echo datalab_broker"), tmp_path
        )
