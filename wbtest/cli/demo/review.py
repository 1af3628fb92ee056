"""How the demo's first release was reviewed: three rounds with four people, one of them by link."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from wbtest.cli.demo.clock import DemoClock
from wbtest.extensions import clock as now
from wbtest.review.alignment import answers as aligning
from wbtest.review.asking import links, rounds
from wbtest.review.comments import settling
from wbtest.review.comments import writing as comments
from wbtest.review.models import Comment, Reading, Reviewer
from wbtest.review.questions import CLOSING
from wbtest.review.reading import forecasts, readings
from wbtest.review.seats import Seat, seat_by_link, seat_of
from wbtest.team.models import Person
from wbtest.writing.coaching import coach_text
from wbtest.writing.models import Release, Revision
from wbtest.writing.waivers import waive

Told = dict[str, Any]
AUTHOR = "tom"
DAYS = 60


@dataclass(frozen=True, slots=True)
class People:
    """Who reviews, by the names of the story; the guest has no account."""

    members: dict[str, Person]
    guest: Reviewer | None

    def seat(self, name: str, revision: Revision) -> Seat:
        """Where somebody sits at this revision."""
        if name in self.members:
            return seat_of(revision, self.members[name])
        assert self.guest is not None
        return seat_by_link(revision, self.guest)


def read_story(file: str) -> Told | None:
    """The review of a release of the demo, if it had one."""
    path = Path(__file__).parent / f"{file}_review.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def invite(told: Told, release: Release, members: dict[str, Person]) -> People:
    """Let everybody of the story take part; whoever is no member gets a link."""
    guest, _ = links.make_link(
        release, members[AUTHOR], told["guest"], days=DAYS, sees_internal=True
    )
    return People(members, guest)


def review(told: Told, revision: Revision, people: People, clock: DemoClock) -> None:
    """Let everybody answer, read, comment and judge one revision, within an afternoon."""
    draft = told["drafts"].get(str(revision.number))
    if draft is None:
        return
    author = people.members[AUTHOR]
    others = [person.id for name, person in people.members.items() if name != AUTHOR]
    rounds.ask_for_review(revision, author, note=draft["note"], members=others)
    read: dict[str, Reading] = {}
    for name, answers in draft["answers"].items():
        _later(clock, minutes=9)
        read[name] = readings.answer(people.seat(name, revision), told["functions"][name], answers)
    written = _comment(draft, revision, people, clock)
    for name in draft["answers"]:
        readings.finish(people.seat(name, revision))
    for name, said in draft["closing"].items():
        _later(clock, minutes=4)
        _close(people.seat(name, revision), said)
    for name, is_same in draft["same"].items():
        aligning.mark(people.seat(AUTHOR, revision), read[name].id, "customer", is_same)
    _settle(draft["comments"], written, people.seat(AUTHOR, revision), people, clock)


def let_stay(release: Release, author: Person) -> None:
    """Waive the one weak word of the last draft, with its reason."""
    for group in coach_text(release):
        for numbered in group.findings:
            if numbered.finding.rule.id == "A6":
                reason = "Amira does not count her rice; neither does the reader."
                waive(release, numbered.key, reason, author, is_approver=False)


def _comment(draft: Told, revision: Revision, people: People, clock: DemoClock) -> list[Comment]:
    written = []
    for told in draft["comments"]:
        _later(clock, minutes=6)
        seat = people.seat(told["by"], revision)
        suggestion = told.get("suggestion", "")
        written.append(
            comments.write_comment(seat, told["path"], told["words"], told["text"], suggestion)
        )
    return written


def _close(seat: Seat, said: Told) -> None:
    closing = {asked.name: said.get(asked.name, "") for asked in CLOSING}
    guess = tuple(said["guess"]) if "guess" in said else None
    forecasts.conclude(seat, closing, said["verdict"], said["reason"], guess)


def _settle(
    told_of: list[Told], written: list[Comment], author: Seat, people: People, clock: DemoClock
) -> None:
    """The author answers and settles what was said, the next morning."""
    for told, comment in zip(told_of, written, strict=True):
        _later(clock, hours=15)
        for reply in told.get("replies", ()):
            comments.reply(people.seat(reply["by"], author.revision), comment, reply["text"])
        if told.get("outcome") == "resolved":
            settling.resolve(author, comment, is_editor=True)


def _later(clock: DemoClock, **parts: float) -> None:
    at: datetime = now.now()
    clock.set(at + timedelta(**parts))
