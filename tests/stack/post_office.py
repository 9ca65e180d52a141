"""A mail server that keeps what it is given, and lets in who knows the password."""

import base64
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


class PostOffice(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, user: str, password: str) -> None:
        super().__init__(("", port), _Clerk)
        self.login = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self.letters: list[str] = []


class _Clerk(socketserver.StreamRequestHandler):
    """RFC 5321, as far as one letter needs it."""

    server: PostOffice

    def handle(self) -> None:
        self._say("220 post office")
        let_in = False
        while line := self.rfile.readline().decode().strip():
            match line.split():
                case ["ehlo", _] | ["EHLO", _]:
                    self._say("250-post office", "250 AUTH PLAIN")
                case ["AUTH", "PLAIN", login]:
                    let_in = login == self.server.login
                    self._say("235 come in" if let_in else "535 who are you?")
                case ["data" | "DATA"]:
                    self._say("354 go on")
                    letter = b""
                    while (text := self.rfile.readline()) not in (b".\r\n", b""):
                        letter += text
                    self.server.letters.append(letter.decode())
                    self._say("250 it will be delivered")
                case ["QUIT" | "quit"]:
                    self._say("221 good bye")
                    return
                case _:
                    self._say("250 well" if let_in else "530 log in first")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


@contextmanager
def post_office(port: int, user: str, password: str) -> Iterator[PostOffice]:
    with PostOffice(port, user, password) as office:
        Thread(target=office.serve_forever, daemon=True).start()
        yield office
        office.shutdown()
