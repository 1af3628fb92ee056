"""In front of Flask: answers the plain case of a landing page from memory, passes all else on.

Plain is a GET of exactly a running page on a host of ours, by somebody who is not of the team and
has not asked to be ignored. The answer itself is made in ``answers``, which the Flask view shares.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

from wbtest.audience.answers import Answers
from wbtest.audience.browsers import IGNORE
from wbtest.audience.live_pages import LivePage, LivePages
from wbtest.networks import ip_of
from wbtest.web import is_known_host

# With this name or IGNORE in the Cookie header somebody may be of the team, or asked to be ignored.
SESSION = "wb-session="


class Door:
    """A WSGI callable around Flask's.

    ``proxies`` is how many in front of us are trusted: what is passed on says who sent it to them,
    and whether by https.
    """

    def __init__(
        self,
        inside: WSGIApplication,
        pages: LivePages,
        answers: Answers,
        known_hosts: frozenset[str],
        proxies: int = 0,
    ) -> None:
        self._inside = _behind(proxies, inside) if proxies else inside
        self._pages = pages
        self._answers = answers
        self._known_hosts = known_hosts
        self._undo_proxies = _behind(proxies, _go_nowhere)
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._is_plain(environ):
            page = self._pages.find_running(environ["PATH_INFO"])
            if page is not None:
                if self._proxies:
                    self._find_sender(page, environ, start_response)
                answer = self._answers.serve(page, environ)
                start_response("200 OK", answer.headers)
                # A list is sent as it is; granian would stream anything else, which costs more.
                return [answer.body]
        return self._inside(environ, start_response)

    def _find_sender(
        self, page: LivePage, environ: WSGIEnvironment, start_response: StartResponse
    ) -> None:
        """Let the request say who sent it to the proxies, and how, as far as the answer asks."""
        said = environ.get("HTTP_X_FORWARDED_FOR", "")
        hop = last_hop(said, self._proxies) if said else ""
        if hop and not _asks_how_it_came(page, environ):
            environ["REMOTE_ADDR"] = hop
        elif said or "HTTP_X_FORWARDED_PROTO" in environ:
            self._undo_proxies(environ, start_response)

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


def _asks_how_it_came(page: LivePage, environ: WSGIEnvironment) -> bool:
    """Whether the answer depends on more of what a proxy says than who sent the request.

    Where no cookie tells visitors apart the whole address does; whether it came by https matters of
    a browser that says nothing of how the request came about.
    """
    return page.is_cookieless or "HTTP_SEC_FETCH_MODE" not in environ


def last_hop(said: str, proxies: int) -> str:
    """Return who sent a request to the outermost of so many proxies, '' if that needs a parser.

    As Werkzeug's ``ProxyFix`` reads a list without quotes and empty parts, in a twentieth of its
    time.

    >>> last_hop("1.2.3.4, 5.6.7.8", 1), last_hop("1.2.3.4, 5.6.7.8", 2), last_hop("1.2.3.4", 2)
    ('5.6.7.8', '1.2.3.4', '')
    """
    hops = said.rsplit(",", proxies)[-proxies:]
    is_plain = len(hops) == proxies and '"' not in said and all(hop.strip() for hop in hops)
    return ip_of(hops[0].strip()) if is_plain else ""


def _behind(proxies: int, inside: WSGIApplication) -> WSGIApplication:
    """Return an app that knows who sent it what so many proxies passed on."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = ip_of(environ.get("REMOTE_ADDR") or "")
        return inside(environ, start_response)

    fixed = ProxyFix(call, x_for=proxies, x_proto=proxies)

    def read(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said = environ.get("HTTP_X_FORWARDED_FOR")
        if said:
            # No address holds a quote. With one left open Werkzeug would read nothing of the list,
            # and whoever sent it would pass for the proxy.
            environ["HTTP_X_FORWARDED_FOR"] = said.replace('"', "")
        return fixed(environ, start_response)

    return read


def _go_nowhere(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
    return ()
