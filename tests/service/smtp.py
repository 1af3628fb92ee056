"""A mail server of our own that speaks as much SMTP as a worker needs, and misbehaves as told."""

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from socketserver import StreamRequestHandler, ThreadingTCPServer


class MailSink:
    """Takes every mail; ``got`` holds the Message-IDs of those that came as a whole, by recipient.

    Others misbehave by other answers.
    """

    def __init__(self) -> None:
        self.got: dict[str, list[str]] = defaultdict(list)

    def greeting(self) -> str:
        """Return the first line; '' says nothing at all."""
        return "220 ready"

    def refusal(self, recipient: str) -> str:  # noqa: ARG002 - everybody is welcome
        """Return what is said to a recipient; '' takes them."""
        return ""

    def take(self, recipient: str, message: bytes) -> bool:
        """Take a mail that came as a whole; False hangs up without a word about it."""
        self.got[recipient].append(str(message_from_bytes(message)["Message-ID"]))
        return True

    def never(self, recipients: Iterable[str]) -> list[str]:
        """Return those to whom no mail came."""
        return [email for email in recipients if not self.got[email]]

    def copies(self, recipients: Iterable[str], number: int = 2) -> list[str]:
        """Return those to whom so many mails came at least."""
        return [email for email in recipients if len(self.got[email]) >= number]

    def renamed(self, recipients: Iterable[str]) -> list[str]:
        """Return those to whom mails came under different Message-IDs."""
        return [email for email in recipients if len(set(self.got[email])) > 1]


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, sink: MailSink, host: str, port: int) -> None:
        self.sink = sink
        self.over = threading.Event()
        super().__init__((host, port), _Conversation)

    def handle_error(self, *_: object) -> None:
        """A worker that is killed hangs up in the middle."""


class _Conversation(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        greeting = self.server.sink.greeting()
        if not greeting:
            self.server.over.wait(60)
            return
        self._say(greeting)
        if greeting.startswith("220"):
            self._talk()

    def _talk(self) -> None:
        sink, recipient = self.server.sink, ""
        for line in self.rfile:
            word, answer = line[:4].upper(), "250 fine"
            if word == b"QUIT":
                return
            if word == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                answer = sink.refusal(recipient) or answer
            if word == b"DATA":
                self._say("354 go on")
                if not sink.take(recipient, b"".join(iter(self.rfile.readline, b".\r\n"))):
                    return
            self._say(answer)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def listening(sink: MailSink, port: int = 0, host: str = "127.0.0.1") -> Iterator[int]:
    """Listen on a port of ``host``, a free one unless named, while the block runs."""
    with _Server(sink, host, port) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.over.set()
            server.shutdown()
