"""What becomes of a paper: it stands as the decision, or gives way to one."""

from __future__ import annotations

from datetime import datetime

from wbtest.delivery.webhooks import emit
from wbtest.extensions import db
from wbtest.publishing.decisions import contradiction_of, decisions
from wbtest.publishing.models import Decision, Experiment
from wbtest.publishing.running.announcing import facts_of
from wbtest.results.deciding.data import digest
from wbtest.results.deciding.letters import tell_overtaken
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import waiting_papers
from wbtest.results.deciding.seconds import beside_of
from wbtest.team.models import Person


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
        # Whoever signed the one that stands knows.
        if overtaken.person_id not in (paper.person_id, paper.seconded_by_id):
            tell_overtaken(overtaken, paper)
    facts = facts_of(experiment) | {"decision": decision.id, "choice": paper.choice}
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
