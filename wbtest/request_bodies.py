"""In front of everything in a web process: a body that does not arrive keeps nobody else waiting.

A thread that reads a body in granian's WSGI cannot be interrupted. So another thread reads, and the
request's own one waits with a deadline. The app still decides whether a body is read at all: it
is read whole when the app asks for the first piece.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from io import RawIOBase
from queue import SimpleQueue
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore, Thread
from typing import IO, Any, NamedTuple
from wsgiref.types import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import RequestTimeout

from wbtest.errors import API_PREFIX, MIME_TYPE, TITLES

# How long a body may take to arrive, and how many bytes a second a long one has to bring.
SECONDS, SLOWEST = 30.0, 50_000
# Most bodies come with the head of their request. Only one that takes longer is late.
PROMPT_SECONDS = 0.5
PIECE, IN_MEMORY = 64 * 1024, 512 * 1024
# How long a refusal has to leave before its connection is closed.
PARTING_SECONDS = 0.2


class Refusal(NamedTuple):
    """An answer in place of the app's."""

    status: HTTPStatus
    sentence: str


NO_LENGTH = Refusal(
    HTTPStatus.BAD_REQUEST, "Send the body with Content-Length, without Transfer-Encoding."
)
TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive. Send it again.")
TOO_MANY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE, "Too many bodies arrive slowly. Try again in a minute."
)


class NotHere(RequestTimeout):
    """Raised where the app reads a body that is not waited for any longer."""


class RequestBodies:
    """A WSGI callable around the app that ``threads`` threads call.

    At most half of them wait for late bodies. A body has ``seconds`` to arrive, a long one more.
    """

    def __init__(self, inside: WSGIApplication, threads: int, seconds: float = SECONDS) -> None:
        self._inside = inside
        self._seconds = seconds
        self._slots = BoundedSemaphore(max(1, threads // 2))
        self._asked: SimpleQueue[tuple[InputStream, int, Future[IO[bytes]]]] = SimpleQueue()
        for _ in range(threads):
            # The end of the process does not wait for a body that never comes.
            Thread(target=self._read, name="bodies", daemon=True).start()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "HTTP_TRANSFER_ENCODING" in environ:
            # granian hides a Content-Length beside it: a proxy may see another end of the body.
            return [_answer(NO_LENGTH, environ, start_response)]
        if "CONTENT_LENGTH" not in environ:
            return self._inside(environ, start_response)
        fetch = partial(self._fetch, environ["wsgi.input"], int(environ["CONTENT_LENGTH"] or 0))
        answer: Iterable[bytes] = ()
        with Arriving(fetch) as body, suppress(NotHere):
            environ["wsgi.input"] = body
            answer = self._inside(environ, start_response)
        if body.refusal is None:
            return answer
        # Whatever the app made of a body that did not come, the answer is ours.
        if hasattr(answer, "close"):
            answer.close()
        return _break_off(_answer(body.refusal, environ, start_response, missing=1))

    def _fetch(self, raw: InputStream, length: int) -> IO[bytes] | Refusal:
        """Return a body as a file once it is here."""
        whole: Future[IO[bytes]] = Future()
        self._asked.put((raw, length, whole))
        try:
            return whole.result(PROMPT_SECONDS)
        except TimeoutError:
            if not self._slots.acquire(blocking=False):
                # What arrives in this very moment is taken.
                return TOO_MANY if whole.cancel() else whole.result()
        try:
            return whole.result(self._seconds + length / SLOWEST)
        except TimeoutError:
            return TOO_SLOW if whole.cancel() else whole.result()
        finally:
            self._slots.release()

    def _read(self) -> None:
        while True:
            _read_whole(*self._asked.get())


class Arriving(RawIOBase):
    """A request's body, which is fetched when it is first read."""

    def __init__(self, fetch: Callable[[], IO[bytes] | Refusal]) -> None:
        self._fetch = fetch
        self._file: Any = None
        self.refusal: Refusal | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill in what comes next; 0 at the end. Raises NotHere."""
        if self._file is None and self.refusal is None:
            fetched = self._fetch()
            if isinstance(fetched, Refusal):
                self.refusal = fetched
            else:
                self._file = fetched
        if self.refusal:
            raise NotHere
        count: int = self._file.readinto(buffer)
        return count

    def close(self) -> None:
        super().close()
        if self._file is not None:
            self._file.close()


def _read_whole(raw: InputStream, length: int, whole: Future[IO[bytes]]) -> None:
    """Read a body into a file for the one who waits, if somebody still does by then."""
    file: Any = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - who waits closes it
    fault: Exception | None = None
    try:
        while piece := raw.read(min(PIECE, length - file.tell())):
            file.write(piece)
        file.seek(0)
    except Exception as error:  # no reader may end; who waits raises it
        fault = error
    if not whole.set_running_or_notify_cancel():
        file.close()
    elif fault:
        file.close()
        whole.set_exception(fault)
    else:
        whole.set_result(file)


def _answer(
    refusal: Refusal, environ: WSGIEnvironment, start_response: StartResponse, missing: int = 0
) -> bytes:
    """Begin the answer, which says that it is ``missing`` bytes longer; return its body."""
    status, sentence = refusal
    body, mime_type = sentence.encode(), "text/plain; charset=utf-8"
    if environ["PATH_INFO"].startswith(API_PREFIX):
        title = TITLES.get(status, status.phrase)
        told = {"type": "about:blank", "title": title, "status": status, "detail": sentence}
        body, mime_type = json.dumps(told).encode(), MIME_TYPE
    headers = [("Content-Type", mime_type), ("Content-Length", str(len(body) + missing))]
    headers += [("Connection", "close"), ("Cache-Control", "no-store")]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "10"))
    start_response(f"{status} {status.phrase}", headers)
    return body


def _break_off(body: bytes) -> Iterator[bytes]:
    """Send an answer without its last byte, a line feed.

    To an answer that is whole granian leaves the connection open until the body is here, and the
    thread that reads it. One that ends too early closes the connection, and the thread is told.
    """
    yield body
    time.sleep(PARTING_SECONDS)
