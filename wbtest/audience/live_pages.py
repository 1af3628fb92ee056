"""The started pages in the memory of this process, as fresh as the public may expect.

The only thing a request asks of the database here is whether anything has changed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from wbtest.audience import page_renderer, traffic, visitors
from wbtest.audience.recording.events import OF_THE_VISIT
from wbtest.audience.traffic import (
    Coding,
    Environ,
    agent_of,
    cookie_name,
    find_cookie,
    header_of,
    is_opted_out,
)
from wbtest.extensions import Now, db, runtime, seconds_of
from wbtest.publishing.live_snapshot import LiveExperiment, load_live, pages_version
from wbtest.store import Refused

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
# For a page that does not run; not with each request, since anybody may poll one.
LOOK_AGAIN_SECONDS = 0.05
# What was taken down is not shown for longer than this after the last look.
STALE_SECONDS = 1.0
NOT_NOW = "This page can’t be shown right now. Try again in a minute."
# Before the first version that the database may name.
NEVER_READ = -1


class NotLoaded(Refused):
    """A process that began while the database was away cannot tell what there is.

    Nor can any of a test that was changed by hand. To say 404 would tell visitors and
    caches that there is nothing.
    """

    status = 503
    seconds = 5


class LivePage:
    """A started experiment in memory, with what each request asks of it worked out beforehand."""

    def __init__(
        self, live: LiveExperiment, *, is_https: bool, older: Iterable[LivePage] = ()
    ) -> None:
        self.live = live
        self.variants = {variant.key: variant for variant in live.variants}
        self.is_cookieless = live.options.counting == "cookieless"
        self.respects_signals = live.options.respects_signals
        self.draw = visitors.Draw(live.salt, live.weights)
        self.cookie = cookie_name(f"wb-p{live.id}", is_https=is_https)
        # The earlier tests of the idea that set a cookie; a page that sets none looks for none.
        is_silent = self.is_cookieless
        self.older = () if is_silent else tuple(each for each in older if not each.is_cookieless)
        # In seconds since 1970: the last day is over.
        self.ends = live.ends_at.timestamp()
        # By variant, coding and whether it says that nothing can be stored: an hour and its answer.
        self.printed: dict[tuple[str, Coding, bool], tuple[int, page_renderer.PageResponse]] = {}
        # What its pages carry beside their words; None before the first was printed.
        self.weight: page_renderer.Weight | None = None
        # What a sign-up needs that is the same for everybody, made with the first one.
        self.ready: dict[tuple[str, int], Any] = {}

    def find_visitor(self, environ: Environ) -> visitors.Visitor | None:
        """Return who it is: by the page's cookie, or None without one that we signed.

        On a page without cookies a network and a browser make one visitor.
        """
        if self.is_cookieless:
            return self._hashed(environ)
        header = environ.get("HTTP_COOKIE")
        text = find_cookie(header, self.cookie) if header else ""
        found = visitors.read_cookie(self.live.identity_key, text) if text else None
        return found if found and found.variant in self.variants else None

    def exclusion_of(self, environ: Environ) -> str:
        """Return why a visitor new to this test does not count: RETURNING, or '' when they do."""
        # Asked of every newcomer, of whom few bring a cookie, and of few tests is there another.
        if not (self.older and environ.get("HTTP_COOKIE")):
            return ""
        return visitors.RETURNING if any(each.has_met(environ) for each in self.older) else ""

    def has_met(self, environ: Environ) -> bool:
        """Whether this browser carries the cookie of the test.

        Once the key is destroyed nobody can tell whether we signed it, and its name is enough: a
        forged one leaves out only the visitor who carries it.
        """
        if self.live.has_key:
            return self.find_visitor(environ) is not None
        return find_cookie(environ.get("HTTP_COOKIE", ""), self.cookie) != ""

    def is_opted_out(self, environ: Environ) -> bool:
        """Whether the browser asks not to be counted, on a page that listens to that."""
        return self.respects_signals and is_opted_out(environ)

    def _hashed(self, environ: Environ) -> visitors.Visitor:
        """The visitor by hash; a page without cookies has one variant."""
        agent = agent_of(environ)
        visitor = visitors.hashed_visitor(
            self.live.identity_key, header_of(environ, "REMOTE_ADDR"), agent
        )
        return visitors.Visitor(
            visitor,
            self.live.control.key,
            0,
            OF_THE_VISIT,
            traffic.device_of(agent),
            traffic.language_of(header_of(environ, "HTTP_ACCEPT_LANGUAGE")),
        )

    def read_form(self, token: str, at: float) -> visitors.FormToken | None:
        """What a form of this test was printed for; None for one of another, or too old."""
        return visitors.read_form(self.live.identity_key, token, visitors.utc_hour(at))

    def takes(self, form: visitors.FormToken, at: float) -> bool:
        """Whether a form of this page may be sent at ``at``, in seconds since 1970.

        While the page is paused and once it has ended nobody is shown a form. Who had one open
        before may still send it, and counts, for as long as the sealed window lasts: they are among
        the seen, and to refuse them would make them say no.
        """
        if self.live.closed_at is None:
            return True
        closed = self.live.closed_at.timestamp()
        # Those of the waiting list are never the test's, whenever they were printed.
        is_from_before = form.kind == "test" and form.hour <= visitors.utc_hour(closed)
        return is_from_before and self.is_within_window(at)

    def is_within_window(self, at: float) -> bool:
        """Whether the page is open, or closed for no longer than the sealed window lasts."""
        closed_at = self.live.closed_at
        return closed_at is None or at <= closed_at.timestamp() + self.live.window_hours * 3600


class LivePages:
    """Every page that was ever started, read again when the database says that one has changed.

    ``now`` is the app's clock: a page past its last day has ended, even if no worker has noticed
    yet. ``seconds`` is a clock that never goes back.
    """

    def __init__(
        self,
        engine: sa.Engine,
        now: Now,
        *,
        is_https: bool,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._at = seconds_of(now)
        self._seconds = seconds
        self._is_https = is_https
        # All started tests of each idea, by its slug, the one that began last at the end: while
        # that runs, the others are over.
        self._pages: dict[str, list[LivePage]] = {}
        # By path; at a host of its own by `//` and the host, as no path of a page begins so.
        self._running: dict[str, LivePage] = {}
        # The ideas, by slug, that have or had a test at a host of its own.
        self._slugs_at: dict[str, str] = {}
        self._version = NEVER_READ
        self._looked_at = float("-inf")
        self._is_blind = False
        self._looking = threading.Lock()

    def find_running(self, path: str) -> LivePage | None:
        """Return the running page at this exact path, or at ``//`` and its own host, or None."""
        if self._seconds() - self._looked_at >= LOOK_SECONDS:
            self.look()
        found = self._running.get(path)
        return None if found is None or self._is_over(found) else found

    def find_slug_at(self, host: str) -> str | None:
        """Return the slug of the idea that has or had a test at this host of its own, or None."""
        self.look()
        if host not in self._slugs_at:
            # Another process may have started it a moment ago.
            self.look(LOOK_AGAIN_SECONDS, waits=True)
        return self._slugs_at.get(host)

    def find(self, slug: str) -> LivePage | None:
        """Return the page of the newest test at this slug in whatever state, or None.

        Case does not matter. Raises NotLoaded.
        """
        return next(reversed(self.find_all(slug)), None)

    def find_all(self, slug: str) -> list[LivePage]:
        """Return the pages of all started tests at this slug, the newest last.

        Case does not matter. Raises NotLoaded.
        """
        self._look_for_once()
        found = self._pages.get(slug.lower())
        if found is None or found[-1].live.state != "running":
            # Another process may have started it a moment ago; here there is time to look.
            self.look(LOOK_AGAIN_SECONDS, waits=True)
            found = self._pages.get(slug.lower(), [])
        return [self._as_it_is(page) for page in found]

    def find_by_id(self, experiment_id: int) -> LivePage | None:
        """Return the page of this experiment in whatever state, or None. Raises NotLoaded."""
        self._look_for_once()
        for tests in self._pages.values():
            for page in tests:
                if page.live.id == experiment_id:
                    return self._as_it_is(page)
        return None

    def _is_over(self, page: LivePage) -> bool:
        return self._at() >= page.ends

    def _as_it_is(self, page: LivePage) -> LivePage:
        """The page as ended when its last day is over."""
        if page.live.state == "ended" or not self._is_over(page):
            return page
        closed_at = page.live.closed_at or page.live.ends_at
        ended = replace(page.live, state="ended", closed_at=closed_at)
        return LivePage(ended, is_https=self._is_https, older=page.older)

    def forget(self) -> None:
        """Let the next request look, however short ago the last one did."""
        self._looked_at = float("-inf")

    def _look_for_once(self) -> None:
        """Look, and do not take what was never read for what is not there."""
        self.look()
        if self._version == NEVER_READ:
            raise NotLoaded(NOT_NOW)

    def look(self, after: float = LOOK_SECONDS, *, waits: bool = False) -> None:
        """Read the pages again if they have changed since the last look, so many seconds after it.

        One thread looks while the others go on with what is in memory, unless that is too old, or
        has not what they came for and ``waits``. When the database cannot be read, what is in
        memory stays.
        """
        age = self._seconds() - self._looked_at
        if age < after:
            return
        patience = STALE_SECONDS if waits or age >= STALE_SECONDS else 0
        if self._looking.acquire(timeout=patience):
            try:
                if self._seconds() - self._looked_at >= after:
                    self._read()
            finally:
                self._looking.release()
        elif age >= STALE_SECONDS:
            # The database hangs. To wait for it once is enough.
            self._looked_at = self._seconds()

    def _read(self) -> None:
        looked_at = self._seconds()
        try:
            with Session(self._engine) as session:
                if self._engine.dialect.name == "postgresql":
                    # A pause between two statements would make a test differ from its history.
                    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                version = pages_version(session)
                if version != self._version:
                    self._take(load_live(session))
                    self._version = version
        except SQLAlchemyError as error:
            # Twice a second would fill the log.
            if not self._is_blind:
                log.error("pages cannot be read, those in memory are shown: %s", error)
            self._is_blind = True
        else:
            self._is_blind = False
        self._looked_at = looked_at

    def _take(self, found: tuple[LiveExperiment, ...]) -> None:
        pages: dict[str, list[LivePage]] = {}
        for live in sorted(found, key=attrgetter("attempt")):
            tests = pages.setdefault(live.slug, [])
            tests.append(LivePage(live, is_https=self._is_https, older=tests))
        newest = [(slug, tests[-1]) for slug, tests in pages.items()]
        self._running = {
            f"//{page.live.host}" if page.live.host else page_renderer.paths_of(slug).page: page
            for slug, page in newest
            if page.live.state == "running"
        }
        self._slugs_at = {live.host: live.slug for live in found if live.host}
        self._pages = pages


@sa.event.listens_for(db.session, "after_commit")
def _look_after_commit(_session: object) -> None:
    """A member who presses Pause sees the page rest at once, where the same process answers."""
    runtime().pages.forget()
