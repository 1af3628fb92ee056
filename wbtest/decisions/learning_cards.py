"""Learnings: the card of each test, and what became of what the release assumed.

An assumption is a number that the team's ledger calls assumed, a number that the target of a test
was worked out from, or a question of the FAQ that nobody can answer yet. It is known again in later
drafts and tests by its words.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

from sqlalchemy import Select, or_
from sqlalchemy.orm import joinedload

from wbtest.decisions.models import AssumptionMark, LearningCard
from wbtest.extensions import clock, db
from wbtest.publishing import experiment_stages, experiments, sealing
from wbtest.publishing import rule as rules
from wbtest.publishing import rule_text as rule_in_words
from wbtest.publishing.models import Decision, Experiment
from wbtest.review.approvals import find_stop
from wbtest.store import Gone, Invalid, Refused, hold, writing
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing import releases, text_rules
from wbtest.writing.coach.claims import numbers_of
from wbtest.writing.models import Release, Revision

Kind = Literal["number", "question"]
State = Literal["confirmed", "refuted", "open"]
STATES: tuple[State, ...] = get_args(State)


class Assumption(NamedTuple):
    """What nobody knows yet; ``sentence`` is where a number stands, '' for a question.

    Of a number behind a target it says that, and where the number comes from.
    """

    kind: Kind
    words: str
    sentence: str = ""

    @property
    def key(self) -> str:
        """What makes two of them the same, as 16 hex digits: for forms and addresses."""
        return key_for(self.kind, self.words)


def key_for(kind: str, words: str) -> str:
    """Return the key of an assumption, whatever its capitals and spaces.

    >>> key_for("number", "£4  a month") == key_for("number", "£4 a Month")
    True
    """
    return hashlib.sha256(f"{kind}\n{documents.words_key(words)}".encode()).hexdigest()[:16]


def assumptions_of(document: documents.Document) -> tuple[Assumption, ...]:
    """Return what a release assumes: its numbers in reading order, then its open questions.

    A question with no text is nothing that one could settle.
    """
    rows = numbers_of(document).assumptions
    numbers = [
        Assumption("number", row.entry.words if row.entry else row.words, row.sentence)
        for row in rows
    ]
    asked = [entry.question for entry in documents.still_open(document) if entry.question.strip()]
    found = [*numbers, *(Assumption("question", question) for question in asked)]
    return without_twins(found)


def assumptions_behind(rule: rules.Hypothesis) -> tuple[Assumption, ...]:
    """Return the numbers that the target was worked out from, none where it was not."""
    if rule.reckoning is None:
        return ()
    rates = (rule.target, rule.reckoning.target)
    target, asked = map(rule_in_words.as_percent, rates)
    rests = (
        f"The target of {target} rests on it."
        if rule.reckoning.is_followed_by(rule.target)
        else f"It’s one of three numbers that call for {asked}. The target is {target}."
    )
    return tuple(
        Assumption("number", words, f"{rests} Where it comes from: {source}" if source else rests)
        for words, source in rule.reckoning.assumed(rules.ACTS[rule.conversion].plural)
    )


def without_twins(found: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Return them without those that an earlier one says already."""
    first: dict[str, Assumption] = {}
    for each in found:
        first.setdefault(each.key, each)
    return tuple(first.values())


def newest_by_key(marks: Iterable[AssumptionMark]) -> dict[str, AssumptionMark]:
    """Return the last of the marks on each assumption, by its key; ``marks`` are oldest first."""
    return {key_for(mark.kind, mark.words): mark for mark in marks}


def marks_through(tests: Select[int]) -> list[AssumptionMark]:
    """Every mark made through these experiments (a query for their ids), oldest first."""
    query = (
        db.select(AssumptionMark)
        .where(AssumptionMark.experiment_id.in_(tests))
        .options(joinedload(AssumptionMark.person), joinedload(AssumptionMark.experiment))
        .order_by(AssumptionMark.marked_at, AssumptionMark.experiment_id, AssumptionMark.number)
    )
    return list(db.session.scalars(query))


def cards_of(tests: Select[int]) -> list[LearningCard]:
    """The cards of these experiments as they stand, the one saved last first."""
    newest = (
        db.select(db.func.max(LearningCard.version))
        .where(LearningCard.experiment_id == Experiment.id)
        .correlate(Experiment)
        .scalar_subquery()
    )
    query = (
        db.select(LearningCard)
        .join(Experiment, LearningCard.experiment_id == Experiment.id)
        .where(LearningCard.experiment_id.in_(tests), LearningCard.version == newest)
        .options(joinedload(LearningCard.person), joinedload(LearningCard.experiment))
        .order_by(LearningCard.saved_at.desc(), LearningCard.experiment_id.desc())
    )
    return list(db.session.scalars(query))


LONGEST = 4_000
MEANWHILE = (
    "Someone else saved learnings after you opened this page. Theirs are shown above. "
    "Save again to replace them."
)


class NotOver(Refused):
    """Nothing was learned yet: the test runs, and nobody has decided."""


def is_over(experiment: Experiment) -> bool:
    """Whether one may say what was learned: the test has ended, or the team has decided."""
    return experiment.state == "ended" or experiment_stages.find_decision(experiment) is not None


def demand_over(experiment: Experiment) -> None:
    """Raise NotOver before the end of the test and a decision on it."""
    if not is_over(experiment):
        raise NotOver("You can write learnings once the test has ended or you’ve decided.")


def save_card(
    experiment: Experiment, person: Person, surprise: str, next_step: str, read: int
) -> LearningCard:
    """Store what surprised the team and what it does next; earlier texts stay readable.

    ``read`` is the version that was shown, 0 for none. The same once more changes nothing. Raises
    NotOver, Invalid for a card that says nothing, EditConflict when somebody else saved meanwhile.
    """
    surprise = text_rules.kept_text("surprise", surprise, LONGEST)
    next_step = text_rules.kept_text("next_step", next_step, LONGEST)
    if not surprise and not next_step:
        raise Invalid("surprise", "Fill in at least one of the two.")
    with writing() as session:
        # A double click waits here for the first one.
        hold(experiment)
        demand_over(experiment)
        newest = find_card(experiment)
        if newest and (newest.surprise, newest.next_step) == (surprise, next_step):
            return newest
        version = newest.version if newest else 0
        if read != version:
            raise experiments.EditConflict("surprise", MEANWHILE)
        card = LearningCard(
            experiment_id=experiment.id,
            version=version + 1,
            surprise=surprise,
            next_step=next_step,
            person_id=person.id,
            saved_at=clock.now(),
        )
        session.add(card)
    return card


def find_card(experiment: Experiment) -> LearningCard | None:
    """The card as it stands, or None before anybody wrote on it."""
    return next(iter(saves_of(experiment)), None)


def saves_of(experiment: Experiment) -> list[LearningCard]:
    """Every save of the card, the newest first."""
    query = (
        db.select(LearningCard)
        .where(LearningCard.experiment_id == experiment.id)
        .order_by(LearningCard.version.desc())
    )
    return list(db.session.scalars(query))


LONGEST_WHY = 2_000


def get_assumption(experiment: Experiment, key: str) -> Assumption:
    """The assumption of the tested text or rule with this key. Raises Gone when it has none."""
    found = next((each for each in _assumed(experiment) if each.key == key), None)
    if found is None:
        raise Gone("That isn’t one of this test’s assumptions.")
    return found


def mark(
    experiment: Experiment, person: Person, key: str, state: str, why: str, read: int
) -> AssumptionMark:
    """Say what became of an assumption of the tested text; what was said before stays readable.

    ``read`` is the number of the mark that was shown, 0 for none. The same once more changes
    nothing. Raises NotOver, Gone, Invalid, and EditConflict when somebody else marked it meanwhile.
    """
    assumption = get_assumption(experiment, key)
    if state not in STATES:
        raise Invalid("state", "Choose confirmed, refuted or open.")
    why = text_rules.needed_text("why", why, LONGEST_WHY, "Give the evidence in a sentence.")
    with writing() as session:
        hold(experiment)
        demand_over(experiment)
        marks = marks_of(experiment)
        newest = newest_by_key(marks).get(key)
        if newest and (newest.state, newest.why) == (state, why):
            return newest
        if newest and newest.number != read:
            raise experiments.EditConflict(
                "why",
                f"{newest.person.name} marked it {newest.state} after you opened this page: "
                f"“{newest.why}” Save again to replace it.",
            )
        made = AssumptionMark(
            experiment_id=experiment.id,
            number=marks[-1].number + 1 if marks else 1,
            kind=assumption.kind,
            words=assumption.words,
            state=state,
            why=why,
            person_id=person.id,
            marked_at=clock.now(),
        )
        session.add(made)
    return made


def marks_of(experiment: Experiment) -> list[AssumptionMark]:
    """Everything that was said of the assumptions through this experiment, oldest first."""
    query = (
        db.select(AssumptionMark)
        .where(AssumptionMark.experiment_id == experiment.id)
        .options(joinedload(AssumptionMark.person))
        .order_by(AssumptionMark.number)
    )
    return list(db.session.scalars(query))


def standing_marks(experiment: Experiment) -> list[tuple[Assumption, AssumptionMark | None]]:
    """Each assumption of text and target with the mark that stands, or None while it is open."""
    newest = newest_by_key(marks_of(experiment))
    return [(each, newest.get(each.key)) for each in _assumed(experiment)]


def earlier_marks(marks: list[AssumptionMark]) -> list[AssumptionMark]:
    """Those of the marks that a later one replaced, the newest first."""
    newest = newest_by_key(marks)
    return [m for m in reversed(marks) if newest[key_for(m.kind, m.words)] is not m]


def _assumed(experiment: Experiment) -> tuple[Assumption, ...]:
    document = documents.from_json(experiment.revision.document)
    return without_twins(
        [*assumptions_of(document), *assumptions_behind(sealing.sealed_rule(experiment))]
    )


def next_draft(experiment: Experiment, author: Person) -> Release:
    """Return the release to write on: the tested one, or a copy where that was stopped on paper.

    A double click makes one copy. Raises NotOver.
    """
    with writing():
        demand_over(experiment)
        release = experiment.revision.release
        return releases.copy_release(release, author) if find_stop(release) else release


class Learned(NamedTuple):
    """What the tests of a release taught; of each assumption the last word, and each card.

    ``present`` are marks on assumptions that the draft or the target of a test still makes,
    ``gone`` on others; of ``open`` and ``behind`` no test has said anything: those of the draft,
    and those that a target rests on.
    """

    present: tuple[AssumptionMark, ...]
    gone: tuple[AssumptionMark, ...]
    open: tuple[Assumption, ...]
    behind: tuple[Assumption, ...]
    cards: tuple[LearningCard, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no test has taught anything yet, nor assumes anything of its own."""
        return not (self.has_taught or self.behind)

    @property
    def has_taught(self) -> bool:
        """Whether a test has taught anything."""
        return bool(self.present or self.gone or self.cards)

    @property
    def tally(self) -> str:
        """How the assumptions stand: “1 refuted, 2 confirmed, 3 still open”."""
        return tally([*self.present, *self.gone], len(self.open) + len(self.behind))


def tally(marks: Iterable[AssumptionMark], unmarked: int = 0) -> str:
    """How often each thing was said, and of how many assumptions nothing; '' for none at all."""
    counts = Counter(mark.state for mark in marks)
    counts["open"] += unmarked
    names = {"refuted": "refuted", "confirmed": "confirmed", "open": "still open"}
    return ", ".join(f"{counts[key]} {name}" for key, name in names.items() if counts[key])


def learned_of(release: Release) -> Learned:
    """What the tests of this release taught, and those of the one whose text it began with."""
    tests = _tests_of(release)
    newest = newest_by_key(marks_through(tests))
    assumed = assumptions_of(documents.from_json(release.document))
    every = without_twins([*assumed, *_behind_targets(tests)])
    keys = {each.key for each in every}
    return Learned(
        present=tuple(newest[each.key] for each in every if each.key in newest),
        gone=tuple(mark for key, mark in newest.items() if key not in keys),
        open=tuple(each for each in assumed if each.key not in newest),
        behind=tuple(each for each in every[len(assumed) :] if each.key not in newest),
        cards=tuple(cards_of(tests)),
    )


def _behind_targets(tests: Select[int]) -> list[Assumption]:
    """The numbers that the targets of these tests were worked out from, the newest test's first."""
    query = (
        db.select(Experiment.rule)
        .where(Experiment.id.in_(tests))
        .order_by(Experiment.created_at.desc(), Experiment.id.desc())
    )
    return [
        assumption
        for rule in db.session.scalars(query)
        if rule.get("reckoning")
        for assumption in assumptions_behind(rules.from_json(rule))
    ]


def _tests_of(release: Release) -> Select[int]:
    """A query for the ids of all experiments of a release and of those that it was copied from."""
    family = (
        db.select(Release.id, Release.copied_from_id)
        .where(Release.id == release.id)
        .cte("family", recursive=True)
    )
    family = family.union(
        db.select(Release.id, Release.copied_from_id).where(Release.id == family.c.copied_from_id)
    )
    query: Select[int] = (
        db.select(Experiment.id)
        .join(Revision, Experiment.revision_id == Revision.id)
        .where(Revision.release_id.in_(db.select(family.c.id)))
    )
    return query


class Lesson(NamedTuple):
    """A test that is over or decided, as the list of cards shows it; ``card`` may be None."""

    experiment: Experiment
    product: str
    claim: str
    decision: Decision | None
    card: LearningCard | None
    marks: tuple[AssumptionMark, ...]

    @property
    def is_written(self) -> bool:
        """Whether somebody has said what the test taught."""
        return self.card is not None or bool(self.marks)

    @property
    def seen(self) -> str:
        """What was seen, in the words kept with the decision; '' before one."""
        return str(self.decision.figures["why"]) if self.decision else ""

    def mentions(self, wanted: str) -> bool:
        """Whether each of these words stands somewhere on the card, in any spelling."""
        texts = [self.product, self.experiment.slug, self.claim, self.seen]
        texts += [self.card.surprise, self.card.next_step] if self.card else []
        texts += [self.decision.choice, self.decision.reason] if self.decision else []
        texts += [f"{mark.words} {mark.state} {mark.why}" for mark in self.marks]
        whole = " ".join(texts).casefold()
        return all(word in whole for word in wanted.casefold().split())


def lessons_of() -> list[Lesson]:
    """Every test that is over or decided, the one started last first; in four queries."""
    ours: Select[int] = db.select(Experiment.id)
    tests = _over()
    decisions = experiment_stages.newest_decisions([each.id for each in tests])
    cards = {card.experiment_id: card for card in cards_of(ours)}
    marks = defaultdict[int, list[AssumptionMark]](list)
    for mark in marks_through(ours):
        marks[mark.experiment_id].append(mark)
    return [
        Lesson(
            experiment,
            experiment.revision.document.get("product", ""),
            rule_in_words.claim(sealing.sealed_rule(experiment)),
            decisions.get(experiment.id),
            cards.get(experiment.id),
            tuple(newest_by_key(marks[experiment.id]).values()),
        )
        for experiment in tests
    ]


def _over() -> list[Experiment]:
    query = (
        db.select(Experiment)
        .where(
            Experiment.started_at.is_not(None),
            or_(
                Experiment.state == "ended",
                Experiment.id.in_(db.select(Decision.experiment_id)),
            ),
        )
        .options(joinedload(Experiment.revision))
        .order_by(Experiment.started_at.desc(), Experiment.id.desc())
    )
    return list(db.session.scalars(query))
