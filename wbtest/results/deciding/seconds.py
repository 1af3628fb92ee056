"""Who may be the second person, and for whom a paper waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import joinedload

from wbtest.extensions import db
from wbtest.http import number_of
from wbtest.publishing.decisions import CHOICES
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.models import Paper
from wbtest.results.figures import Results
from wbtest.results.trust import is_lost
from wbtest.review.approvers import approvers_of, is_alone
from wbtest.review.todo import Assignee, TodoItem
from wbtest.team.models import Person


class Waiting(NamedTuple):
    """A paper, who could second it, and the page on which they do."""

    paper: Paper
    seconds: tuple[Person, ...]
    path: str

    @property
    def against(self) -> str:
        """What the figures said when it was signed, as a sentence."""
        return against_of(self.paper)


def seconds_for(author_id: int) -> list[Person]:
    """Return the approvers and owners who may second what this person signed, by name."""
    return [person for person in approvers_of() if person.id != author_id]


def against_of(paper: Paper) -> str:
    """Return what the figures said that a paper decides against, in a sentence or two."""
    said = _said_by(paper.memo["figures"])
    return f"{said} {beside}" if (beside := beside_of(paper)) else said


def rests_beside(paper: Paper) -> bool:
    """Whether a choice is that of the figures with groups set aside, and not of the sealed ones."""
    beside = paper.memo.get("beside")
    if beside is None or beside["withheld"]:
        return False
    said, sealed = beside["recommendation"], paper.memo["figures"]
    return bool(said == paper.choice) and (sealed["withheld"] or sealed["recommendation"] != said)


def groups_of(paper: Paper) -> list[int]:
    """Return the numbers of the groups that stood aside when a paper was signed."""
    return [each["number"] for each in paper.memo.get("beside", {}).get("groups", ())]


def beside_of(paper: Paper) -> str:
    """Return on which other figures a paper rests, as a sentence; '' for the sealed ones."""
    if not rests_beside(paper):
        return ""
    groups = number_of(len(groups_of(paper)), "group", "groups")
    return f"With {groups} set aside or taken in, the rule says {paper.choice}."


def _said_by(figures: Mapping[str, Any]) -> str:
    if figures["recommendation"] in CHOICES:
        return f"The sealed rule says {figures['recommendation']}."
    if figures["verdict"] != "not_enough":
        return "The verdict is in doubt."
    return "The verdict is withheld." if figures["withheld"] else "The figures have not settled it."


def rule_of_second(results: Results) -> str:
    """Return which choice needs a second person now, in sentences."""
    said = results.verdict.choice
    what = "Anything else" if said else "Whatever you choose"
    if is_alone():
        rest = f"You are alone here, so {what.lower()} stands, and the memo says that you were."
    else:
        rest = f"{what} needs a second person."
    return f"{_state_of(results)} {rest}"


def _state_of(results: Results) -> str:
    verdict = results.verdict
    if verdict.choice:
        return f"The sealed rule says {verdict.choice}."
    if verdict.is_withheld and is_lost(results.trust):
        return "The verdict is withheld for good, and it is better to begin a new test."
    if verdict.is_withheld:
        return "The verdict is withheld, and it is better to wait until it can be trusted."
    return "The verdict is in doubt." if verdict.doubt else "The figures have not settled it."


def find_objection(paper: Paper, person: Person) -> str:
    """The sentence that says why this person may not second a paper; '' when they may."""
    others = seconds_for(paper.person_id)
    if person in others:
        return ""
    if person.id == paper.person_id:
        return f"You signed it, so somebody else seconds it: {names_of(others)}"
    return f"Seconding is up to somebody who may approve: {names_of(others)}"


def names_of(seconds: Iterable[Person]) -> str:
    """Return who may second, as the end of a sentence, or how somebody comes to."""
    names = [person.name for person in seconds]
    if not names:
        return "nobody else may yet. Make a member an approver on the Team page."
    *most, last = names
    return f"{', '.join(most)} or {last}." if most else f"{last}."


def waiting_in() -> list[Waiting]:
    """Return everything that waits for a second person, the oldest first.

    For lists of what waits for whom; one query, and one for the approvers.
    """
    query = (
        db.select(Paper)
        .join(Experiment, Experiment.id == Paper.experiment_id)
        .where(Paper.state == "waiting")
        .order_by(Paper.made_at, Paper.experiment_id)
        .options(joinedload(Paper.experiment).joinedload(Experiment.revision))
        .options(joinedload(Paper.person))
    )
    papers = db.session.scalars(query).all()
    approvers = approvers_of() if papers else []
    return [
        Waiting(
            paper,
            tuple(person for person in approvers if person.id != paper.person_id),
            f"/experiments/{paper.experiment_id}/decision",
        )
        for paper in papers
    ]


def waits_for_seconds() -> list[TodoItem]:
    """Return the same for the list of who waits for whom: a line for each who may second.

    Where nobody may, it is its author who has to act.
    """
    found = []
    for waiting in waiting_in():
        paper = waiting.paper
        about = f"“{paper.choice}” for {_product(paper)}, against the verdict"
        asked = [(person, f"Sign or turn down {about}") for person in waiting.seconds]
        thing = f"second {paper.experiment_id}.{paper.number}"
        lonely = f"Find a second person for {about}, or take it back"
        for person, what in asked or [(paper.person, lonely)]:
            found.append(
                TodoItem(
                    who=Assignee(person.name, person.id),
                    thing=thing,
                    what=what,
                    by=paper.person.name,
                    since=paper.made_at,
                    path=waiting.path,
                    about=waiting.path,
                    # Who may second it had a mail of its own about it.
                    mailed_at=paper.made_at if asked else None,
                )
            )
    return found


def _product(paper: Paper) -> str:
    experiment = paper.experiment
    return experiment.revision.document.get("product", "") or f"/p/{experiment.slug}"
