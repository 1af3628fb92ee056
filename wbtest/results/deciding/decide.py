"""Deciding: what agrees with the verdict stands at once, what does not waits for a second person.

Whoever decides signs a paper: the choice, the reason and all figures of that moment. The second
person signs the same paper; no figure of it changes in between.
"""

from __future__ import annotations

import zlib

from wbtest.audience.recording.ledger import take_turn
from wbtest.extensions import clock
from wbtest.publishing.decisions import CHOICES, contradiction_of
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.letters import ask_for_second, tell_turned_down
from wbtest.results.deciding.meanwhile import is_from_now, what_happened
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import find_newest
from wbtest.results.deciding.seconds import find_objection, groups_of, rests_beside
from wbtest.results.deciding.settling import let_stand, overtake
from wbtest.results.deciding.statement import statement_of
from wbtest.results.figures import Results, history_of, results_from, trust_of
from wbtest.results.set_aside import Aside, aside_of, results_and_aside
from wbtest.review.approvals import NotYours
from wbtest.review.approvers import is_alone
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.text_rules import find_fault, gives_reason, seen, with_plain_breaks

LONGEST_REASON = 4_000


def decide(
    experiment: Experiment, person: Person, choice: str, reason: str, read: str = ""
) -> Paper:
    """Write down a choice with every figure it rests on; against the verdict it waits.

    Who is alone in the team needs nobody, and the memo says so. ``read`` is the mark of what
    the person was shown: the same once more is a double click, on newer figures it is a new paper.
    Raises NotStarted, or Invalid for a choice or reason that says nothing and for a page that was
    overtaken by somebody else's decision or another verdict.
    """
    reason = _checked(choice, reason)
    with writing() as session:
        # Hours and days are two questions: no group of visitors may come in between.
        take_turn(session.connection())
        # A double click waits here for the first one, and two people for each other.
        hold(experiment)
        newest = find_newest(experiment)
        if newest and _is_the_same(newest, experiment, person, choice, reason, read):
            return newest
        now = clock.now()
        counted = history_of(experiment, now)
        results = results_from(experiment, counted, trust_of(experiment, counted, now), now)
        aside = aside_of(experiment, results, counted)
        if not is_from_now(experiment, results, aside, read, newest):
            raise Invalid("choice", what_happened(experiment, results, aside, read, newest, person))
        memo, data = statement_of(experiment, results, counted, aside, now)
        paper = Paper(
            experiment_id=experiment.id,
            number=newest.number + 1 if newest else 1,
            choice=choice,
            reason=reason,
            memo=memo,
            data=zlib.compress(data.encode()),
            person_id=person.id,
            made_at=now,
            state="waiting",
        )
        overtake(experiment, now, person)
        session.add(paper)
        against = contradiction_of(choice, memo["figures"])
        alone = bool(against) and is_alone()
        if against and not alone:
            _note(paper, experiment, "experiment.proposed", person)
            session.flush()
            ask_for_second(paper)
        else:
            let_stand(paper, experiment, now, is_alone=alone)
            _note(paper, experiment, "experiment.decided", person)
    return paper


def second(paper: Paper, person: Person) -> Paper:
    """Let a paper stand that another person signed; the second time changes nothing.

    Raises NotYours, or Refused when it waits no more or the verdict is another one by now.
    """
    with writing() as session:
        # The figures and those beside are two questions: no visitors may come in between.
        take_turn(session.connection())
        experiment = paper.experiment
        hold(experiment)
        hold(paper)
        if paper.state == "stands" and paper.seconded_by_id == person.id:
            return paper
        _demand_waiting(paper)
        if objection := find_objection(paper, person):
            raise NotYours(objection)
        now = clock.now()
        if changed := find_change(paper, *results_and_aside(experiment, now)):
            raise Refused(changed)
        let_stand(paper, experiment, now, by=person)
        _note(paper, experiment, "experiment.seconded", person)
    return paper


def turn_down(paper: Paper, person: Person, why: str = "") -> Paper:
    """Answer no to a paper that waits: it waits no more, and who signed it is told by mail.

    ``why`` may be ''. The second time changes nothing. Raises NotYours, or Refused when it waits no
    more or the reason cannot be kept.
    """
    why = seen(with_plain_breaks(why)).strip()
    if fault := find_fault(why, LONGEST_REASON):
        raise Refused(fault)
    with writing():
        hold(paper.experiment)
        hold(paper)
        if paper.is_turned_down and paper.seconded_by_id == person.id:
            return paper
        _demand_waiting(paper)
        if objection := find_objection(paper, person):
            raise NotYours(objection)
        paper.state, paper.settled_at = "withdrawn", clock.now()
        paper.seconded_by_id, paper.answer = person.id, why
        tell_turned_down(paper, person)
        _note(paper, paper.experiment, "experiment.turned_down", person)
    return paper


def withdraw(paper: Paper, person: Person) -> Paper:
    """Take back a paper that waits; only who signed it may. The second time changes nothing."""
    with writing():
        hold(paper.experiment)
        hold(paper)
        if paper.state == "withdrawn" and not paper.is_turned_down:
            return paper
        _demand_waiting(paper)
        if person.id != paper.person_id:
            raise NotYours(f"Only {paper.person.name} can take it back.")
        paper.state, paper.settled_at = "withdrawn", clock.now()
        _note(paper, paper.experiment, "experiment.withdrawn", person)
    return paper


def find_change(paper: Paper, results: Results, aside: Aside | None) -> str:
    """The sentence that says why a paper cannot be seconded on the figures of now, or ''.

    ``aside`` is what stands beside the figures by now.
    """
    figures, verdict = paper.memo["figures"], results.verdict
    before = (figures["recommendation"], figures["withheld"])
    # What the figures call withheld is a verdict in doubt, too.
    if before == (verdict.recommendation, results.is_red):
        return _find_change_beside(paper, aside) if rests_beside(paper) else ""
    said = f"The rule now says {verdict.choice}" if verdict.choice else "The verdict changed since"
    return f"{said}, so this rests on what no longer holds. Decide anew on the figures of now."


def _find_change_beside(paper: Paper, aside: Aside | None) -> str:
    if aside is None or groups_of(paper) != [each.number for each in aside.settings]:
        return "Other groups are set aside by now. Decide again on the figures of now."
    before, now = paper.memo["beside"], aside.beside.values()
    if any(before[name] != now[name] for name in ("recommendation", "withheld")):
        return "The figures beside changed since. Decide again on the figures of now."
    return ""


def _checked(choice: str, reason: str) -> str:
    reason = seen(with_plain_breaks(reason))
    if choice not in CHOICES:
        raise Invalid("choice", "Choose go, iterate or stop.")
    if not gives_reason(reason):
        raise Invalid("reason", "Say why in a sentence: you will read it again in a year.")
    if fault := find_fault(reason, LONGEST_REASON):
        raise Invalid("reason", fault)
    return reason


def _is_the_same(
    newest: Paper, experiment: Experiment, person: Person, choice: str, reason: str, read: str
) -> bool:
    """Whether this was decided by the click before, from the same page."""
    said = (newest.choice, newest.reason, newest.person_id)
    if newest.state not in ("waiting", "stands") or said != (choice, reason, person.id):
        return False
    return not read or not is_from_now(experiment, None, None, read, newest)


def _demand_waiting(paper: Paper) -> None:
    if paper.is_turned_down and paper.seconded_by:
        raise Refused(f"{paper.seconded_by.name} turned it down, so nothing waits here.")
    if paper.state == "withdrawn":
        raise Refused(f"{paper.person.name} took it back, so nothing waits here.")
    if paper.state == "stands":
        raise Refused("It stands already.")
    if paper.state == "overtaken":
        raise Refused("A later decision took its place, so nothing waits here.")


def _note(paper: Paper, experiment: Experiment, action: str, person: Person) -> None:
    record(action, f"/p/{experiment.slug}: {paper.choice}", by=person)
