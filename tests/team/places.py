"""A team with one of everything, and what the addresses of its pages are made of."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from werkzeug.routing import Rule

from tests.conftest import HandClock
from tests.factories import Team, find_team, make_approval, make_revision, make_running, make_team
from tests.filled import Filled, fill
from tests.review.reading_room import give, read
from wbtest.audience.models import Signup
from wbtest.audience.signup_mail import sign_up_token
from wbtest.decisions.learning_cards import standing_marks
from wbtest.delivery.models import OutboxMail, Webhook
from wbtest.extensions import clock, db, runtime
from wbtest.publishing.models import Image
from wbtest.results.models import Annotation, Spend
from wbtest.results.shared_links import create_shared_link
from wbtest.review.comments import write_comment
from wbtest.review.models import Reviewer
from wbtest.review.review_requests import make_link
from wbtest.review.reviewers import seat_by_link, seat_of
from wbtest.store import writing
from wbtest.team import accounts, mail_preferences
from wbtest.team.health import minute_token
from wbtest.team.mail_preferences import stop_test_mails_url
from wbtest.team.models import Invitation
from wbtest.team.people import invite
from wbtest.team.tokens import make_token
from wbtest.writing.models import Candidate, Release, Revision, Waiver
from wbtest.writing.releases import find_revision

Values = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """What stands in addresses by the arguments of their routes; by endpoint where they differ."""

    usual: Values
    special: dict[str, Values]

    def values(self, rule: Rule) -> Values:
        """Return what an address of this rule is made of. KeyError: what nobody has thought of."""
        given = self.usual | self.special.get(rule.endpoint, {})
        return {name: given[name] for name in rule.arguments - set(rule.defaults or ())}


def make_usual_place() -> Place:
    """Fill the pages of the usual team."""
    return make_place(find_team() or make_team(), runtime().now, "")  # type: ignore[arg-type]


def make_place(team: Team, now: HandClock, slug: str) -> Place:
    """Fill the team's pages, with what only few pages show, too."""
    filled = fill(team, now, slug)
    first = find_revision(filled.release, 1)
    assert first is not None
    _, invitation = invite(team.owner, f"mei-{team.settings.id}@example.org", "editor")
    return Place(
        {
            "experiment_id": filled.running.id,
            "release_id": filled.release.id,
            "number": 1,
            "key": "control",
            "name": "blog-post",
            "topic": "coach",
            "_slug": filled.running.slug,
            "slug": filled.running.slug,
            "width": 64,
            "token": "nothing",
            "comment_id": _comment(first, team),
            "reviewer_id": _newest(
                Reviewer, Reviewer.release_id == filled.release.id, Reviewer.person_id.is_(None)
            ),
            "waiver_id": _waiver(filled.release, team),
            "candidate_id": _newest(Candidate),
            "mail_id": _newest(OutboxMail),
            "webhook_id": _newest(Webhook),
            "token_id": make_token(team.owner, name="CI", scopes=("read",))[0].id,
            "person_id": team.viewer.id,
            "invitation_id": _newest(Invitation),
        },
        _of_few(filled, first, team) | _of_ways_in(team, invitation),
    )


def _of_ways_in(team: Team, invitation: str) -> dict[str, Values]:
    """The tokens in mails about a log-in."""
    with writing():
        reset = accounts.make_link(team.viewer, "reset")
        email = accounts.make_link(team.viewer, "email", "vic@example.org")
    settings = runtime().settings
    return {
        "team.invitation": {"token": invitation},
        "team.new_password": {"token": reset},
        "team.confirm_email": {"token": email},
        "team.doctor": {"token": minute_token(settings, "doctor", clock.now())},
        "team.stop_daily_mail": {
            "token": mail_preferences.daily_stop_url(team.viewer).rpartition("/")[2]
        },
    }


def _of_few(filled: Filled, first: Revision, team: Team) -> dict[str, Values]:
    """What differs from the usual for single pages, and the tokens of links."""
    draft, decided = {"experiment_id": filled.draft.id}, {"experiment_id": filled.decided.id}
    reviewer, token = make_link(first.release, team.editor, "Ann")
    read(first, seat_by_link(first, reviewer))
    review = {"token": token}
    shared = {"token": create_shared_link(filled.running, team.owner, "our bank")[1]}
    reader = {"token": _reader(filled)}
    note = db.session.scalars(
        sa.select(Annotation.key).where(Annotation.experiment_id == filled.running.id)
    ).one()
    spend = db.session.scalars(
        sa.select(Spend.key).where(Spend.experiment_id == filled.running.id)
    ).one()
    link = {"key": filled.running.tracking_links[0].key}
    stop = stop_test_mails_url(team.editor.id).rpartition("/")[2]
    before_start = ("edit_experiment", "launch", "design", "options", "new_variant")
    of_variants = ("variant", "delete_variant", "start", "delete_experiment")
    after_end = ("save_learning", "next_draft", "closing", "purge")
    built = ("checklist", "checklist_markdown")
    memos = ("stored_memo", "stored_memo_json", "stored_memo_pdf")
    papers = ("second", "turn_down", "withdraw")
    rooms = (
        *("room", "answer", "begin", "close", "comments", "apply", "delete"),
        *("reply", "settle", "finish", "forecast", "mark"),
    )
    return {
        **{f"publishing.{name}": draft for name in (*before_start, *of_variants)},
        **{f"decisions.{name}": decided for name in (*after_end, *built, *memos, *papers)},
        "publishing.after": decided,
        **{f"publishing.{name}": link for name in ("qr_svg", "qr_png", "remove_link")},
        "decisions.mark_assumption": {**decided, "key": standing_marks(filled.decided)[0][0].key},
        "results.delete_note": {"key": note},
        "results.delete_spend": {"key": spend},
        "audience.picture": {"digest": _newest_digest(team), "slug": filled.running.slug},
        "ideas.stop_mails": {"token": stop},
        **{f"results.{name}": shared for name in ("shared", "shared_csv")},
        **{f"audience.{name}": reader for name in ("confirm", "leave", "mine", "mine_file")},
        "audience.correct_name": reader,
        "review.link": review,
        **{f"guests.{name}": review for name in rooms},
    }


def parts_of(team: Team) -> Values:
    """Return what stands in addresses behind another release and test of the team."""
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    running = make_running(revision, team.editor, team.owner, slug="theirs", variants=("Theirs",))
    return {
        "key": running.variants[1].key,
        "comment_id": _comment(revision, team),
        "reviewer_id": make_link(revision.release, team.editor, "Ann")[0].id,
    }


def _comment(revision: Revision, team: Team) -> int:
    """An owner's comment that every member sees: each has read to the end."""
    for person in (team.viewer, team.owner):
        give(revision, person)
        read(revision, person)
    return write_comment(seat_of(revision, team.owner), "solution", "", "How many?", "").id


def _waiver(release: Release, team: Team) -> int:
    waiver = Waiver(
        release_id=release.id,
        rule="A7",
        severity="warn",
        part="solution",
        words="seamless",
        reason="They say so.",
        person_id=team.editor.id,
        waived_at=clock.now(),
    )
    with writing() as session:
        session.add(waiver)
    return waiver.id


def _reader(filled: Filled) -> str:
    """The token in the mail to somebody who signed up."""
    with writing():
        signup = db.session.scalars(
            sa.select(Signup).where(Signup.experiment_id == filled.running.id).limit(1)
        ).one()
        secret = current_app.config["SECRET_KEY"]
        token = sign_up_token(filled.running.identity_key, signup.email_key, secret)
        signup.token_hash = sha256(token.encode()).hexdigest()
    return token


def _newest(model: Any, *conditions: sa.ColumnElement[bool]) -> int:
    found: int = db.session.scalars(sa.select(sa.func.max(model.id)).where(*conditions)).one()
    return found


def _newest_digest(team: Team) -> str:
    return db.session.scalars(sa.select(Image.digest)).one()


def address(app: Flask, rule: Rule, values: Values) -> str:
    """The address of this rule with these values."""
    return app.url_map.bind("").build(rule.endpoint, dict(rule.defaults or {}) | values)
