"""Deciding: a choice that agrees with the result is final, any other needs a second approver.

A decision is signed as a paper: the choice, the reason and all figures of that moment. The second
approver signs the same paper; none of its figures changes in between. If anything changed since the
page was opened, its author is told first.
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func

from wbtest.audience.recording.ledger import lock_event_writes
from wbtest.decisions.memo_content import digest, statement_of
from wbtest.decisions.models import Paper
from wbtest.decisions.pending_decisions import (
    ask_for_second,
    beside_of,
    find_newest,
    find_objection,
    groups_of,
    rests_beside,
    tell_overtaken,
    tell_turned_down,
    waiting_papers,
)
from wbtest.delivery.webhooks import emit
from wbtest.extensions import clock, db
from wbtest.publishing.experiment_stages import CHOICES, contradiction_of, decisions, find_decision
from wbtest.publishing.lifecycle import event_facts
from wbtest.publishing.models import Decision, Experiment, name_of_test
from wbtest.results.figures import Results, results_of
from wbtest.results.set_aside import Aside, aside_of, results_and_aside
from wbtest.results.verdict import Verdict
from wbtest.review.approvals import NotYours
from wbtest.review.approvers import is_alone
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.audit import record
from wbtest.team.models import Person
from wbtest.writing.models import Revision
from wbtest.writing.text_rules import find_fault, gives_reason, seen, with_plain_breaks

SINCE = "after you opened this page"
MARK = re.compile(r"(\d{1,18})\.(\d{1,18})\.([a-z_]+)\.([\d_]*)\.([a-z_]*)")


class DecisionVersion(NamedTuple):
    """The newest decision and paper, by number, what the rule said, and what was set aside.

    ``beside`` is what the rule said of the figures beside, '' where nothing was set aside.
    """

    decision: int
    paper: int
    advice: str
    aside: str
    beside: str

    def __str__(self) -> str:
        return f"{self.decision}.{self.paper}.{self.advice}.{self.aside}.{self.beside}"


def mark_of(experiment: Experiment, results: Results, aside: Aside | None) -> str:
    """Return the mark of what the page shows now, for the page to send along."""
    newest = find_newest(experiment)
    return str(_mark(find_decision(experiment), newest, results, aside))


def is_from_now(
    experiment: Experiment,
    results: Results | None,
    aside: Aside | None,
    read: str,
    paper: Paper | None,
) -> bool:
    """Whether the page that was read shows what stands now; without ``results`` but for figures."""
    if not read:
        return True
    now, then = _mark(find_decision(experiment), paper, results, aside), _read(read)
    if then is None:
        return False
    return now == then if results is not None else now[:2] == then[:2]


def what_happened(
    experiment: Experiment,
    results: Results,
    aside: Aside | None,
    read: str,
    paper: Paper | None,
    person: Person,
) -> str:
    """Return the sentence that says what came between reading the page and sending it.

    ``paper`` is the newest one; ``person`` is who is told.
    """
    decision, then = find_decision(experiment), _read(read)
    if then is None:
        return "This page was out of date. Read it again, then decide."
    if decision and decision.id > then.decision:
        said = f"{_name(decision.person, person)} decided “{decision.choice}” {SINCE}"
    elif paper and paper.number > then.paper:
        who = _name(paper.person, person)
        said = f"{who} proposed “{paper.choice}” {SINCE}{_end(paper, person)}"
    elif (now := _mark(decision, paper, results, aside)).advice != then.advice:
        choice = results.verdict.choice
        is_now = f"the rule now says {choice}" if choice else "it’s undecided again"
        said = f"The result changed {SINCE}: {is_now}"
    elif now.aside != then.aside:
        said = f"Other groups were set aside {SINCE}"
    elif now.beside != then.beside:
        said = f"The figures of those groups changed {SINCE}"
    else:
        said = "This page was out of date"
    return f"{said}. Read it, then decide."


def _mark(
    decision: Decision | None,
    paper: Paper | None,
    results: Results | None,
    aside: Aside | None,
) -> DecisionVersion:
    return DecisionVersion(
        decision=decision.id if decision else 0,
        paper=paper.number if paper else 0,
        advice=_advice(results.verdict) if results else "",
        aside="_".join(str(each.number) for each in aside.settings) if aside else "",
        beside=_advice(aside.beside.verdict) if aside else "",
    )


def _advice(verdict: Verdict) -> str:
    return "withheld" if verdict.is_withheld else verdict.recommendation


def _read(text: str) -> DecisionVersion | None:
    found = MARK.fullmatch(text)
    return DecisionVersion(int(found[1]), int(found[2]), *found.groups()[2:]) if found else None


def _name(who: Person, told: Person) -> str:
    return "You" if who.id == told.id else who.name


def _end(paper: Paper, told: Person) -> str:
    """What became of a proposal that waits no more."""
    if paper.state != "withdrawn":
        return ""
    if paper.seconded_by:
        who = "you" if paper.seconded_by_id == told.id else paper.seconded_by.name
        return f", and {who} rejected it"
    return ", then cancelled it"


def let_stand(
    paper: Paper,
    experiment: Experiment,
    now: datetime,
    *,
    by: Person | None = None,
    is_alone: bool = False,
) -> None:
    """Make a paper the decision; joins the open transaction. Nothing of its memo changes any more.

    ``by`` is the second person; ``is_alone`` says that the team had nobody to be one.
    """
    figures = paper.memo["figures"]
    number = len(decisions(experiment)) + 1
    against = contradiction_of(paper.choice, figures)
    decision = Decision(
        experiment_id=experiment.id,
        choice=paper.choice,
        reason=paper.reason,
        figures=figures,
        person_id=paper.person_id,
        decided_at=now,
    )
    author = db.session.get_one(Person, paper.person_id)
    memo = {name: part for name, part in paper.memo.items() if name != "figures"} | {
        "number": number,
        "decision": {
            "choice": paper.choice,
            "reason": paper.reason,
            "by": {"id": author.id, "name": author.name},
            "signed_at": paper.made_at.isoformat(),
            "decided_at": now.isoformat(),
            "against": " ".join(filter(None, (against, beside_of(paper)))),
            "second": {"id": by.id, "name": by.name, "at": now.isoformat()} if by else None,
            "is_alone": is_alone,
        },
    }
    paper.memo, paper.digest = memo, digest(memo | {"figures": figures})
    paper.state, paper.settled_at = "stands", now
    paper.stands_as, paper.seconded_by_id = number, by.id if by else None
    db.session.add(decision)
    db.session.flush()
    for overtaken in overtake(experiment, now):
        # The members who signed the one that stands know.
        if overtaken.person_id not in (paper.person_id, paper.seconded_by_id):
            tell_overtaken(overtaken, paper)
    facts = event_facts(experiment) | {"decision": decision.id, "choice": paper.choice}
    emit("decision.made", facts)


def overtake(experiment: Experiment, now: datetime, person: Person | None = None) -> list[Paper]:
    """Let what waits wait no more, of this person alone or of everybody, and return it."""
    found = [
        paper
        for paper in waiting_papers(experiment)
        if person is None or paper.person_id == person.id
    ]
    for paper in found:
        paper.state, paper.settled_at = "overtaken", now
    return found


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
        lock_event_writes(session.connection())
        # A double click waits here for the first one, and two people for each other.
        hold(experiment)
        newest = find_newest(experiment)
        if newest and _is_the_same(newest, experiment, person, choice, reason, read):
            return newest
        now = clock.now()
        results = results_of(experiment, now)
        counted = results.counted
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
        lock_event_writes(session.connection())
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
            raise NotYours(f"Only {paper.person.name} can cancel it.")
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
    said = f"The rule now says {verdict.choice}" if verdict.choice else "The result changed"
    return f"{said}, so this no longer fits. Decide again on today’s figures."


def _find_change_beside(paper: Paper, aside: Aside | None) -> str:
    if aside is None or groups_of(paper) != [each.number for each in aside.settings]:
        return "Other groups are set aside now. Decide again on today’s figures."
    before, now = paper.memo["beside"], aside.beside.values()
    if any(before[name] != now[name] for name in ("recommendation", "withheld")):
        return "The figures of those groups changed. Decide again on today’s figures."
    return ""


def _checked(choice: str, reason: str) -> str:
    reason = seen(with_plain_breaks(reason))
    if choice not in CHOICES:
        raise Invalid("choice", "Choose go, iterate or stop.")
    if not gives_reason(reason):
        raise Invalid(
            "reason", "Give your reason in a sentence. You’ll be reading it a year from now."
        )
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
        raise Refused(f"{paper.seconded_by.name} has already rejected it.")
    if paper.state == "withdrawn":
        raise Refused(f"{paper.person.name} has cancelled it.")
    if paper.state == "stands":
        raise Refused("It’s already decided.")
    if paper.state == "overtaken":
        raise Refused("A later decision replaced it.")


def _note(paper: Paper, experiment: Experiment, action: str, person: Person) -> None:
    record(action, f"{name_of_test(experiment)}: {paper.choice}", by=person)


OPEN = ("running", "paused")


def given_up() -> set[int]:
    """Return the releases that wait for nobody any more, by id.

    The newest decision about each said stop, nobody has frozen another text since, and no other
    test of it is open.
    """
    newest = (
        db.select(Revision.release_id, func.max(Decision.id).label("decision"))
        .join(Experiment, Experiment.revision_id == Revision.id)
        .join(Decision, Decision.experiment_id == Experiment.id)
        .group_by(Revision.release_id)
        .subquery()
    )
    texts = (
        db.select(Revision.release_id, func.max(Revision.created_at).label("frozen_at"))
        .group_by(Revision.release_id)
        .subquery()
    )
    undecided = (
        db.select(Revision.release_id)
        .join(Experiment, Experiment.revision_id == Revision.id)
        .outerjoin(Decision, Decision.experiment_id == Experiment.id)
        .where(Experiment.state.in_(OPEN), Decision.id.is_(None))
    )
    stopped = (
        db.select(newest.c.release_id)
        .join(Decision, Decision.id == newest.c.decision)
        .join(texts, texts.c.release_id == newest.c.release_id)
        .where(Decision.choice == "stop", texts.c.frozen_at <= Decision.decided_at)
        .where(newest.c.release_id.not_in(undecided))
    )
    return set(db.session.scalars(stopped))


def should_end(experiment: Experiment, choice: str) -> bool:
    """Whether the page is still open though it was decided what comes of it.

    Who iterates may go on counting until the next draft is there.
    """
    return experiment.state in OPEN and choice in ("go", "stop")
