"""In front of Flask: answers the plain case of a landing page from memory, passes all else on.

Plain is a GET of exactly a running page on a host of ours, by somebody who is not of the team and
has not asked to be ignored. The answer itself is made in ``answers``, which the Flask view shares.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from wbtest.audience.answers import Answers
from wbtest.audience.browsers import IGNORE
from wbtest.audience.live_pages import LivePages
from wbtest.http import is_known_host

# With this name or IGNORE in the Cookie header somebody may be of the team, or asked to be ignored.
SESSION = "wb-session="


class Door:
    """A WSGI callable around Flask's."""

    def __init__(
        self,
        inside: WSGIApplication,
        pages: LivePages,
        answers: Answers,
        known_hosts: frozenset[str],
    ) -> None:
        self._inside = inside
        self._pages = pages
        self._answers = answers
        self._known_hosts = known_hosts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._is_plain(environ):
            page = self._pages.find_running(environ["PATH_INFO"])
            if page is not None:
                answer = self._answers.serve(page, environ)
                start_response("200 OK", answer.headers)
                # A list is sent as it is; granian would stream anything else, which costs more.
                return [answer.body]
        return self._inside(environ, start_response)

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        if environ["REQUEST_METHOD"] != "GET" or not environ["PATH_INFO"].startswith("/p/"):
            return False
        cookies = environ.get("HTTP_COOKIE")
        if cookies and (SESSION in cookies or IGNORE in cookies):
            return False
        if "preview" in environ.get("QUERY_STRING", ""):
            return False
        host = environ.get("HTTP_HOST", "")
        return host in self._known_hosts or is_known_host(host, self._known_hosts)
