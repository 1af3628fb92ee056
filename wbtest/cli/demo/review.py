"""How a release of the demo was reviewed: rounds with four people, one of them by link."""

from dataclasses import dataclass
from typing import Any

from wbtest.cli.demo.cast import is_told, told
from wbtest.cli.demo.stage import AUTHOR, Stage
from wbtest.extensions import db
from wbtest.review import alignment as aligning
from wbtest.review import comments, forecasts, readings, review_requests
from wbtest.review.models import Comment, Reading, Reviewer
from wbtest.review.review_questions import CLOSING
from wbtest.review.reviewers import Seat, seat_by_link, seat_of
from wbtest.team.models import Person
from wbtest.writing.coach_report import coach_text
from wbtest.writing.models import Release, Revision
from wbtest.writing.waivers import waive

Told = dict[str, Any]
DAYS = 60


@dataclass(frozen=True, slots=True)
class People:
    """Who reviews, by the names of the story; the guest has no account."""

    members: dict[str, Person]
    guest: Reviewer

    def seat(self, name: str, revision: Revision) -> Seat:
        """Where somebody sits at this revision."""
        if name in self.members:
            return seat_of(revision, self.members[name])
        return seat_by_link(revision, self.guest)


def read_story(file: str) -> Told | None:
    """The review of a release of the demo, if it had one."""
    name = f"{file}_review"
    return told(name) if is_told(name) else None


def invite(story: Told, release: Release, members: dict[str, Person]) -> Reviewer:
    """Give whoever is no member a link, and return their seat."""
    guest, _ = review_requests.make_link(
        release, members[AUTHOR], story["guest"], days=DAYS, sees_internal=True
    )
    return guest


def review(story: Told, revision: Revision, guest: int, stage: Stage) -> None:
    """Let everybody answer, read, comment and judge one revision, within an afternoon."""
    draft = story["drafts"].get(str(revision.number))
    if draft is None:
        return
    people = People(stage.members, db.session.get_one(Reviewer, guest))
    author = people.members[AUTHOR]
    others = [person.id for name, person in people.members.items() if name != AUTHOR]
    review_requests.ask_for_review(revision, author, note=draft["note"], members=others)
    read: dict[str, Reading] = {}
    for name, answers in draft["answers"].items():
        stage.later(minutes=9)
        read[name] = readings.answer(people.seat(name, revision), story["functions"][name], answers)
    written = _comment(draft, revision, people, stage)
    for name in draft["answers"]:
        readings.finish(people.seat(name, revision))
    for name, said in draft["closing"].items():
        stage.later(minutes=4)
        _close(people.seat(name, revision), said)
    for name, is_same in draft["same"].items():
        aligning.mark(people.seat(AUTHOR, revision), read[name].id, "customer", is_same)
    _settle(draft["comments"], written, people.seat(AUTHOR, revision), people, stage)


def let_stay(story: Told, release: Release, author: Person) -> None:
    """Waive what the coach says of weak words that stay, with the reasons of the story."""
    for group in coach_text(release):
        for numbered in group.findings:
            if reason := story["waivers"].get(numbered.finding.rule.id):
                waive(release, numbered.key, reason, author, is_approver=False)


def _comment(draft: Told, revision: Revision, people: People, stage: Stage) -> list[Comment]:
    written = []
    for each in draft["comments"]:
        stage.later(minutes=6)
        seat = people.seat(each["by"], revision)
        suggestion = each.get("suggestion", "")
        written.append(
            comments.write_comment(seat, each["path"], each["words"], each["text"], suggestion)
        )
    return written


def _close(seat: Seat, said: Told) -> None:
    closing = {asked.name: said.get(asked.name, "") for asked in CLOSING}
    guess = tuple(said["guess"]) if "guess" in said else None
    forecasts.conclude(seat, closing, said["verdict"], said["reason"], guess)


def _settle(
    said: list[Told], written: list[Comment], author: Seat, people: People, stage: Stage
) -> None:
    """The author answers and settles what was said, the next morning."""
    for each, comment in zip(said, written, strict=True):
        stage.later(hours=15)
        for reply in each.get("replies", ()):
            comments.reply(people.seat(reply["by"], author.revision), comment, reply["text"])
        if each.get("outcome") == "resolved":
            comments.resolve(author, comment, is_editor=True)
