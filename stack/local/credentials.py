"""The secrets of one stack, made at random when first asked for and kept in files that only their owner reads.

A process is never given a secret in its environment: it gets `NAME_FILE`, the path of the file.
"""

import os
import secrets
from pathlib import Path


class Credentials:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def password(self, name: str) -> str:
        """The password of that name; the same at every call, 43 characters that need no escaping in a URI."""
        return self._keep(name, secrets.token_urlsafe(32))

    def key_file(self, name: str) -> Path:
        """A file with 64 random bytes in hexadecimal."""
        self._keep(name, secrets.token_hex(64))
        return self.folder / name

    def file(self, name: str, text: str) -> Path:
        """A file with this text (a URI with a password, say)."""
        path = self.folder / name
        if not path.exists() or path.read_text() != text:
            self._write(path, text)
        return path

    def _keep(self, name: str, fresh: str) -> str:
        path = self.folder / name
        if not path.exists():
            self._write(path, fresh)
        return path.read_text()

    def _write(self, path: Path, text: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        fresh.replace(path)
