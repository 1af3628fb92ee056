"""A web server of our own that does as it is told, and remembers what it got."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from wbtest.delivery.http_client import Policy

CERTIFICATE = Path(__file__).parent / "web-server-for-tests.pem"
TRUST = ssl.create_default_context(cafile=str(CERTIFICATE))


@dataclass
class Sink:
    """``mode`` is a status, or reset, hang, drip (a byte at a time) or huge (without an end)."""

    mode: str = "200"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    port: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    sent: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The webhook-ids of what came, in order."""
        return [headers["webhook-id"] for headers, _ in self.got]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length") or 0))
        self.got.append(({name.lower(): value for name, value in handler.headers.items()}, body))
        if self.mode == "hang":
            self.is_over.wait(60)
        if self.mode in ("hang", "reset"):
            handler.close_connection = True
            return
        handler.send_response(int(self.mode) if self.mode.isdigit() else 200)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(self.body)
        if self.mode in ("drip", "huge"):
            self.pour(handler)

    def pour(self, handler: BaseHTTPRequestHandler) -> None:
        """Send a body until the other side hangs up."""
        part = b"x" if self.mode == "drip" else b"x" * 65536
        while not self.is_over.wait(0.02 if self.mode == "drip" else 0):
            handler.wfile.write(part)
            self.sent += len(part)


def local(**parts: Any) -> Policy:
    """A policy that allows the machine itself, any port, and http."""
    given = {
        "is_allowed": lambda _address: True,
        "schemes": frozenset({"http", "https"}),
        "ports": frozenset(),
        "trust": TRUST,
        "look_up": lambda _host, _port: ["127.0.0.1"],
    }
    return Policy(**(given | parts))


@contextmanager
def running(sink: Sink, *, is_encrypted: bool = False) -> Iterator[Sink]:
    """Serve ``sink`` on a free port of the machine itself."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sink.answer(self)

        do_GET = do_POST  # noqa: N815 - the server's name for it

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        # Hung up on in the middle of a body: that is what these tests are about.
        def handle_error(self, *_: object) -> None: ...

    server = Server(("127.0.0.1", 0), Handler)
    if is_encrypted:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    sink.port = server.server_port
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def seconds_of(act: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.monotonic()
    act()
    return time.monotonic() - begun
