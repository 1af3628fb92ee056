"""Sign-ups: the form, taken once per address and page, and the button of our mail that confirms it.

A person is never turned away for how they look: what is doubted is kept and marked. Nor for coming
with many others: to refuse one who says yes would count as a no, so on a page that is overrun our
mails wait instead. Only a network that sends more than its people can is asked to come back later.
"""

import logging
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

import sqlalchemy as sa
from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from msgspec import Struct
from sqlalchemy.exc import SQLAlchemyError

from wbtest.audience import (
    email_addresses,
    erasure,
    page_renderer,
    page_server,
    signup_steps,
    traffic,
)
from wbtest.audience.forms import SignupForm
from wbtest.audience.live_pages import LivePage
from wbtest.audience.models import Signup, Visit
from wbtest.audience.recording import events, rollup, write_batch
from wbtest.audience.recording.counting_rules import (
    MICROSECONDS,
    WAITING,
    microseconds_of,
    moment_at,
)
from wbtest.audience.recording.recorder import Recorder, TooManySignups
from wbtest.audience.signup_mail import (
    TOKEN,
    MailText,
    hash_of,
    hash_of_new,
    leads_to,
    sign_up_token,
    welcome_mail,
)
from wbtest.audience.views import (
    TOKEN_PAGE,
    bp,
    check_sender,
    exclusion_of,
    get_pages,
    link_over,
    redirect_to_host,
    show_closed,
    show_list,
    small_page,
)
from wbtest.audience.visitors import FormToken, Visitor
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import clock, db, runtime
from wbtest.forms import form_on
from wbtest.publishing import off_site_form, page_copy, page_options, page_strings
from wbtest.publishing.live_snapshot import LiveExperiment, LiveVariant
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import LONGEST_SOURCE
from wbtest.store import Gone, Refused, end_reading, writing
from wbtest.team import access, rate_limits

# Who sends a sign-up for these reasons was perhaps seen before, and is forgotten as a visitor.
LEAVING = ("opted_out", "team")
# Where somebody without a cookie came from, nobody knows any more.
UNKNOWN = "unknown"
# Within which a second form with the same address is the same person's impatience.
DOUBLE_CLICK_US = 30 * MICROSECONDS
NO_LETTER = MailText("", "", "")
# Pressed sooner after the page with the button was sent, or after our mail was.
FASTEST_BUTTON_SECONDS = 1.0
FASTEST_MAIL_SECONDS = 2.0
log = logging.getLogger(__name__)
# An office or a school shares one network.
MOST_SIGN_UPS = 60


class Sender(Struct, frozen=True):
    """Who sends the form: what it was printed for, and the visitor's cookie if there is one.

    ``excluded_because`` is '' for somebody who counts. ``promised`` is what stood beside the form
    where it was the waiting list's, () for that of the test. ``off_site`` is the origin of the site
    whose form it is, '' for a page of ours.
    """

    shown: FormToken
    visitor: Visitor | None
    environ: traffic.Environ
    excluded_because: str = ""
    promised: tuple[str, ...] = ()
    off_site: str = ""

    @property
    def known(self) -> Visitor | None:
        """The visitor, unless who sends it objects or is of the team."""
        return None if self.excluded_because in LEAVING else self.visitor


class PreparedSignup(NamedTuple):
    """What is the same for all who sign up on a variant of a page."""

    consent: str
    page_digest: str
    letter: MailText


def sign_up(
    recorder: Recorder,
    page: LivePage,
    sender: Sender,
    *,
    address: tuple[str, str],
    name: str,
    mail: page_options.FirstMail,
    base_url: str,
    secret: str,
    at_us: int,
    most_an_hour: int = 0,
    counted_as: tuple[str, ...] = (),
    most_counted: int = 0,
) -> str:
    """Store an address (its spelling and its key), and queue our ``mail`` to it, durably.

    ``secret`` is the server's key, ``at_us`` now, in microseconds since 1970. The caller waits
    for the recorder, so it must hold no connection: the recorder might need that one.
    An address that is there already stays as it is, and gets no second mail within a day; one that
    was only suspected so far is new. Of a page that got ``most_an_hour`` in the last hour the mails
    leave at that pace, 0 for at once. The form counts against its network as ``counted_as``, which
    may send ``most_counted`` an hour, 0 for any number; raises TooManySignups for one more.
    Returns the token under which the questions after the sign-up are answered; whether it opens
    anything, nobody can see from it.
    """
    live, shown, known = page.live, sender.shown, sender.known
    ready = _prepare(page, sender, mail, base_url)
    email_key = email_addresses.list_key(address[1]) if sender.promised else address[1]
    token = sign_up_token(live.identity_key, email_key, secret)
    letter = ready.letter.filled_in(token) if mail.is_sent else NO_LETTER
    answering = _answering(live, sender.visitor, email_key, at_us)
    recorder.sign_up(
        events.SignedUp(
            experiment_id=live.id,
            # Of two tabs opened before the first cookie, the one whose cookie was kept.
            variant=known.variant if known else shown.variant,
            visitor=known.visitor if known else "",
            at_us=at_us,
            source=known.source if known else _site_of(sender),
            device=known.device if known else traffic.device_of(traffic.agent_of(sender.environ)),
            language=known.language if known else _language(sender.environ),
            user_agent=traffic.agent_of(sender.environ),
            excluded_because=sender.excluded_because,
            email=address[0],
            email_key=email_key,
            name=name,
            consent=ready.consent,
            page_digest=ready.page_digest,
            is_disposable=email_addresses.is_disposable(address[1]),
            token_hash=hash_of_new(token),
            answer_hash=hash_of_new(answering),
            subject=letter.subject,
            body=letter.body,
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


def _prepare(
    page: LivePage, sender: Sender, mail: page_options.FirstMail, base_url: str
) -> PreparedSignup:
    """What this page has ready for its variant as the sender read it.

    The promise of the waiting list changes with the day.
    """
    shown = sender.shown
    variant = page.live.find_variant(shown.variant, shown.corrections) or page.live.control
    key = (variant.key, shown.corrections)
    is_usual = not (sender.promised or sender.off_site)
    found: PreparedSignup | None = page.ready.get(key) if is_usual else None
    if found is None:
        promised, origin = sender.promised, sender.off_site
        consent = page_renderer.consent_words(
            page.live,
            variant,
            page_strings.strings_of(variant.page),
            off_site_form.words_of(variant.page) if origin else promised,
        )
        consent += f" ({origin})" if origin else ""
        letter = welcome_mail(page.live, base_url, TOKEN, mail)
        found = PreparedSignup(consent, page_copy.digest(variant.page), letter)
        if is_usual:
            page.ready[key] = found
    return found


def _site_of(sender: Sender) -> str:
    """The source of somebody whose visit isn't known."""
    return page_options.host_of(sender.off_site)[:LONGEST_SOURCE] if sender.off_site else UNKNOWN


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


def _language(environ: traffic.Environ) -> str:
    return traffic.language_of(traffic.header_of(environ, "HTTP_ACCEPT_LANGUAGE"))


def find_signup(token: str) -> Signup | None:
    """Return the sign-up to which our mail with this token went, or None."""
    return db.session.scalars(db.select(Signup).where(leads_to(hash_of(token)))).one_or_none()


def find_signups_of_address(signup: Signup) -> list[Signup]:
    """Return all sign-ups of the address for this idea, the oldest first: tests, waiting lists."""
    idea = db.session.get_one(Experiment, signup.experiment_id).release_id
    tests = db.select(Experiment.id).where(Experiment.release_id == idea)
    keys = email_addresses.keys_of(signup.email_key)
    is_it = Signup.experiment_id.in_(tests) & Signup.email_key.in_(keys)
    return list(db.session.scalars(db.select(Signup).where(is_it).order_by(Signup.at_us)))


def confirm_signup(token: str, user_agent: str = "", shown_at: float | None = None) -> None:
    """Mark the address of this token as confirmed by the person who reads its mail; once, for good.

    ``shown_at`` is when the page with the button was sent, in seconds since 1970. Where a machine
    may have pressed it, the confirmation is marked.
    """
    now = clock.now()
    with writing() as session:
        row = find_signup(token)
        since_mail = _since_mail(row, now) if row is not None and row.mailed_us else None
        since_shown = None if shown_at is None else now.timestamp() - shown_at
        is_automated = looks_automated(user_agent, since_shown, since_mail)
        at_us = microseconds_of(now)
        rollup.confirm(session, hash_of(token), at_us, is_automated=is_automated)


def _since_mail(signup: Signup, now: datetime) -> float:
    """Seconds since our last mail to the address, or since it was left."""
    sent_us = signup.at_us if signup.mailed_us is None else signup.mailed_us
    return now.timestamp() - sent_us / MICROSECONDS


def _confirms(signup: Signup, now: datetime) -> bool:
    """Whether the link still confirms: a while from when our mail left, which may have waited."""
    if _since_mail(signup, now) <= erasure.LINK_WORKS.total_seconds():
        return True
    # Our last mail, with the decision, has no such link.
    until = now if signup.told_us is None else moment_at(signup.told_us)
    left_lately = sa.and_(
        OutboxMail.recipient == signup.email,
        OutboxMail.experiment_id == signup.experiment_id,
        OutboxMail.created_at < until,
        OutboxMail.sent_at >= now - erasure.LINK_WORKS,
    )
    return db.session.scalar(sa.select(sa.exists().where(left_lately))) is True


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


@bp.route("/p/<slug>/signup", methods=["GET", "POST"])
@access.public
@form_on(".page")
def signup(slug: str) -> ResponseReturnValue:
    """Take an address. What cannot be taken comes back on the page, with what was typed."""
    check_sender()
    if "preview" in request.args:
        return signup_steps.take_try(slug)
    found = _printed_by(get_pages(slug), request.form.get("token", ""))
    redirect_to_host(found.live)
    strings = page_strings.strings_of(found.live.control.page)
    form = SignupForm(strings, request.form)
    shown = _form_shown(found, form)
    takes = found.live.state == "running" or (shown and found.takes(shown, _at()))
    if not takes and not joins(found.live, shown):
        return show_closed(found.live)
    try:
        # The names may need the store, too.
        runtime().recorder.check()
        network = rate_limits.names_of(f"sign-ups {rate_limits.network()}")
        answer = _take_form(found, form, shown, network)
        if answer.status_code == 422:
            _count(found, network)
        return answer
    except TooManySignups as error:
        return _again(found, form, 429, strings.too_many, error.seconds)
    except Gone:
        runtime().pages.forget()
        abort(404)
    except (Refused, SQLAlchemyError) as error:
        if isinstance(error, SQLAlchemyError):
            runtime().recorder.note_failure()
        log.error("a sign-up for /p/%s was not stored: %s", slug, error)
        return _again(found, form, 503, strings.try_later)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@access.public
def confirm(token: str) -> ResponseReturnValue:
    """The link of our mail. It only asks, since mail scanners open links; the button confirms."""
    row = find_signup(token)
    found = runtime().pages.find_by_id(row.experiment_id) if row else None
    if row is None or found is None or not _confirms(row, clock.now()):
        return link_over(404)
    redirect_to_host(found.live)
    if request.method == "POST":
        confirm_signup(token, traffic.agent_of(request.environ), _shown_at())
        options = found.live.options
        return signup_steps.go_to(options.link_url if options.link_redirects else request.path)
    if row.confirmed_us is not None:
        is_waiting = row.excluded_because == WAITING
        return small_page(
            found.live,
            "confirm",
            headers=TOKEN_PAGE,
            is_done=True,
            is_waiting=is_waiting,
            is_told=row.told_us is not None,
        )
    return small_page(
        found.live,
        "confirm",
        headers=TOKEN_PAGE,
        sends_to=found.live.options.redirect_origin,
        is_done=False,
        action=request.path,
        shown_at=f"{_at():.3f}",
    )


def _count(found: LivePage, network: rate_limits.Names) -> None:
    """Count a form that is not stored; the recorder counts the others. Raises TooManySignups, too.

    Somebody who was admitted is told what to fix, whatever others of their network sent.
    """
    wait = rate_limits.count_alone(network, MOST_SIGN_UPS, write_batch.COUNTED_FOR)
    if wait and not _is_admitted(found):
        raise TooManySignups(wait)


def _check_network(network: rate_limits.Names) -> None:
    """Raise TooManySignups where the recorder would take nothing of this network."""
    if wait := rate_limits.wait_for(network, MOST_SIGN_UPS):
        raise TooManySignups(wait)


def _is_admitted(found: LivePage) -> bool:
    """Whether this browser's visit is stored and counts."""
    visitor = found.find_visitor(request.environ)
    return visitor is not None and (
        db.session.get(Visit, (found.live.id, visitor.visitor, "")) is not None
    )


def _printed_by(tests: list[LivePage], token: str) -> LivePage:
    """The earlier test of the idea that printed this form and still takes it, else the newest."""
    *earlier, newest = tests
    for found in earlier:
        shown = found.read_form(token, _at()) if found.live.is_shown else None
        if shown and (found.takes(shown, _at()) or joins(found.live, shown)):
            return found
    return newest


def _take_form(
    found: LivePage, form: SignupForm, shown: FormToken | None, network: rate_limits.Names
) -> Response:
    if any(len(values) > 1 for _, values in request.form.lists()):
        return _again(found, form, 422, form.strings.try_later)
    if not form.validate():
        return _again(found, form, 422)
    if shown is None:
        return _again(found, form, 422, form.strings.form_old)
    sender = _sender(found, form, shown)
    if not sender.promised and exclusion_of(found) in LEAVING:
        # A request that waits for the recorder holds no connection: the recorder might need it.
        end_reading()
        _check_network(network)
        # Else who was seen before would stay among those who didn't sign up.
        erasure.object_to_counting(runtime().recorder, found, found.find_visitor(request.environ))
    return store(found, sender, form, network)


def store(
    found: LivePage, sender: Sender, form: SignupForm, network: rate_limits.Names
) -> Response:
    """Store the address of a valid form, and return the way to what is asked next, or to thanks."""
    live = found.live
    # A request that waits for the recorder holds no connection: the recorder might need it.
    end_reading()
    token = sign_up(
        runtime().recorder,
        found,
        sender,
        address=form.address,
        name=(form.name.data or "") if live.asks_name else "",
        mail=runtime().renderer.first_mail(live),
        base_url=runtime().renderer.base_url,
        secret=runtime().settings.secret_key,
        at_us=microseconds_of(clock.now()),
        most_an_hour=runtime().guard.most_a_page,
        counted_as=network,
        most_counted=MOST_SIGN_UPS,
    )
    location = signup_steps.after_sign_up(live, sender.shown.variant, token)
    return Response(status=303, headers={"Location": location})


def _sender(found: LivePage, form: SignupForm, shown: FormToken) -> Sender:
    """Who sends this form, which was printed as ``shown``, and why they don't count."""
    environ = request.environ
    reason = exclusion_of(found)
    # Of who objects not even a hash is kept.
    visitor = None if found.is_opted_out(environ) else found.find_visitor(environ)
    # Nobody sees the field "website".
    is_trapped = bool(form.website.data) or runtime().guard.is_too_fast(visitor, _at())
    if joins(found.live, shown):
        reason = "suspected" if is_trapped else WAITING
        return Sender(shown, None, environ, reason, runtime().renderer.list_promise(found.live))
    if is_trapped and reason != "team":
        reason = "suspected"
    elif not reason:
        reason = visitor.excluded_because if visitor else found.exclusion_of(environ)
    return Sender(shown, visitor, environ, reason)


def _again(
    found: LivePage, form: SignupForm, status: int, problem_line: str = "", wait: int = 60
) -> Response:
    """The page as this visitor saw it, with a fresh token, the text as typed, and what is wrong.

    While nobody is shown the form the token stays: it proves that this one is from before.
    """
    variant = _variant_shown(found, form)
    if joins(found.live, _form_shown(found, form)):
        return _patient(show_list(found.live, status, form, problem_line), wait)
    if found.live.state == "running":
        form.token.data = page_server.form_token(found.live, variant.key, _at())
    weight = runtime().page_server.weight_of(found)
    html = runtime().renderer.landing(
        found.live, variant, form, problem_line=problem_line, weight=weight
    )
    style = runtime().renderer.style(found.live, weight)
    sends_to = found.live.options.redirect_origin
    headers = runtime().renderer.headers(variant.page.language, style, sends_to=sends_to)
    return _patient(Response(html, status, headers), wait)


def _patient(response: Response, wait: int) -> Response:
    """The same, with the seconds after which to come back where it says to."""
    if response.status_code in (429, 503):
        response.headers["Retry-After"] = str(wait)
    return response


def _variant_shown(found: LivePage, form: SignupForm) -> LiveVariant:
    """What the form stood on; the cookie's when the form does not say, else the control."""
    live = found.live
    shown = _form_shown(found, form)
    visitor = found.find_visitor(request.environ)
    key = shown.variant if shown else visitor.variant if visitor else ""
    return live.find_variant(key) or live.control


def _form_shown(found: LivePage, form: SignupForm) -> FormToken | None:
    """What the form says it was printed for; None for one that is not ours, or too old."""
    return found.read_form(form.token.data or "", _at())


def _shown_at() -> float | None:
    """When the page with the button was sent, as its form says; None for nothing of ours."""
    try:
        return float(request.form.get("shown_at", ""))
    except ValueError:
        return None


def _at() -> float:
    """Now, in seconds since 1970."""
    return clock.now().timestamp()


def joins(live: LiveExperiment, form: FormToken | None) -> bool:
    """Whether a form of this page is one of the waiting list; one from before is the test's."""
    return bool(live.waiting) and (form is None or form.kind == "list")
