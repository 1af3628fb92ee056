"""A server in the test's own process, for a browser that may go away in the middle of an answer.

Werkzeug's own waits 10 ms after each answer, and leaves a file open when the browser is gone.
"""

import socket
import time
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Silent(WSGIRequestHandler):
    """Answers without telling about it."""

    def log_message(self, *_: object) -> None: ...


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request; closing waits for them."""

    request_queue_size = 100


def make_server(listener: socket.socket, app: WSGIApplication) -> Server:
    """Return a server of the app behind a socket that is bound already."""
    server = Server(listener.getsockname(), Silent, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = listener.getsockname()
    server.setup_environ()
    server.server_activate()
    server.set_app(app)
    return server


def lag(app: WSGIApplication, seconds: float) -> WSGIApplication:
    """Answer late, and the rest of each answer later again: a test that looks too early fails."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        time.sleep(seconds)
        answered = app(environ, start_response)
        body = b"".join(answered)
        if close := getattr(answered, "close", None):
            close()
        yield body[:1]
        time.sleep(seconds)
        yield body[1:]

    return answer
