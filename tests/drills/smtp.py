"""A mail server of our own that speaks as much SMTP as a worker needs, and misbehaves as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Protocol


class Taker(Protocol):
    """Who decides what becomes of a mail."""

    def greets(self) -> str:
        """The first line; '' says nothing at all."""

    def asked(self, recipient: str) -> str:
        """What is said to a recipient; '' takes them."""

    def take(self, recipient: str, message: bytes) -> bool:
        """Take a mail that came as a whole; False hangs up without a word about it."""


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, taker: Taker, host: str, port: int) -> None:
        self.taker = taker
        self.over = threading.Event()
        super().__init__((host, port), _Conversation)

    def handle_error(self, *_: object) -> None:
        """A worker that is killed hangs up in the middle."""


class _Conversation(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        greeting = self.server.taker.greets()
        if not greeting:
            self.server.over.wait(60)
            return
        self._say(greeting)
        if greeting.startswith("220"):
            self._talk()

    def _talk(self) -> None:
        taker, recipient = self.server.taker, ""
        for line in self.rfile:
            word, answer = line[:4].upper(), "250 fine"
            if word == b"QUIT":
                return
            if word == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                answer = taker.asked(recipient) or answer
            if word == b"DATA":
                self._say("354 go on")
                if not taker.take(recipient, b"".join(iter(self.rfile.readline, b".\r\n"))):
                    return
            self._say(answer)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def listening(taker: Taker, port: int = 0, host: str = "127.0.0.1") -> Iterator[int]:
    """Listen on a port of ``host``, a free one unless named, while the block runs."""
    with _Server(taker, host, port) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.over.set()
            server.shutdown()
