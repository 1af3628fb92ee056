"""The people who left an address: why each counts or not, what they said, files for owners."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from msgspec import Struct, field
from sqlalchemy import ColumnElement, Select, and_

from wbtest.audience import visitor_questions
from wbtest.audience.models import Signup
from wbtest.audience.recording.counting_rules import OFF_SITE, SUSPECTED, WAITING
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import FollowUpQuestion
from wbtest.publishing.rule import Conversion, Hypothesis
from wbtest.publishing.sealing import sealed_options
from wbtest.results.visitor_checks import reason_name
from wbtest.web import Page
from wbtest.writing.models import Candidate
from wbtest.writing.suggested_questions import candidates_of

# The people at these addresses are not known to want mail.
NOT_ASKED = (SUSPECTED, "team")
# Where the form was, by the reason why a sign-up counts nowhere.
ORIGINS = {WAITING: "waiting list", OFF_SITE: "another site"}
CHUNK = 1_000
# What a sign-up lacks that did not do what the rule counts.
MISSING: dict[Conversion, str] = {
    "price": "didn’t agree to the price",
    "call": "didn’t agree to a call",
    "preorder": "didn’t click through to the pre-order",
}
MICROSECONDS = 1_000_000


class ListedSignup(Struct, frozen=True):
    """A row of the list. ``standing`` is “counts”, or why it does not.

    ``consent`` are the words beside the button, ``page_version`` the digest of the page's words.
    ``notes`` say what is doubtful about the address. ``answers`` are by question.
    ``may_hear`` says whether they agreed to mail, and confirmed it if they were asked to.
    """

    email: str
    name: str
    variant: str
    at: datetime
    source: str
    device: str
    is_asked_to_confirm: bool
    confirmed_at: datetime | None
    is_counted: bool
    standing: str
    consent: str = ""
    page_version: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    answered_at: datetime | None = None
    price_at: datetime | None = None
    price_no_at: datetime | None = None
    call_at: datetime | None = None
    call_no_at: datetime | None = None
    preorder_at: datetime | None = None
    notes: tuple[str, ...] = ()
    origin: str = "page"
    may_hear: bool = False


def signups(
    experiment: Experiment, rule: Hypothesis, page: Page | None = None
) -> Iterator[ListedSignup]:
    """Return the sign-ups, newest first; all of them, or those of a page."""
    # Read at once: while a download is sent, the session that knows the experiment is over.
    names = {variant.key: variant.name or variant.key for variant in experiment.variants}
    query = (
        db.select(Signup)
        .where(_is_read(experiment), Signup.left_at.is_(None))
        .order_by(Signup.at_us.desc(), Signup.email_key)
        .execution_options(yield_per=CHUNK)
    )
    if page is not None:
        query = query.offset(page.first).limit(page.at_once)
    return _list(query, names, rule)


def _is_read(experiment: Experiment) -> ColumnElement[bool]:
    """Which sign-ups may still be read: of a purged test those of its waiting list alone."""
    is_ours = Signup.experiment_id == experiment.id
    if experiment.purged_at is None:
        return is_ours
    return and_(is_ours, Signup.excluded_because == WAITING)


def _list(query: Select[Any], names: Mapping[str, str], rule: Hypothesis) -> Iterator[ListedSignup]:
    for row in db.session.scalars(query):
        yield ListedSignup(
            email=row.email,
            name=row.name,
            variant=names.get(row.variant, row.variant),
            at=moment(row.at_us),
            source=row.source,
            device=row.device,
            is_asked_to_confirm=row.is_asked_to_confirm,
            confirmed_at=_moment(row.confirmed_us),
            # A visitor who is left out converts among those left out.
            is_counted=row.is_converted
            and not row.excluded_because
            and rule.counts_source(row.source),
            standing=_standing(row, rule),
            consent=row.consent,
            page_version=row.page_digest,
            answers=json.loads(row.answers) if row.answers else {},
            answered_at=_moment(row.answered_us),
            price_at=_moment(row.price_us),
            price_no_at=_moment(row.price_no_us),
            call_at=_moment(row.call_us),
            call_no_at=_moment(row.call_no_us),
            preorder_at=_moment(row.preorder_us),
            notes=tuple(_notes(row)),
            origin=ORIGINS.get(row.excluded_because, "page"),
            may_hear=_may_hear(row),
        )


class Numbers(NamedTuple):
    """How many are ``here``, and how many ``left``.

    ``asked`` could confirm their email, those who left included.
    """

    here: int
    left: int
    asked: int


def count_signups(experiment: Experiment) -> Numbers:
    """Return how many sign-ups there are, whether they count or not."""
    query = db.select(
        db.func.count().filter(Signup.left_at.is_(None)),
        db.func.count(Signup.left_at),
        # Who signs up again is asked even if nobody could be the first time.
        db.func.count().filter(
            Signup.is_asked_to_confirm | Signup.confirmed_us.is_not(None),
            Signup.excluded_because == "",
        ),
    )
    return Numbers(*db.session.execute(query.where(_is_read(experiment))).one())


def kinds(experiment: Experiment) -> dict[str, int]:
    """Return how many sign-ups there are of each kind, those of people who left included.

    Each stands under one name, so they add up to all of them.
    """
    is_confirmed = Signup.confirmed_us.is_not(None)
    is_asked = Signup.is_asked_to_confirm
    flags = (
        *(Signup.excluded_because, is_confirmed, is_asked),
        *(Signup.is_automated, Signup.is_disposable),
    )
    rows = db.session.execute(
        db.select(*flags, db.func.count()).where(_is_read(experiment)).group_by(*flags)
    )
    found = {"confirmed": 0, "confirmed, possibly automated": 0, "not confirmed": 0}
    for reason, confirmed, asked, automated, disposable, number in rows:
        if reason:
            name = reason_name(reason)
        elif confirmed:
            name = "confirmed, possibly automated" if automated else "confirmed"
        else:
            name = "not confirmed" if asked else "not asked to confirm"
            name += ", disposable address" if disposable else ""
        found[name] = found.get(name, 0) + number
    return found


def moment(at_us: int) -> datetime:
    """Return microseconds since 1970 as a point in time."""
    return datetime.fromtimestamp(at_us / MICROSECONDS, UTC)


def _moment(at_us: int | None) -> datetime | None:
    return None if at_us is None else moment(at_us)


def _standing(row: Signup, rule: Hypothesis) -> str:
    if row.excluded_because:
        return f"not counted: {reason_name(row.excluded_because)}"
    if not rule.counts_source(row.source):
        return f"not counted: {reason_name('source')}"
    if row.is_converted:
        return "counts"
    if rule.conversion == "confirmed" and row.confirmed_us is None:
        asked = "confirmed" if row.is_asked_to_confirm else "asked to confirm"
        return f"not counted: not {asked}"
    if rule.conversion in MISSING and getattr(row, f"{rule.conversion}_us") is None:
        return f"not counted: {MISSING[rule.conversion]}"
    if not row.visitor:
        return "not counted: not linked to a visit"
    return "not counted: too late, no view before it, or the visitor already counts"


def _may_hear(row: Signup) -> bool:
    is_open = row.is_asked_to_confirm and row.confirmed_us is None
    return row.excluded_because not in NOT_ASKED and not is_open


def _notes(row: Signup) -> Iterator[str]:
    if row.is_automated:
        yield "possibly confirmed by a program"
    if row.is_disposable:
        yield "disposable address"
    if "+" in row.email_key.partition("@")[0]:
        yield "has a plus tag: may be someone already on this list"


SIGNUP_COLUMNS = (
    *("email", "name", "variant", "at", "source", "device"),
    *("asked_to_confirm", "confirmed_at", "counts"),
    *("notes", "consent", "page_version"),
    *("answered_at", "price_at", "price_no_at", "call_at", "call_no_at", "preorder_at"),
    "origin",
)
# What a mailing tool takes: each of them finds an e-mail by this heading.
MAILING_COLUMNS = ("email", "name", "tags", "source", "consent", "consented_at")


def questions_of(experiment: Experiment) -> list[str]:
    """Return the questions that the page asks after the sign-up."""
    return [asked.text for asked in sealed_options(experiment).questions]


def signup_rows(
    signups: Iterable[ListedSignup], questions: Sequence[str] = ()
) -> Iterator[Sequence[Any]]:
    """Every sign-up with the reason why it counts or does not; times in UTC.

    Each of the ``questions`` has a column of its own at the end.
    """
    yield *SIGNUP_COLUMNS, *questions
    for signup in signups:
        yield (
            signup.email,
            signup.name,
            signup.variant,
            signup.at.isoformat(),
            signup.source,
            signup.device,
            "yes" if signup.is_asked_to_confirm else "no",
            _text(signup.confirmed_at),
            signup.standing,
            "; ".join(signup.notes),
            signup.consent,
            signup.page_version,
            _text(signup.answered_at),
            _text(signup.price_at),
            _text(signup.price_no_at),
            _text(signup.call_at),
            _text(signup.call_no_at),
            _text(signup.preorder_at),
            signup.origin,
            *(signup.answers.get(question, "") for question in questions),
        )


def mailing_rows(signups: Iterable[ListedSignup], slug: str) -> Iterator[Sequence[str]]:
    """People who agreed to mail, and confirmed it if they were asked to; for a mailing tool.

    The tags say which page and variant, and how they came, so that they can be told apart there.
    """
    yield MAILING_COLUMNS
    for signup in signups:
        if signup.may_hear:
            tags = (slug, signup.variant if signup.origin == "page" else signup.origin)
            yield (
                signup.email,
                signup.name,
                ",".join(tag.replace(",", " ") for tag in tags),
                signup.source,
                signup.consent,
                signup.at.isoformat(),
            )


def signup_records(signups: Iterable[ListedSignup]) -> Iterator[dict[str, Any]]:
    """The same as values by name."""
    for signup in signups:
        yield {
            "email": signup.email,
            "name": signup.name,
            "variant": signup.variant,
            "at": signup.at.isoformat(),
            "source": signup.source,
            "device": signup.device,
            "asked_to_confirm": signup.is_asked_to_confirm,
            "confirmed_at": _text(signup.confirmed_at),
            "counts": signup.is_counted,
            "standing": signup.standing,
            "notes": list(signup.notes),
            "consent": {"words": signup.consent, "page_version": signup.page_version},
            "answers": dict(signup.answers),
            "answered_at": _text(signup.answered_at),
            "price_at": _text(signup.price_at),
            "price_no_at": _text(signup.price_no_at),
            "call_at": _text(signup.call_at),
            "call_no_at": _text(signup.call_no_at),
            "preorder_at": _text(signup.preorder_at),
            "origin": signup.origin,
        }


def signup_json(signups: Iterable[ListedSignup]) -> Iterator[str]:
    """The same as a JSON list, one line each, so that any number can be streamed."""
    start = "[\n"
    for record in signup_records(signups):
        yield start + json.dumps(record, ensure_ascii=False)
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""


SHOWN_TEXTS = 100


class Text(NamedTuple):
    """One answer in somebody's own words."""

    words: str
    variant: str
    at: datetime


class Answers(NamedTuple):
    """What was answered to one question, by ``people`` who answered it at all.

    ``choices`` hold how many chose each, in the order of the page. ``texts`` are the newest answers
    to a question without choices.
    """

    question: str
    people: int
    choices: tuple[tuple[str, int], ...] = ()
    texts: tuple[Text, ...] = ()


def answers_of(experiment: Experiment) -> list[Answers]:
    """Return what those who signed up answered, in the order of the questions.

    Of everybody who counts, whatever their source. Nothing once the test is purged.
    """
    asked = sealed_options(experiment).questions
    if not asked:
        return []
    names = {variant.key: variant.name or variant.key for variant in experiment.variants}
    given: dict[str, list[Text]] = {question.text: [] for question in asked}
    for row in _rows(experiment):
        for question, words in json.loads(row.answers).items():
            if question in given:
                name = names.get(row.variant, row.variant)
                given[question].append(Text(words, name, moment(row.at_us)))
    return [_answers(question, given[question.text]) for question in asked]


def asked_on_page(experiment: Experiment) -> list[Candidate]:
    """Return the questions that visitors of this page asked, those that wait first."""
    asked = candidates_of(experiment.revision.release)
    by = visitor_questions.visitors_of(experiment.slug)
    return [row for row in (*asked.waiting, *asked.settled) if row.asked_by in by]


def _rows(experiment: Experiment) -> list[Any]:
    if experiment.purged_at is not None:
        return []
    query = (
        db.select(Signup.answers, Signup.variant, Signup.at_us)
        .where(
            Signup.experiment_id == experiment.id,
            Signup.excluded_because == "",
            Signup.left_at.is_(None),
            Signup.answers != "",
        )
        .order_by(Signup.at_us.desc(), Signup.email_key)
    )
    return list(db.session.execute(query))


def _answers(question: FollowUpQuestion, given: list[Text]) -> Answers:
    if not question.choices:
        return Answers(question.text, len(given), texts=tuple(given[:SHOWN_TEXTS]))
    chosen = Counter(answer.words for answer in given)
    choices = tuple((choice, chosen[choice]) for choice in question.choices)
    return Answers(question.text, len(given), choices)
