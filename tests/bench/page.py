"""An instance with one running page, made through the verbs that everybody uses."""

import json
import os
from datetime import timedelta
from pathlib import Path
from wsgiref.types import WSGIApplication

from flask import Flask

import wbtest
from wbtest import create_app
from wbtest.cli.serve import make_web_app
from wbtest.cli.worker import SharedApp
from wbtest.config import Settings, from_environment
from wbtest.extensions import Now, clock, db, utc_now
from wbtest.publishing import experiments, lifecycle
from wbtest.publishing.launch_readiness import findings_of, warnings_of
from wbtest.publishing.rule import Hypothesis
from wbtest.review.approvals import approve
from wbtest.team import settings
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing import releases
from wbtest.writing.models import Revision

SLUG = "bench"
TEXT = Path(wbtest.__file__).parent / "review" / "larder.json"
OWNER = "bench@example.com"
SECRET = "only-for-the-benchmark-0123456789-abcdef"


def make(
    folder: Path,
    now: Now = utc_now,
    *,
    variants: int = 2,
    most: int = 2_000,
    days: int = 14,
) -> tuple[Flask, int]:
    """Return the app of a new instance in ``folder``, and the id of its running experiment.

    ``most`` is the most visitors that its rule allows, ``days`` how long it runs at most.
    """
    folder.mkdir()
    url = f"sqlite:///{folder / 'wbtest.db'}"
    # Each sign-up queues its mail; no worker sends it.
    settings = Settings(folder, url, SECRET, mail_url="smtp://127.0.0.1:1")
    app = create_app(settings, now)
    with app.app_context():
        db.create_all()
    return app, fill(app, variants=variants, most=most, days=days)


def approve_release(owner: Person) -> Revision:
    """Make a release of the demo's text, approved by its writer alone."""
    document = documents.from_json(json.loads(TEXT.read_text(encoding="utf-8")))
    release = releases.create_release(
        owner,
        form="full",
        product=document.product,
        language=document.language,
        document=document,
    )
    revision = releases.freeze(release, owner)
    approve(revision, owner, "Nothing that a benchmark would miss.")
    return revision


def fill(app: Flask, *, variants: int = 2, most: int = 2_000, days: int = 14) -> int:
    """Make an owner and a running experiment in an empty database; return the experiment's id."""
    with app.app_context():
        owner = settings.set_up(
            settings.make_setup_link(),
            name="Bench",
            email=OWNER,
            password=SECRET,
            team_name="Bench",
        )
        revision = approve_release(owner)
        made = experiments.create_experiment(
            revision, owner, slug=SLUG, rule=_rule(most, days), time_zone="Europe/London"
        )
        for letter in "BCDEF"[: variants - 1]:
            headline = {"headline": f"Dinner is in your kitchen, {letter}"}
            experiments.add_variant(made, owner, name=letter, weight=1, overrides=headline)
        lifecycle.record_check(made, owner, warnings_of(findings_of(made)))
        lifecycle.start(made, owner)
        return made.id


def web() -> WSGIApplication:
    """Return what a web process calls as ``wbtest serve`` makes it, for granian to call."""
    return make_web_app(SharedApp(from_environment(), utc_now), os.getppid())


def _rule(most: int, days: int) -> Hypothesis:
    return Hypothesis(
        who="anybody",
        does="sign up",
        target=0.08,
        floor=0.04,
        minimum_visitors=100,
        maximum_visitors=most,
        minimum_days=7,
        ends_on=clock.now().date() + timedelta(days=days),
        if_met="go",
        if_not_met="stop",
        if_unclear="iterate",
    )
