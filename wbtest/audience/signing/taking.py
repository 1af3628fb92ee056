"""What becomes of a valid form: who sends it, whether it counts, and the verb that stores it.

The door and the Flask view share this, so they cannot differ.
"""

from flask import Flask

from wbtest.audience.browsers import Environ
from wbtest.audience.live_pages import LivePage
from wbtest.audience.pages import Printer
from wbtest.audience.recording.recorder import Recorder, TooMany
from wbtest.audience.signing import signups
from wbtest.audience.signing.forms import Typed
from wbtest.audience.signing.signups import Sender
from wbtest.audience.visitors import Form, Visitor
from wbtest.audience.waiting import WAITING, joins
from wbtest.extensions import Now, seconds_of
from wbtest.runtime import runtime
from wbtest.team import limits

# An office or a school shares one IP.
MOST_SIGN_UPS = 60


class Desk:
    """Takes the forms of all pages.

    It needs no context of the app where a cookie names who sends one: to make one takes a while.
    """

    def __init__(self, app: Flask, printer: Printer, recorder: Recorder, now: Now) -> None:
        self._app = app
        self._printer = printer
        self._recorder = recorder
        self._at = seconds_of(now)

    def check(self, network: str) -> None:
        """Raise TooMany for a network that has sent what it may, StoreFailed while it hangs.

        For a form that is not stored: of one that is the recorder finds out by itself.
        """
        self._recorder.check()
        if wait := limits.wait_for(network, MOST_SIGN_UPS):
            raise TooMany(wait)

    def take(
        self,
        page: LivePage,
        environ: Environ,
        typed: Typed,
        shown: Form,
        visitor: Visitor | None,
        network: str,
        reason: str = "",
    ) -> str:
        """Store a sign-up durably; return the token under which the next steps are answered.

        ``shown`` is what the form was printed for, ``visitor`` whom the page finds in the request,
        ``network`` under which name it is counted, ``reason`` why it does not count as far as the
        caller knows: of the team, or of one who objects. Raises Refused when it was not stored,
        TooMany where its network has sent enough.
        """
        live = page.live
        guard = runtime(self._app).guard
        # Of who objects not even a hash is kept.
        is_out = page.is_opted_out(environ)
        visitor = None if is_out else visitor
        is_trapped = typed.is_trapped or guard.is_too_fast(visitor, self._at())
        if is_trapped and reason != "team":
            reason = "suspected"
        elif is_out and not reason:
            reason = "opted_out"
        promised: tuple[str, ...] = ()
        if joins(live, shown):
            visitor, reason = None, "suspected" if is_trapped else WAITING
            promised = self._printer.list_promise(live)
        return signups.sign_up(
            self._recorder,
            page,
            Sender(shown, visitor, environ, reason, promised),
            address=typed.address,
            name=typed.name if live.asks_name else "",
            mail=self._printer.first_mail(live),
            base_url=self._printer.base_url,
            secret=self._app.config["SECRET_KEY"],
            at_us=int(self._at() * signups.MICROSECONDS),
            most_an_hour=guard.most_a_page,
            counted_as=network,
            most_counted=MOST_SIGN_UPS,
        )
