"""What a GET of a running page gets: which variant, which bytes, which cookie, which event.

``LandingDoor`` stands in front of Flask and answers the plain case from memory: a GET of exactly a
running page on a host of ours, by somebody who isn't on the team and hasn't asked to be ignored.
Everything else goes on to Flask, whose view asks the same ``PageServer``, so the two can't differ.
"""

import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.middleware.proxy_fix import ProxyFix

from wbtest.audience import forms, visitors
from wbtest.audience.live_pages import LivePage, LivePages
from wbtest.audience.page_renderer import (
    LARGEST_PAGE,
    WEIGHTS,
    PageRenderer,
    PageResponse,
    Weight,
    compress,
)
from wbtest.audience.recording import counting_rules, events
from wbtest.audience.recording.recorder import QueueFull, Recorder
from wbtest.audience.traffic import (
    IGNORE,
    Coding,
    Environ,
    RequestProfile,
    coding_for,
    hints_of,
    is_opted_out,
    profile_of,
    set_cookie_header,
)
from wbtest.extensions import Now, seconds_of
from wbtest.networks import ip_of
from wbtest.publishing.live_snapshot import LiveExperiment, LiveVariant
from wbtest.publishing.page_strings import strings_of
from wbtest.web import OWN_HOST, is_known_host, name_of_host

# With this name or IGNORE in the Cookie header somebody may be of the team, or asked to be ignored.
SESSION = "wb-session="
# Stands for a name that is none of ours (RFC 6761).
NO_HOST = "unknown.invalid"
# The first parts of the addresses that a host of a test's own has beside the page's.
BESIDE_PAGE = ("confirm", "leave", "mine", "healthz", "robots.txt", "sitemap.xml", "static")


class PageServer:
    """Serves pages: renders a variant once an hour and coding, hands visits to the recorder."""

    def __init__(
        self, renderer: PageRenderer, recorder: Recorder, now: Now, *, is_https: bool
    ) -> None:
        self._renderer = renderer
        self._recorder = recorder
        self._at = seconds_of(now)
        self._is_https = is_https
        self._rendering = threading.Lock()

    def serve(self, page: LivePage, environ: Environ, excluded_because: str = "") -> PageResponse:
        """Return the page for this browser and record that it was served.

        A new browser is given a variant and a cookie, or no cookie where the page sets none. One
        that objects to being counted gets the control, no cookie, and leaves no trace. When nothing
        can be recorded, the page comes without a cookie and says at its form that it cannot take
        anything.
        """
        at = self._at()
        if page.respects_signals and is_opted_out(environ):
            return self.show(page, page.live.control, environ)
        profile = profile_of(environ)
        known = page.find_visitor(environ)
        visitor = known or _new_visitor(page, at, profile, page.exclusion_of(environ))
        who, key, _, source, device, language, reason = visitor
        variant = page.variants[key]
        event = events.Served(
            page.live.id,
            key,
            who,
            int(at * counting_rules.MICROSECONDS),
            source or profile.source,
            device,
            language,
            profile.agent,
            hints_of(environ),
            excluded_because or reason,
            environ.get("REMOTE_ADDR", ""),
        )
        # Rendered first: what breaks was served to nobody.
        answer = self._bytes_of(page, variant, at, profile.coding)
        try:
            is_taken = self._recorder.put(event)
        except QueueFull:
            is_taken = False
        if not is_taken:
            return self._bytes_of(page, variant, at, profile.coding, is_broken=True)
        if known is not None:
            return answer
        return PageResponse([*answer.headers, self._cookie(page, visitor)], answer.body)

    def show(self, page: LivePage, variant: LiveVariant, environ: Environ) -> PageResponse:
        """Return the page of a variant, without a cookie and without recording anything."""
        coding = coding_for(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return self._bytes_of(page, variant, self._at(), coding)

    def _cookie(self, page: LivePage, visitor: visitors.Visitor) -> tuple[str, str]:
        """It outlives the test: who was in it must not count in the next one."""
        value = visitors.sign_cookie(page.live.identity_key, visitor)
        return set_cookie_header(page.cookie, value, visitors.LONGEST_LIFE, is_https=self._is_https)

    def _bytes_of(
        self,
        page: LivePage,
        variant: LiveVariant,
        at: float,
        coding: Coding,
        *,
        is_broken: bool = False,
    ) -> PageResponse:
        """The page of this hour, rendered for the first who asks for it in this coding."""
        hour, key = visitors.utc_hour(at), (variant.key, coding, is_broken)
        known = page.printed.get(key)
        if known is None or known[0] != hour:
            with self._rendering:
                # Who held the lock before may have rendered it; Brotli alone takes 40 ms.
                known = page.printed.get(key)
                if known is None or known[0] != hour:
                    answer = self._render(page, variant, at, coding, is_broken=is_broken)
                    known = page.printed[key] = (hour, answer)
        return known[1]

    def _render(
        self, page: LivePage, variant: LiveVariant, at: float, coding: Coding, *, is_broken: bool
    ) -> PageResponse:
        live, weight = page.live, self.weight_of(page)
        html = self._html(live, variant, at, weight, is_broken=is_broken)
        style = self._renderer.style(live, weight)
        return self._renderer.pack(
            html,
            coding,
            variant.page.language,
            style,
            is_indexed=live.options.is_indexed,
            sends_to=live.options.redirect_origin,
        )

    def weight_of(self, page: LivePage) -> Weight:
        """Return what the page carries, also where it comes back with a form that was refused."""
        if page.weight is None:
            page.weight = self.fitting_weight(page.live)
        return page.weight

    def fitting_weight(self, live: LiveExperiment) -> Weight:
        """Return the most that all variants can carry alike, or the least there is."""
        at = self._at()
        for weight in WEIGHTS:
            pages = (self._html(live, variant, at, weight) for variant in live.variants)
            if all(len(compress(html.encode())) <= LARGEST_PAGE for html in pages):
                return weight
        return WEIGHTS[-1]

    def _html(
        self,
        live: LiveExperiment,
        variant: LiveVariant,
        at: float,
        weight: Weight,
        *,
        is_broken: bool = False,
    ) -> str:
        strings = strings_of(variant.page)
        form = forms.SignupForm(strings, token=form_token(live, variant.key, at))
        line = strings.try_later if is_broken else ""
        return self._renderer.landing(live, variant, form, problem_line=line, weight=weight)


def form_token(live: LiveExperiment, variant: str, at: float) -> str:
    """Return what the forms of a variant's page carry in the hour of ``at``, in seconds."""
    form = visitors.FormToken(live.id, "test", variant, visitors.utc_hour(at), len(live.before))
    return visitors.sign_form(live.identity_key, form)


def _new_visitor(
    page: LivePage, at: float, profile: RequestProfile, excluded_because: str
) -> visitors.Visitor:
    """Somebody new, with the variant that chance gives."""
    visitor = visitors.new_visitor(at)
    return visitors.Visitor(
        visitor,
        page.draw.variant_of(visitor),
        int(at),
        profile.source,
        profile.device,
        profile.language,
        excluded_because,
    )


class LandingDoor:
    """A WSGI callable around Flask's.

    At a host of a test's own all but BESIDE_PAGE lies below the page of its idea, so whatever is
    the team's isn't there.

    ``proxies`` is how many in front of us are trusted: what is passed on says who sent it to them,
    and whether by https.
    """

    def __init__(
        self,
        inside: WSGIApplication,
        pages: LivePages,
        server: PageServer,
        known_hosts: frozenset[str],
        proxies: int = 0,
    ) -> None:
        self._inside = _behind_proxies(proxies, inside) if proxies else inside
        self._pages = pages
        self._server = server
        self._known_hosts = known_hosts
        self._undo_proxies = _behind_proxies(proxies, _go_nowhere)
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if address := self._plain_address(environ):
            page = self._pages.find_running(address)
            if page is not None:
                if self._proxies:
                    self._find_sender(page, environ, start_response)
                answer = self._server.serve(page, environ)
                start_response("200 OK", answer.headers)
                # A list is sent as it is; granian would stream anything else, which costs more.
                return [answer.body]
        if environ.get("HTTP_HOST", "") not in self._known_hosts:
            self._move_below_page(environ)
        return self._inside(environ, start_response)

    def _move_below_page(self, environ: WSGIEnvironment) -> None:
        """Let a request at a host of a test's own ask for the page of its idea, or what is below.

        What is asked for there already stays: redirects that Flask makes name it so.
        """
        host = name_of_host(environ.get("HTTP_HOST", ""))
        if host in self._known_hosts:
            return
        slug = self._pages.find_slug_at(host)
        if slug is None:
            # Flask fails at a name that is longer than names may be, before it asks us.
            environ["HTTP_HOST"] = NO_HOST
            return
        environ[OWN_HOST] = host
        root, path = f"/p/{slug}", environ["PATH_INFO"].lstrip("/")
        if path.partition("/")[0] not in BESIDE_PAGE and not f"/{path}/".startswith(f"{root}/"):
            environ["PATH_INFO"] = f"{root}/{path}".removesuffix("/")

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

    def _plain_address(self, environ: WSGIEnvironment) -> str:
        """Where a page that may be answered from memory would run, '' for anything else."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not (path.startswith("/p/") or path == "/"):
            return ""
        cookies = environ.get("HTTP_COOKIE")
        if cookies and (SESSION in cookies or IGNORE in cookies):
            return ""
        if "preview" in environ.get("QUERY_STRING", ""):
            return ""
        host = environ.get("HTTP_HOST", "")
        if path == "/":
            return f"//{host}"
        is_ours = host in self._known_hosts or is_known_host(host, self._known_hosts)
        return path if is_ours else ""


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


def _behind_proxies(proxies: int, inside: WSGIApplication) -> WSGIApplication:
    """Return an app that knows who sent it what so many proxies passed on."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = ip_of(environ.get("REMOTE_ADDR") or "")
        return inside(environ, start_response)

    fixed = ProxyFix(call, x_for=proxies, x_proto=proxies)

    def read(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        said = environ.get("HTTP_X_FORWARDED_FOR")
        if said:
            # No address holds a quote. With one left open Werkzeug would read nothing of the list,
            # and the client would pass for the proxy.
            environ["HTTP_X_FORWARDED_FOR"] = said.replace('"', "")
        return fixed(environ, start_response)

    return read


def _go_nowhere(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
    return ()
