"""The page of a made-up product, on the air, and people who come to it through the whole app."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from tests.conftest import Browser
from tests.factories import make_checked, make_old_approval, make_person
from wbtest.audience.models import Sighting, Signup, Visit
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import Now, db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.experiments import add_variant, create_experiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import USUAL, Options
from wbtest.publishing.page_settings import change_options, change_wording
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.releases import create_release, freeze

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)
# One word in each part that no stranger may read.
INTERNAL = {
    "segment": "zqsegment",
    "question": "zqquestion",
    "answer": "zqanswer",
    "topic": "zqtopic",
    "owner": "zqowner",
    "until": "2031-12-24",
    "settled_by": "zqsettled",
    "who": "zqwho",
    "does": "zqdoes",
    "if_met": "zqmet",
    "if_not_met": "zqnotmet",
    "if_unclear": "zqunclear",
    "variant": "zqvariant",
}
DOCUMENT = {
    "product": "Larder",
    "language": "en",
    "segment": INTERNAL["segment"],
    "headline": "Five weeknight dinners from what is already in your kitchen",
    "subheading": "For parents who cook on weeknights: one photo of the fridge.",
    "dateline": {"city": "Leeds", "date": "2027-06-01"},
    "problem": "You open the fridge and see nothing that goes together.",
    "alternative": "Recipe sites start from recipes.",
    "solution": "Larder sees what is there and plans five dinners.",
    "why_now": "An ordinary phone recognises food.",
    "customer_quote": {"text": "Last Tuesday I sat down.", "speaker": "Mia", "role": "a mother"},
    "call_to_action": {
        "text": "Start with one photo", "label": "Start with one photo", "price": "£4 a month",
    },
    "faq": [
        {"audience": "external", "question": f"What about {topic}?", "answer": "It is simple.",
         "topic": topic}
        for topic in documents.EXTERNAL_TOPICS
    ]
    + [
        {
            "audience": "internal",
            "question": INTERNAL["question"],
            "answer": INTERNAL["answer"],
            "topic": INTERNAL["topic"],
            "open": {name: INTERNAL[name] for name in ("owner", "until", "settled_by")},
        }
    ],
}  # fmt: skip
RULE = Hypothesis(
    target=0.08,
    floor=0.04,
    minimum_visitors=100,
    maximum_visitors=2_000,
    minimum_days=7,
    ends_on=date(2027, 3, 31),
    **{name: INTERNAL[name] for name in ("who", "does", "if_met", "if_not_met", "if_unclear")},
)


@dataclass(frozen=True, slots=True)
class Larder:
    """An experiment and who made it."""

    experiment: Experiment
    editor: Person
    approver: Person


def draft_page(
    *, slug: str = "larder", host: str = "", rule: Hypothesis = RULE, asks_name: bool = False,
    variants: Mapping[str, Mapping[str, Any]] | None = None, options: Options = USUAL,
    wording: Mapping[str, str] | None = None, **changed: Any,
) -> Larder:  # fmt: skip
    """Make an approved draft; ``variants`` are overrides by key, ``changed`` parts of the text."""
    editor = make_person(f"editor@{slug}.example", "editor")
    approver = make_person(f"approver@{slug}.example", "approver")
    document = documents.from_json(DOCUMENT | changed)
    release = create_release(
        editor, form="full", product=document.product, language=document.language,
        document=document,
    )  # fmt: skip
    revision = freeze(release, editor)
    make_old_approval(revision, approver)
    experiment = create_experiment(
        revision, editor, slug=slug, host=host, rule=rule, time_zone="Europe/London",
        asks_name=asks_name,
    )  # fmt: skip
    for key, overrides in (variants or {}).items():
        add_variant(
            experiment,
            editor,
            key=key,
            name=INTERNAL["variant"] + key,
            weight=1,
            overrides=overrides,
        )
    if options != USUAL:
        change_options(experiment, editor, options)
    if wording:
        change_wording(experiment, editor, wording)
    return Larder(experiment, editor, approver)


def start_page(**details: Any) -> Larder:
    """The same, on the air."""
    larder = draft_page(**details)
    lifecycle.start(make_checked(larder.experiment, larder.editor), larder.approver)
    return larder


def start_next(larder: Larder) -> Experiment:
    """End the test, and start another like it at the same address."""
    if larder.experiment.state != "ended":
        lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    return lifecycle.start(make_checked(draft, larder.editor), larder.approver)


def find_larder() -> Larder | None:
    """The page on the air, if there is one."""
    experiment = db.session.scalars(db.select(Experiment)).first()
    if experiment is None:
        return None
    people = {person.name: person for person in db.session.scalars(db.select(Person))}
    db.session.rollback()
    return Larder(experiment, people["Editor"], people["Approver"])


class Visitor:
    """Somebody with a browser of their own. ``headers`` go with each request."""

    def __init__(self, app: Flask, **headers: str) -> None:
        browser = app.test_client()
        assert isinstance(browser, Browser)
        self.browser = browser
        self.headers = {"User-Agent": PHONE, **headers}

    def get(self, url: str = "/p/larder", **headers: str) -> TestResponse:
        return self.browser.get(url, headers={**self.headers, **headers})

    def post(self, url: str, data: Any, **headers: str) -> TestResponse:
        sent = {"Sec-Fetch-Site": "same-origin", **self.headers, **headers}
        return self.browser.post(url, data=data, headers=sent)

    def see(self, page: TestResponse, **headers: str) -> TestResponse:
        """Let the beacon of this page go out."""
        return self.post("/p/larder/seen", token_in(page), **headers)

    def sign_up(self, page: TestResponse, email: str, **fields: str) -> TestResponse:
        """Send the form of this page."""
        data = {"token": token_in(page), "email": email, "website": "", **fields}
        return self.post("/p/larder/signup", data)


def clock_of(app: Flask) -> Now:
    """The clock by which the app lives."""
    return runtime(app).now


def token_in(page: TestResponse) -> str:
    """What the forms of the page carry."""
    found = re.search(r'name="token" type="hidden" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def words_in(page: TestResponse) -> str:
    """The page as it is read, without its tags, style and script."""
    bare = re.sub(r"<(style|script)[^>]*>.*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(bare).split())


def visits(app: Flask) -> list[Visit]:
    """All visits, as soon as they are stored."""
    return _rows(app, Visit)


def sightings(app: Flask) -> list[Sighting]:
    return _rows(app, Sighting)


def signups(app: Flask) -> list[Signup]:
    return _rows(app, Signup)


def mails(app: Flask, recipient: str) -> list[OutboxMail]:
    return [mail for mail in _rows(app, OutboxMail) if mail.recipient == recipient]


@contextmanager
def broken_store() -> Iterator[None]:
    """Let nobody reach the database."""

    def refuse(*_: object) -> None:
        raise OperationalError("connect", None, OSError("the database is gone"))

    # Otherwise the recorder could still be storing what came before, and open the door again.
    runtime().recorder.flush()
    db.session.remove()
    db.engine.dispose()
    sa.event.listen(db.engine, "do_connect", refuse)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "do_connect", refuse)


def _rows(app: Flask, model: type[Any]) -> list[Any]:
    runtime(app).recorder.flush()
    db.session.rollback()
    return list(db.session.scalars(db.select(model)))
