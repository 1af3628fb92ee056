"""What a GET of a running page gets: which variant, which bytes, which cookie, which event.

The door and the Flask view share this, so they cannot differ.
"""

import threading

from wbtest.audience import visitors
from wbtest.audience.browsers import (
    Environ,
    Profile,
    accepts_gzip,
    hints_of,
    is_opted_out,
    profile_of,
    write_cookie,
)
from wbtest.audience.live_pages import LivePage
from wbtest.audience.pages import Answer, Printed, Printer
from wbtest.audience.recording.events import Served
from wbtest.audience.recording.recorder import QueueFull, Recorder
from wbtest.audience.signing.forms import SignupForm
from wbtest.audience.visitors import Form, Visitor
from wbtest.extensions import Now, seconds_of
from wbtest.publishing.live_snapshot import LiveExperiment, LiveVariant
from wbtest.publishing.page_strings import strings_of

MICROSECONDS = 1_000_000


class Answers:
    """Serves pages: prints each variant once an hour, and hands each visit to the recorder."""

    def __init__(self, printer: Printer, recorder: Recorder, now: Now, *, is_https: bool) -> None:
        self._printer = printer
        self._recorder = recorder
        self._at = seconds_of(now)
        self._is_https = is_https
        self._printing = threading.Lock()

    def serve(self, page: LivePage, environ: Environ, excluded_because: str = "") -> Answer:
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
        visitor = known or _welcome(page, at, profile, page.exclusion_of(environ))
        who, key, _, source, device, language, reason = visitor
        variant = page.variants[key]
        event = Served(
            page.live.id,
            key,
            who,
            int(at * MICROSECONDS),
            source or profile.source,
            device,
            language,
            profile.agent,
            hints_of(environ),
            excluded_because or reason,
            environ.get("REMOTE_ADDR", ""),
        )
        # Printed first: what breaks was served to nobody.
        answer = self._print(page, variant, at, profile.takes_gzip)
        if not self._take(event):
            return self._print(page, variant, at, profile.takes_gzip, is_broken=True)
        if known is not None:
            return answer
        return Answer([*answer.headers, self._cookie(page, visitor)], answer.body)

    def show(self, page: LivePage, variant: LiveVariant, environ: Environ) -> Answer:
        """Return the page of a variant, without a cookie and without recording anything."""
        takes_gzip = accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        return self._print(page, variant, self._at(), takes_gzip)

    def _take(self, event: Served) -> bool:
        try:
            return self._recorder.put(event)
        except QueueFull:
            return False

    def _cookie(self, page: LivePage, visitor: Visitor) -> tuple[str, str]:
        """It outlives the test: who was in it must not count in the next one."""
        value = visitors.write_cookie(page.live.identity_key, visitor)
        return write_cookie(page.cookie, value, visitors.LONGEST_LIFE, is_https=self._is_https)

    def _print(
        self,
        page: LivePage,
        variant: LiveVariant,
        at: float,
        takes_gzip: bool,
        *,
        is_broken: bool = False,
    ) -> Answer:
        """The page of this hour, printed by whoever comes first."""
        hour = visitors.hour_of(at)
        known = page.printed.get((variant.key, is_broken))
        if known is None or known[0] != hour:
            with self._printing:
                printed = self._reprint(page.live, variant, at, is_broken=is_broken)
                known = page.printed[variant.key, is_broken] = (hour, printed)
        printed = known[1]
        return printed.gzip if takes_gzip else printed.plain

    def _reprint(
        self, live: LiveExperiment, variant: LiveVariant, at: float, *, is_broken: bool
    ) -> Printed:
        strings = strings_of(variant.page)
        form = SignupForm(strings, token=form_token(live, variant.key, at))
        line = strings.try_later if is_broken else ""
        html = self._printer.landing(live, variant, form, problem_line=line)
        look, is_indexed = variant.page.look, live.options.is_indexed
        return self._printer.pack(html, variant.page.language, look, is_indexed=is_indexed)


def form_token(live: LiveExperiment, variant: str, at: float) -> str:
    """Return what the forms of a variant's page carry in the hour of ``at``, in seconds."""
    form = Form(live.id, "test", variant, visitors.hour_of(at), len(live.before))
    return visitors.write_form(live.identity_key, form)


def _welcome(page: LivePage, at: float, profile: Profile, excluded_because: str) -> Visitor:
    """Somebody new, with the variant that chance gives."""
    visitor = visitors.new_visitor(at)
    return Visitor(
        visitor,
        page.draw.variant_of(visitor),
        int(at),
        profile.source,
        profile.device,
        profile.language,
        excluded_because,
    )
