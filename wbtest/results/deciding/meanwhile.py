"""What tells one state of the decision page from another, and what happened in between."""

from __future__ import annotations

import re
from typing import NamedTuple

from wbtest.publishing.decisions import find_decision
from wbtest.publishing.models import Decision, Experiment
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import find_newest
from wbtest.results.figures import Results
from wbtest.results.set_aside import Aside
from wbtest.results.verdict import Verdict
from wbtest.team.models import Person

MARK = re.compile(r"(\d{1,18})\.(\d{1,18})\.([a-z_]+)\.([\d_]*)\.([a-z_]*)")


class Mark(NamedTuple):
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
        return "This page was not of now. Read it as it is, then decide."
    if decision and decision.id > then.decision:
        said = f"{_name(decision.person, person)} decided {decision.choice} meanwhile"
    elif paper and paper.number > then.paper:
        who = _name(paper.person, person)
        said = f"{who} proposed to {paper.choice} meanwhile{_end(paper, person)}"
    elif (now := _mark(decision, paper, results, aside)).advice != then.advice:
        choice = results.verdict.choice
        is_now = f"the rule now says {choice}" if choice else "it is no longer settled"
        said = f"The verdict changed after you opened this page: {is_now}"
    elif now.aside != then.aside:
        said = "Other groups were set aside after you opened this page"
    elif now.beside != then.beside:
        said = "The figures beside changed after you opened this page"
    else:
        said = "This page was not of now"
    return f"{said}. Read it, then decide."


def _mark(
    decision: Decision | None,
    paper: Paper | None,
    results: Results | None,
    aside: Aside | None,
) -> Mark:
    return Mark(
        decision=decision.id if decision else 0,
        paper=paper.number if paper else 0,
        advice=_advice(results.verdict) if results else "",
        aside="_".join(str(each.number) for each in aside.settings) if aside else "",
        beside=_advice(aside.beside.verdict) if aside else "",
    )


def _advice(verdict: Verdict) -> str:
    return "withheld" if verdict.is_withheld else verdict.recommendation


def _read(text: str) -> Mark | None:
    found = MARK.fullmatch(text)
    return Mark(int(found[1]), int(found[2]), *found.groups()[2:]) if found else None


def _name(who: Person, told: Person) -> str:
    return "You" if who.id == told.id else who.name


def _end(paper: Paper, told: Person) -> str:
    """What became of a proposal that waits no more."""
    if paper.state != "withdrawn":
        return ""
    if paper.seconded_by:
        who = "you" if paper.seconded_by_id == told.id else paper.seconded_by.name
        return f", and {who} turned it down"
    return ", and took it back"
