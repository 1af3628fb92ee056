"""Scenes of the demo: a release is written, reviewed and tested, and something is decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wbtest.cli.demo.world import (
    APPROVER,
    AUTHOR,
    Test,
    World,
    drafts_of,
    is_told,
    planned_tests,
    told,
)
from wbtest.decisions import decision_views, learning_cards
from wbtest.decisions.checklist import ChecklistMark, Sentence, save_checklist, sentences_of
from wbtest.decisions.decide import decide as write_down
from wbtest.decisions.decide import second
from wbtest.decisions.models import Paper
from wbtest.extensions import clock, db
from wbtest.publishing import experiments, launch_readiness, lifecycle, page_settings, whole_drafts
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import Hypothesis
from wbtest.results import costs, notes, shared_links, signup_list
from wbtest.review import alignment as aligning
from wbtest.review import approvals, comments, readings, review_answers, review_requests, sample
from wbtest.review.models import Comment, Reading, Reviewer
from wbtest.review.reviewers import Seat, seat_by_link, seat_of
from wbtest.statistics import default_hoped_for
from wbtest.team.models import Person
from wbtest.writing import coach_report, releases, suggested_questions
from wbtest.writing import document as documents
from wbtest.writing.models import Release, Revision

Said = dict[str, Any]
DAYS = 60
ZONE = "Europe/London"
CURRENCY = "GBP"
# Over all days of the test, by source.
SPENT = {
    "docket": {"facebook": "60.00", "merchants-counter": "48.50"},
    "docket-2": {"merchants-counter": "12.00"},
    "larder": {"instagram": "148.00", "google": "112.50"},
    "nightbus": {"staffroom-poster": "36.00"},
}
# Day of the test, and what happened.
NOTES = {
    "larder": (
        (4, "The school newsletter went out to 1,200 families."),
        (8, "A second ad started on Instagram."),
    ),
    "kiln": ((6, "Ines says our second page stays blank on her phone."),),
}


def draft(world: World, name: str, number: int) -> None:
    """Write the ``number``-th draft of a release and freeze it; let it be reviewed, if it was."""
    author, text = world.person(AUTHOR), text_of(name, number, world.today.date())
    reviewed = read_story(name)
    if number == 1:
        release = releases.create_release(
            author,
            form="full" if text.solution else "short",
            product=text.product,
            language=text.language,
            document=text,
        )
        world.releases[name] = release.id
        if reviewed:
            world.guests[name] = invite(reviewed, release, world.members).id
    else:
        release = world.release(name)
        releases.save_release(release, text, release.version, author)
        if reviewed and number == len(drafts_of(name)):
            let_stay(reviewed, release, author)
    revision = releases.freeze(release, author)
    if reviewed:
        play_review(reviewed, revision, world.guests[name], world)


def take_in(world: World, test: str, question: str) -> None:
    """Write the next draft from where a test ended: a visitor's question goes into its FAQ."""
    author = world.person(AUTHOR)
    release = learning_cards.next_draft(world.experiment(test), author)
    for candidate in suggested_questions.candidates_of(release).waiting:
        if candidate.question == question:
            suggested_questions.accept_question(candidate, author)


def approve(world: World, name: str) -> None:
    """Sign the newest revision of a release off."""
    approvals.approve(_newest(world, name), world.person(APPROVER))


def stop(world: World, name: str, reason: str, weeks: int) -> None:
    """Stop a release on paper; ``weeks`` is how long building it was guessed to take."""
    approvals.stop_release(_newest(world, name), world.person(APPROVER), reason, weeks)


def text_of(name: str, number: int, today: date) -> documents.Document:
    """A draft of a release, with its days as far away from today as they were when written."""
    changes: dict[str, Any] = drafts_of(name)[number - 1]
    return sample.draft_text(told(name), changes, today)


def _newest(world: World, name: str) -> Revision:
    revision = releases.find_newest_revision(world.release(name))
    assert revision is not None, "a draft is frozen when it is written"
    return revision


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


def read_story(file: str) -> Said | None:
    """The review of a release of the demo, if it had one."""
    name = f"{file}_review"
    return told(name) if is_told(name) else None


def invite(story: Said, release: Release, members: dict[str, Person]) -> Reviewer:
    """Give the story's guest a link, and return their seat."""
    guest, _ = review_requests.make_link(
        release, members[AUTHOR], story["guest"], days=DAYS, sees_internal=True
    )
    return guest


def play_review(story: Said, revision: Revision, guest: int, world: World) -> None:
    """Let everybody answer, read, comment and judge one revision, within an afternoon."""
    draft = story["drafts"].get(str(revision.number))
    if draft is None:
        return
    people = People(world.members, db.session.get_one(Reviewer, guest))
    author = people.members[AUTHOR]
    others = [person.id for name, person in people.members.items() if name != AUTHOR]
    review_requests.ask_for_review(revision, author, note=draft["note"], members=others)
    read: dict[str, Reading] = {}
    for name, answers in draft["answers"].items():
        world.later(minutes=9)
        read[name] = readings.answer(people.seat(name, revision), story["functions"][name], answers)
    written = _comment(draft, revision, people, world)
    for name in draft["answers"]:
        readings.finish(people.seat(name, revision))
    for name, said in draft["closing"].items():
        world.later(minutes=4)
        _close(people.seat(name, revision), said)
    for name, is_same in draft["same"].items():
        aligning.mark(people.seat(AUTHOR, revision), read[name].id, "customer", is_same)
    _settle(draft["comments"], written, people.seat(AUTHOR, revision), people, world)


def let_stay(story: Said, release: Release, author: Person) -> None:
    """Waive what the coach says of weak words that stay, with the reasons of the story."""
    for group in coach_report.coach_text(release):
        for numbered in group.findings:
            if reason := story["waivers"].get(numbered.finding.rule.id):
                coach_report.waive(release, numbered.key, reason, author, is_approver=False)


def _comment(draft: Said, revision: Revision, people: People, world: World) -> list[Comment]:
    written = []
    for each in draft["comments"]:
        world.later(minutes=6)
        seat = people.seat(each["by"], revision)
        suggestion = each.get("suggestion", "")
        written.append(
            comments.write_comment(seat, each["path"], each["words"], each["text"], suggestion)
        )
    return written


def _close(seat: Seat, said: Said) -> None:
    closing = {asked.name: said.get(asked.name, "") for asked in review_answers.CLOSING}
    guess = tuple(said["guess"]) if "guess" in said else None
    readings.conclude(seat, closing, said["verdict"], said["reason"], guess)


def _settle(
    said: list[Said], written: list[Comment], author: Seat, people: People, world: World
) -> None:
    """The author answers and settles what was said, the next morning."""
    for each, comment in zip(said, written, strict=True):
        world.later(hours=15)
        for reply in each.get("replies", ()):
            comments.reply(people.seat(reply["by"], author.revision), comment, reply["text"])
        if each.get("outcome") == "resolved":
            comments.settle(author, comment, "resolved", is_editor=True)


def start(world: World, test: str) -> None:
    """Make an experiment of the newest revision and start it; a second one begins as a copy."""
    said, author = planned_tests()[test], world.person(AUTHOR)
    experiment = _make(world, said)
    for name, headline in said.variants:
        words = {"headline": headline}
        experiments.add_variant(experiment, author, name=name, weight=1, overrides=words)
    page_settings.change_look(experiment, author, said.look)
    page_settings.change_options(experiment, author, said.options)
    lifecycle.record_check(
        experiment, author, launch_readiness.warnings_of(launch_readiness.findings_of(experiment))
    )
    lifecycle.start(experiment, world.person(APPROVER))


def end(world: World, test: str) -> None:
    """Do what the worker does at midnight: end a test whose last day is over."""
    over_at = lifecycle.ends_at(world.experiment(test))
    world.clock.set(over_at + timedelta(seconds=20))
    lifecycle.end_overdue(clock.now())


def _make(world: World, test: Test) -> Experiment:
    author, today = world.person(AUTHOR), clock.now().date()
    rule = Hypothesis(
        who=test.who,
        does="leave their email address",
        target=test.target,
        floor=test.floor,
        minimum_visitors=test.minimum,
        maximum_visitors=test.maximum,
        minimum_days=7,
        ends_on=today + timedelta(days=test.lasts),
        if_met=test.if_met,
        if_not_met=test.if_not_met,
        if_unclear=test.if_unclear,
        hoped_for=test.hoped_for or default_hoped_for(test.target),
        knows_team=test.knows_team,
    )
    for before in _earlier(world, test):
        copy = whole_drafts.clone_experiment(before, author)
        return experiments.change_rule(copy, rule=rule, time_zone=ZONE, expected_daily=test.daily)
    revision = releases.find_newest_revision(world.release(test.release))
    assert revision is not None, "a draft is frozen when it is written"
    return experiments.create_experiment(
        revision, author, slug=test.slug, rule=rule, time_zone=ZONE, expected_daily=test.daily
    )


def _earlier(world: World, test: Test) -> Iterator[Experiment]:
    """The test before this one of the same release, if there was any."""
    earlier = [each for each in planned_tests().values() if each.release == test.release]
    place = earlier.index(test)
    if place:
        yield world.experiment(earlier[place - 1].name)


def propose(world: World, test: str) -> Paper:
    """Decide on a test, with the choice and the reason of the story; against its rule it waits."""
    said = told("decisions")[test]
    person = world.person(said["by"])
    return write_down(world.experiment(test), person, said["choice"], said["reason"])


def decide(world: World, test: str) -> None:
    """Let a decision stand, write down what was learned, tell the sign-ups, settle the address.

    With fewer visitors than usual a rule may not be settled; then the other person seconds it.
    """
    paper, experiment, author = propose(world, test), world.experiment(test), world.person(AUTHOR)
    if paper.state == "waiting":
        world.later(hours=2)
        second(paper, world.person(APPROVER))
    world.later(hours=1)
    said = told("decisions")[test]
    _mark(world, experiment, said["marks"])
    learning_cards.save_card(experiment, author, said["surprise"], said["next"], 0)
    decision_views.tell_signups(experiment, world.person(APPROVER), said["letter"])
    stands = experiments.CONTROL if said["afterwards"] == "open" else ""
    lifecycle.choose_afterwards(
        experiment, author, said["afterwards"], outcome=said["outcome"], waiting_variant=stands
    )


def _mark(world: World, experiment: Experiment, said: list[Said]) -> None:
    """Say of each assumption what became of it, by what the sign-ups answered."""
    document = documents.from_json(experiment.revision.document)
    keys = {each.words: each.key for each in learning_cards.assumptions_of(document)}
    for mark in said:
        why = _why(experiment, mark)
        learning_cards.mark(
            experiment, world.person(AUTHOR), keys[mark["words"]], mark["state"], why, 0
        )


def _why(experiment: Experiment, mark: Said) -> str:
    if "question" not in mark:
        return str(mark["why"])
    answers = signup_list.answers_of(experiment)[mark["question"]]
    chosen = dict(answers.choices)
    count = sum(chosen[choice] for choice in mark["choices"])
    return str(mark["why"]).format(said=count, people=answers.people)


def save_marks(world: World, test: str, number: int) -> None:
    """Save the checklist of a test as the story has it the ``number``-th time, from 0."""
    experiment = world.experiment(test)
    said = told("docket_checklist")[number]
    sentences = sentences_of(documents.from_json(experiment.revision.document))
    save_checklist(experiment, marks_of(said, sentences), said["extra"])


def marks_of(said: dict[str, Any], sentences: tuple[Sentence, ...]) -> dict[str, ChecklistMark]:
    """The marks of the sentences that the story knows by how they begin."""
    return {
        each.key: ChecklistMark(state, note)
        for state in ("served", "not_served")
        for beginning, note in said[state].items()
        for each in sentences
        if each.words.startswith(beginning)
    }


def write_costs_and_notes(world: World, name: str) -> None:
    """Enter what was spent on a test, and note what happened on some days of it."""
    test, author, experiment = planned_tests()[name], world.person(AUTHOR), world.experiment(name)
    began = world.moment(test.began, 0)
    first = began.date()
    last = min(began + timedelta(days=test.days), world.today).date()
    for source, amount in SPENT.get(name, {}).items():
        costs.add_spend(experiment, author, source, first, last, amount, CURRENCY)
    for day, text in NOTES.get(name, ()):
        notes.add_note(experiment, author, first + timedelta(days=day), text)


def share(world: World, test: str, whom: str) -> str:
    """Make a link that shows the figures of a test to somebody outside; return its path."""
    _, token = shared_links.create_shared_link(world.experiment(test), world.person(AUTHOR), whom)
    return f"/shared/{token}"
