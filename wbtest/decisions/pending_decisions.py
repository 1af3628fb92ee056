"""Papers: what somebody decided, who may be the second person, and the mails about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy.orm import joinedload

from wbtest.decisions.models import Paper
from wbtest.delivery.outbox import queue_mail
from wbtest.extensions import db, runtime
from wbtest.publishing.experiment_stages import CHOICES
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Results
from wbtest.results.trust import is_lost
from wbtest.results.verdict_text import is_open
from wbtest.review.approvers import approvers_of, is_alone
from wbtest.team.models import Person
from wbtest.web import number_of


class Papers(Struct, frozen=True):
    """What was written down: ``waiting`` for a second person, the oldest first.

    ``standing`` are those of decisions, by the number of the decision, ``ended`` what was turned
    down or overtaken, the newest first.
    """

    waiting: list[Paper]
    standing: dict[int, Paper]
    ended: list[Paper]


def find_paper(experiment: Experiment, number: int) -> Paper | None:
    """Return the paper of this number, whether it stands or not."""
    return db.session.get(Paper, (experiment.id, number))


def find_newest(experiment: Experiment) -> Paper | None:
    """Return the paper that was signed last, or None."""
    query = db.select(Paper).where(Paper.experiment_id == experiment.id)
    return db.session.scalars(query.order_by(Paper.number.desc()).limit(1)).first()


def find_standing(experiment: Experiment, number: int) -> Paper | None:
    """Return the paper that stands as the ``number``-th decision, or None."""
    stands = (Paper.experiment_id == experiment.id) & (Paper.stands_as == number)
    return db.session.scalars(db.select(Paper).where(stands)).first()


def waiting_papers(experiment: Experiment) -> list[Paper]:
    """Return what waits for a second person, the oldest first."""
    return papers_of(experiment).waiting


def papers_of(experiment: Experiment) -> Papers:
    """Return all papers of an experiment but those that were taken back, from one query."""
    is_turned_down = (Paper.state == "withdrawn") & Paper.seconded_by_id.is_not(None)
    papers = db.session.scalars(
        db.select(Paper)
        .where(
            Paper.experiment_id == experiment.id,
            Paper.state.in_(("waiting", "stands", "overtaken")) | is_turned_down,
        )
        .order_by(Paper.number)
        .options(joinedload(Paper.person), joinedload(Paper.seconded_by))
    ).all()
    return Papers(
        waiting=[paper for paper in papers if paper.state == "waiting"],
        standing={
            paper.stands_as: paper
            for paper in papers
            if paper.state == "stands" and paper.stands_as
        },
        ended=[paper for paper in reversed(papers) if paper.state in ("overtaken", "withdrawn")],
    )


class WaitingPaper(NamedTuple):
    """A paper, who could second it, and the page on which they do."""

    paper: Paper
    seconds: tuple[Person, ...]
    path: str

    @property
    def result(self) -> str:
        """What the figures said by themselves when it was signed, as a sentence."""
        return _said_by(self.paper.memo["figures"])

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
    return f"With {groups} set aside or included, the rule says {paper.choice}."


def _said_by(figures: Mapping[str, Any]) -> str:
    if figures["recommendation"] in CHOICES:
        return f"The locked rule says {figures['recommendation']}."
    if figures["verdict"] != "not_enough":
        return "The result is in doubt."
    if figures["withheld"]:
        return "The data is unreliable."
    is_settled = figures["recommendation"] == "inconclusive"
    return "The result is undecided." if is_settled else "No result yet."


def rule_of_second(results: Results, person: Person) -> str:
    """Return which choice of this person needs a second one now, and whose, in sentences."""
    said = results.verdict.choice
    what = "Anything else" if said else "Whatever you choose"
    if is_alone():
        which = "any other choice" if said else "your choice"
        rest = f"You’re alone here, so {which} needs no approval, and the memo says so."
    elif others := seconds_for(person.id):
        rest = f"{what} needs a second approver: {names_of(others)}"
    else:
        rest = f"{what} needs a second approver. There’s {names_of(())}"
    return f"{_state_of(results)} {rest} You can change it later; each memo is kept."


def _state_of(results: Results) -> str:
    verdict = results.verdict
    if verdict.choice:
        return f"The locked rule says {verdict.choice}."
    if verdict.is_withheld and is_lost(results.trust):
        return "This data can’t be used. Start a new test instead."
    if verdict.is_withheld:
        return "The data is unreliable. Wait until the checks pass."
    if verdict.doubt:
        return "The result is in doubt."
    is_settled = verdict.recommendation == "inconclusive" and not is_open(results)
    return "The result is undecided." if is_settled else "No result yet."


def find_objection(paper: Paper, person: Person) -> str:
    """The sentence that says why this person may not second a paper; '' when they may."""
    others = seconds_for(paper.person_id)
    if person in others:
        return ""
    if person.id == paper.person_id:
        return f"You proposed it, so someone else approves it: {names_of(others)}"
    return f"Only an approver can approve it: {names_of(others)}"


def names_of(seconds: Iterable[Person]) -> str:
    """Return who may second, as the end of a sentence, or how somebody comes to."""
    names = [person.name for person in seconds]
    if not names:
        return "nobody yet. Make a member an approver in Settings."
    *most, last = names
    return f"{', '.join(most)} or {last}." if most else f"{last}."


def waiting_in() -> list[WaitingPaper]:
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
        WaitingPaper(
            paper,
            tuple(person for person in approvers if person.id != paper.person_id),
            f"/experiments/{paper.experiment_id}/decision",
        )
        for paper in papers
    ]


def ask_for_second(paper: Paper) -> None:
    """Queue a mail to everybody who may second a paper; joins the open transaction."""
    experiment = paper.experiment
    base_url = runtime().settings.base_url
    product = experiment.revision.document["product"]
    beside = f" {said}" if (said := beside_of(paper)) else ""
    body = (
        f"{paper.person.name} proposes: {paper.choice}. {_said_by(paper.memo['figures'])}\n\n"
        f"“{paper.reason}”\n\n"
        f"{paper.memo['figures']['why']}{beside}\n\n"
        "It’s decided once a second person approves it. Approve or reject it here:\n"
        f"{base_url}/experiments/{experiment.id}/decision\n"
    )
    for person in seconds_for(paper.person_id):
        queue_mail(
            recipient=person.email,
            subject=f"{product}: “{paper.choice}” needs your approval",
            body=body,
        )


def tell_overtaken(paper: Paper, by: Paper) -> None:
    """Queue a mail to who signed a paper that gave way to the decision ``by``; joins the open
    transaction.
    """
    experiment = paper.experiment
    base_url = runtime().settings.base_url
    decided = f"{by.person.name} decided {by.choice}"
    queue_mail(
        recipient=paper.person.email,
        subject=f"{experiment.revision.document['product']}: {decided}",
        body=(
            f"You proposed “{paper.choice}”, which needed a second approver:\n\n"
            f"“{paper.reason}”\n\n"
            f"{decided} instead:\n\n“{by.reason}”\n\n"
            "Read the memo. If you disagree, talk about it, or change the decision:\n"
            f"{base_url}/experiments/{experiment.id}/memo/{by.stands_as}\n"
        ),
    )


def tell_turned_down(paper: Paper, by: Person) -> None:
    """Queue a mail to who signed a paper that ``by`` turned down; joins the open transaction."""
    experiment = paper.experiment
    base_url = runtime().settings.base_url
    why = f"The reason:\n\n“{paper.answer}”\n\n" if paper.answer else ""
    queue_mail(
        recipient=paper.person.email,
        subject=f"{experiment.revision.document['product']}: {by.name} rejected “{paper.choice}”",
        body=(
            f"You proposed “{paper.choice}”, and {by.name} rejected it:\n\n"
            f"“{paper.reason}”\n\n{why}"
            f"Nothing is decided yet. Talk to {by.name}, then decide again:\n"
            f"{base_url}/experiments/{experiment.id}/decision\n"
        ),
    )
