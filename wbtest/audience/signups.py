"""Sign-ups: taken once per address and page, doubted where they should be, confirmed by mail.

A person is never turned away for how they look: what is doubted is kept and marked. Nor for coming
with many others: to refuse one who says yes would count as a no, so on a page that is overrun our
mails wait instead. Only a network that sends more than its people can is asked to come back later.
"""

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from msgspec import Struct

from wbtest.audience import traffic
from wbtest.audience.email_addresses import is_disposable
from wbtest.audience.live_pages import LivePage
from wbtest.audience.models import Signup
from wbtest.audience.page_renderer import consent_words
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import SignedUp
from wbtest.audience.recording.recorder import Recorder
from wbtest.audience.request_headers import Environ, agent_of, header_of
from wbtest.audience.signup_mail import (
    MailTemplate,
    MailText,
    hash_of,
    hash_of_new,
    leads_to,
    mail_template,
    sign_up_token,
)
from wbtest.audience.visitors import FormToken, Visitor
from wbtest.audience.waiting_list import keys_of, list_key
from wbtest.extensions import clock, db
from wbtest.publishing import page_copy
from wbtest.publishing.live_snapshot import LiveExperiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import FirstMail
from wbtest.publishing.page_strings import strings_of
from wbtest.store import writing

CONFIRM_WITHIN = timedelta(days=7)
# Who sends a sign-up for these reasons was perhaps seen before, and is forgotten as a visitor.
LEAVING = ("opted_out", "team")
# Where somebody without a cookie came from, nobody knows any more.
UNKNOWN = "unknown"
MICROSECONDS = 1_000_000
# Within which a second form with the same address is the same person's impatience.
DOUBLE_CLICK_US = 30 * MICROSECONDS
NO_LETTER = MailText("", "", "", "")
# Pressed sooner after the page with the button was sent, or after our mail was.
FASTEST_BUTTON_SECONDS = 1.0
FASTEST_MAIL_SECONDS = 2.0


class Sender(Struct, frozen=True):
    """Who sends the form: what it was printed for, and the visitor's cookie if there is one.

    ``excluded_because`` is '' for somebody who counts. ``promised`` is what stood beside the form
    where it was the waiting list's, () for that of the test.
    """

    shown: FormToken
    visitor: Visitor | None
    environ: Environ
    excluded_because: str = ""
    promised: tuple[str, ...] = ()

    @property
    def known(self) -> Visitor | None:
        """The visitor, unless who sends it objects or is of the team."""
        return None if self.excluded_because in LEAVING else self.visitor


class PreparedSignup(NamedTuple):
    """What is the same for all who sign up on a variant of a page."""

    consent: str
    page_digest: str
    letter: MailTemplate


def sign_up(
    recorder: Recorder,
    page: LivePage,
    sender: Sender,
    *,
    address: tuple[str, str],
    name: str,
    mail: FirstMail,
    base_url: str,
    secret: str,
    at_us: int,
    most_an_hour: int = 0,
    counted_as: tuple[str, ...] = (),
    most_counted: int = 0,
) -> str:
    """Store an address (its spelling and its key), and queue our ``mail`` to it, durably.

    ``secret`` is the server's key, ``at_us`` now, in microseconds since 1970. Whoever calls this
    waits for the recorder, so it holds no connection: that could be the one which is needed.
    An address that is there already stays as it is, and gets no second mail within a day; one that
    was only suspected so far is new. Of a page that got ``most_an_hour`` in the last hour the mails
    leave at that pace, 0 for at once. The form counts against its network as ``counted_as``, which
    may send ``most_counted`` an hour, 0 for any number; raises TooManySignups for one more.
    Returns the token under which the questions after the sign-up are answered; whether it opens
    anything, nobody can see from it.
    """
    live, shown, known = page.live, sender.shown, sender.known
    ready = _prepare(page, sender, mail, base_url)
    email_key = list_key(address[1]) if sender.promised else address[1]
    token = sign_up_token(live.identity_key, email_key, secret)
    letter = ready.letter.filled_in(token) if mail.is_sent else NO_LETTER
    answering = _answering(live, sender.visitor, email_key, at_us)
    recorder.sign_up(
        SignedUp(
            experiment_id=live.id,
            # Of two tabs opened before the first cookie, the one whose cookie was kept.
            variant=known.variant if known else shown.variant,
            visitor=known.visitor if known else "",
            at_us=at_us,
            source=known.source if known else UNKNOWN,
            device=known.device if known else traffic.device_of(agent_of(sender.environ)),
            language=known.language if known else _language(sender.environ),
            user_agent=agent_of(sender.environ),
            excluded_because=sender.excluded_because,
            email=address[0],
            email_key=email_key,
            name=name,
            consent=ready.consent,
            page_digest=ready.page_digest,
            is_disposable=is_disposable(address[1]),
            token_hash=hash_of_new(token),
            answer_hash=hash_of_new(answering),
            subject=letter.subject,
            body=letter.body,
            html=letter.html,
            leave_url=letter.leave_url,
            asks_to_confirm=mail.asks_to_confirm,
            most_an_hour=most_an_hour,
            counted_as=counted_as,
            most_counted=most_counted,
        )
    )
    if _has_cookie(sender.visitor):
        return answering
    return _of_first_click(live, email_key, at_us) or answering


def _prepare(page: LivePage, sender: Sender, mail: FirstMail, base_url: str) -> PreparedSignup:
    """What this page has ready for its variant as the sender read it.

    The promise of the waiting list changes with the day.
    """
    shown = sender.shown
    variant = page.live.find_variant(shown.variant, shown.corrections) or page.live.control
    key = (variant.key, shown.corrections)
    found: PreparedSignup | None = None if sender.promised else page.ready.get(key)
    if found is None:
        consent = consent_words(page.live, variant, strings_of(variant.page), sender.promised)
        letter = mail_template(page.live, base_url, mail)
        found = PreparedSignup(consent, page_copy.digest(variant.page), letter)
        if not sender.promised:
            page.ready[key] = found
    return found


def _answering(live: LiveExperiment, visitor: Visitor | None, email_key: str, at_us: int) -> str:
    """A token for the questions: of the same browser and address the same, else of nobody before.

    So who presses the button twice can answer, and a stranger who sends an address that is there
    changes nothing. Where no cookie tells the browser, the moment takes its place.
    """
    who = visitor.visitor if visitor and _has_cookie(visitor) else at_us
    whose = f"{who}:{email_key}".encode()
    return blake2b(whose, key=live.identity_key, person=b"answers", digest_size=24).hexdigest()


def _has_cookie(visitor: Visitor | None) -> bool:
    """Whether a cookie names the visitor; others may be behind the same hash."""
    return visitor is not None and visitor.issued > 0


def _of_first_click(live: LiveExperiment, email_key: str, at_us: int) -> str:
    """The token of a form with the same address that came a moment ago, without a cookie too.

    A browser shows the answer to the second of two clicks, whose own token would open nothing. Who
    only knows the address would have to send it in the same moment. Returns '' for none.
    """
    # What the recorder has stored meanwhile is not in a transaction that began before.
    db.session.rollback()
    row = db.session.get(Signup, (live.id, email_key))
    if row is None or abs(at_us - row.at_us) > DOUBLE_CLICK_US:
        return ""
    first = _answering(live, None, email_key, row.at_us)
    return first if hash_of(first) == row.answer_hash else ""


def _language(environ: Environ) -> str:
    return traffic.language_of(header_of(environ, "HTTP_ACCEPT_LANGUAGE"))


def find_signup(token: str) -> Signup | None:
    """Return the sign-up to which our mail with this token went, or None."""
    return db.session.scalars(db.select(Signup).where(leads_to(hash_of(token)))).one_or_none()


def find_signups_of_address(signup: Signup) -> list[Signup]:
    """Return all sign-ups of the address for this idea, the oldest first: tests, waiting lists."""
    idea = db.session.get_one(Experiment, signup.experiment_id).release_id
    tests = db.select(Experiment.id).where(Experiment.release_id == idea)
    keys = keys_of(signup.email_key)
    is_it = Signup.experiment_id.in_(tests) & Signup.email_key.in_(keys)
    return list(db.session.scalars(db.select(Signup).where(is_it).order_by(Signup.at_us)))


def can_confirm(signup: Signup, now: datetime) -> bool:
    """Whether the link still confirms, which it does for a week after the mail."""
    return _since_mail(signup, now) <= CONFIRM_WITHIN.total_seconds()


def confirm(token: str, user_agent: str = "", shown_at: float | None = None) -> None:
    """Mark the address of this token as confirmed by whoever reads its mail; once, for good.

    ``shown_at`` is when the page with the button was sent, in seconds since 1970. Where a machine
    may have pressed it, the confirmation is marked.
    """
    now = clock.now()
    with writing() as session:
        row = find_signup(token)
        since_mail = _since_mail(row, now) if row is not None and row.mailed_us else None
        since_shown = None if shown_at is None else now.timestamp() - shown_at
        is_automated = looks_automated(user_agent, since_shown, since_mail)
        at_us = int(now.timestamp() * MICROSECONDS)
        rollup.confirm(session, hash_of(token), at_us, is_automated=is_automated)


def _since_mail(signup: Signup, now: datetime) -> float:
    """Seconds since our last mail to the address, or since it was left."""
    sent_us = signup.at_us if signup.mailed_us is None else signup.mailed_us
    return now.timestamp() - sent_us / MICROSECONDS


class AbuseGuard(NamedTuple):
    """The measures of a server.

    ``fastest_seconds`` from a page to its form; ``most_a_page`` sign-ups of a page in an hour are
    written to at once, those beyond at this pace.
    """

    fastest_seconds: float = 1.5
    most_a_page: int = 2_000

    def is_too_fast(self, visitor: Visitor | None, at: float) -> bool:
        """Whether a form came sooner than a person can fill it in; ``at`` in seconds since 1970.

        The page itself is the same for everybody for an hour, so the time is that of the cookie,
        which is set when somebody comes for the first time. Where there is none, nobody knows; nor
        where it is of a later time, because the clock was set back meanwhile.
        """
        # A cookie holds whole seconds, so one of this very second is not of a later one.
        return bool(visitor and visitor.issued and 0 <= at - visitor.issued < self.fastest_seconds)


def looks_automated(user_agent: str, since_shown: float | None, since_mail: float | None) -> bool:
    """Whether a machine may have pressed the button of our mail; it says so, or nobody is so fast.

    The seconds since the page with the button was shown and since our mail was queued; None where
    that is not known.
    """
    if traffic.classify(user_agent):
        return True
    is_fast = since_shown is not None and 0 <= since_shown < FASTEST_BUTTON_SECONDS
    return is_fast or (since_mail is not None and 0 <= since_mail < FASTEST_MAIL_SECONDS)
