"""A team with rows of nearly every kind that the team's pages show, made by the verbs."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image as Picture
from sqlalchemy import Connection

from tests.conftest import HandClock
from tests.factories import (
    Team,
    make_approval,
    make_experiment,
    make_release,
    make_revision,
    make_running,
)
from tests.results.states import crowd
from tests.review.reading_room import guest_of, read
from wbtest import store
from wbtest.audience.group_counts import VisitorGroup
from wbtest.audience.recording.events import Seen, Served, SignedUp
from wbtest.audience.recording.write_batch import record_events
from wbtest.audience.setting_aside import set_aside
from wbtest.decisions.checklist import save_checklist
from wbtest.decisions.decide import decide
from wbtest.decisions.learning_cards import mark, save_card, standing_marks
from wbtest.delivery.webhooks import KINDS
from wbtest.extensions import clock, db
from wbtest.publishing import correction_requests, lifecycle
from wbtest.publishing.images import add_image
from wbtest.publishing.models import Experiment
from wbtest.publishing.tracking_links import add_links
from wbtest.results.costs import add_spend
from wbtest.results.notes import add_note
from wbtest.results.shared_links import create_shared_link
from wbtest.review.approvals import stop_release
from wbtest.review.comments import reply, write_comment
from wbtest.review.readings import close, forecast
from wbtest.review.reviewers import seat_of
from wbtest.team.delivery_settings import add_webhook, send_test_event
from wbtest.writing.models import Release, Revision
from wbtest.writing.suggested_questions import propose_question

WEEK = 7
VARIANTS = ("From your kitchen", "Half the waste")
VISITORS = 8
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0"


@dataclass(frozen=True)
class Filled:
    """What the addresses of the pages name: a release with two revisions, two of its tests."""

    release: Release
    draft: Experiment
    running: Experiment
    decided: Experiment

    @property
    def values(self) -> dict[str, list[Any]]:
        """Return what the addresses of a team's pages name, by the arguments of their routes."""
        tests = (self.running, self.decided, self.draft)
        return {
            "experiment_id": [test.id for test in tests],
            "release_id": [self.release.id],
            "number": [2, 1],
            "key": ["control"],
            "version": [2],
            "item_id": [1],
            "webhook_id": [1],
            "name": ["blog-post"],
            "topic": ["coach"],
        }


def fill(team: Team, now: HandClock, slug: str = "") -> Filled:
    """Fill the team's pages; the clock is turned on to the end of a test.

    The addresses of its pages begin with ``slug``, so that it can be filled twice.
    """
    make_release(team.editor, form="short", headline="Soup from what is left", faq=())
    stop_release(make_revision(team.editor, product="Kiln"), team.owner, "Nobody fires.", 8)
    first = make_revision(team.editor)
    _review(first, team)
    make_approval(first, team.owner)
    draft = make_experiment(first, team.editor, slug=f"{slug}runs", variants=VARIANTS)
    decided = make_running(first, team.editor, team.owner, variants=VARIANTS)
    crowd(decided, (110, 5), (110, 14), (110, 9), days=range(WEEK))
    now.turn(days=WEEK + 1)
    lifecycle.end(decided, team.owner)
    decide(decided, team.owner, "go", "The kitchen headline reaches the target.")
    save_checklist(decided, {}, ["Loyalty points"])
    save_card(decided, team.editor, "Nobody asked about the price.", "Ask ten of them.", 0)
    mark(decided, team.editor, standing_marks(decided)[0][0].key, "confirmed", "We saw it.", 0)
    running = make_running(first, team.editor, team.owner, variants=VARIANTS)
    now.turn(days=1)
    _correct(running, team)
    _visit(running)
    _note(running, team)
    propose_question(first.release, "external", "Does it work without a phone?", "a visitor")
    _review(make_revision(team.editor, release=first.release, headline="Six dinners"), team)
    hook = add_webhook("https://hooks.example/larder", KINDS)
    send_test_event(hook)
    picture = BytesIO()
    Picture.new("RGB", (64, 64), "teal").save(picture, "PNG")
    add_image(team.owner, picture.getvalue())
    return Filled(first.release, draft, running, decided)


def _review(revision: Revision, team: Team) -> None:
    """Answers of a guest, the author and an owner; a comment, an answer to it, and a guess."""
    guest_of(revision, team.editor)
    read(revision, team.editor)
    read(revision, team.approver)
    seat = seat_of(revision, team.approver)
    forecast(seat, "8", "5", "11")
    comment = write_comment(seat, "problem", "", "Which bin?", "")
    reply(seat_of(revision, team.editor), comment, "The one outside.")
    close(seat, {"rival": "A recipe book."}, "another", "Say what it costs.")


def _visit(experiment: Experiment) -> None:
    """Visitors who see the page, of whom every second signs up."""
    events: list[Served | Seen | SignedUp] = []
    for number in range(VISITORS):
        email = f"visitor{number}@example.com"
        who = {
            "experiment_id": experiment.id,
            "variant": experiment.variants[number % len(experiment.variants)].key,
            "visitor": f"{number:024d}",
            "at_us": int(clock.now().timestamp()) * 1_000_000 - 3_600_000_000,
            "source": "newsletter",
            "device": "phone",
            "language": "en",
            "user_agent": BROWSER,
            "excluded_because": "team" if number == 0 else "",
        }
        events += [Served(**who), Seen(**who)]
        if number % 2:
            events.append(SignedUp(**who, email=email, email_key=email))
    with store.writing_group(db.engine, store.lock()) as connection:
        _record(connection, events)


def _record(connection: Connection, events: list[Served | Seen | SignedUp]) -> None:
    record_events(connection, events, {}, clock.now(), "localhost")


def _correct(experiment: Experiment, team: Team) -> None:
    """One correction that is on the page, and one that waits."""
    for text in ("For whoever cooks!", "For whoever cooks"):
        read = correction_requests.digest_of(correction_requests.present_texts(experiment))
        correction_requests.submit_corrections(
            experiment, team.editor, {"answer_2": text}, read=read
        )
        if text.endswith("!"):
            waits = correction_requests.digest_of_waiting(experiment)
            correction_requests.approve_corrections(experiment, team.approver, waits)


def _note(experiment: Experiment, team: Team) -> None:
    """All that a team writes down while a test runs."""
    today = clock.now().date()
    add_note(experiment, team.editor, today, "A post went up")
    add_links(experiment, team.editor, "newsletter", campaign="March")
    add_spend(experiment, team.editor, "newsletter", today, None, "25", "EUR")
    group = VisitorGroup("in", "reason", "team")
    set_aside(experiment, team.owner, group, "They came as strangers would.")
    create_shared_link(experiment, team.owner, "our investor")
