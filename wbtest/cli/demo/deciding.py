"""Scenes of deciding: go, iterate or stop, what was learned, and what the sign-ups are told."""

from typing import Any

from wbtest.cli.demo.cast import told
from wbtest.cli.demo.stage import APPROVER, AUTHOR, Stage
from wbtest.decisions import learning_cards, outcome_mail_views
from wbtest.decisions.assumptions import assumptions_of
from wbtest.decisions.decide import decide as write_down
from wbtest.decisions.decide import second
from wbtest.decisions.models import Paper
from wbtest.publishing.experiments import CONTROL
from wbtest.publishing.lifecycle import choose_afterwards
from wbtest.publishing.models import Experiment
from wbtest.results.signup_list import answers_of
from wbtest.writing import document as documents

Said = dict[str, Any]


def propose(stage: Stage, test: str) -> Paper:
    """Decide on a test, with the choice and the reason of the story; against its rule it waits."""
    said = told("decisions")[test]
    person = stage.person(said["by"])
    return write_down(stage.experiment(test), person, said["choice"], said["reason"])


def decide(stage: Stage, test: str) -> None:
    """Let a decision stand, write down what was learned, tell the sign-ups, settle the address.

    With fewer visitors than usual a rule may not be settled; then the other person seconds it.
    """
    paper, experiment, author = propose(stage, test), stage.experiment(test), stage.person(AUTHOR)
    if paper.state == "waiting":
        stage.later(hours=2)
        second(paper, stage.person(APPROVER))
    stage.later(hours=1)
    said = told("decisions")[test]
    _mark(stage, experiment, said["marks"])
    learning_cards.save_card(experiment, author, said["surprise"], said["next"], 0)
    outcome_mail_views.tell_signups(experiment, stage.person(APPROVER), said["letter"])
    stands = CONTROL if said["afterwards"] == "open" else ""
    choose_afterwards(
        experiment, author, said["afterwards"], outcome=said["outcome"], waiting_variant=stands
    )


def _mark(stage: Stage, experiment: Experiment, said: list[Said]) -> None:
    """Say of each assumption what became of it, by what the sign-ups answered."""
    document = documents.from_json(experiment.revision.document)
    keys = {each.words: each.key for each in assumptions_of(document)}
    for mark in said:
        why = _why(experiment, mark)
        learning_cards.mark(
            experiment, stage.person(AUTHOR), keys[mark["words"]], mark["state"], why, 0
        )


def _why(experiment: Experiment, mark: Said) -> str:
    if "question" not in mark:
        return str(mark["why"])
    answers = answers_of(experiment)[mark["question"]]
    chosen = dict(answers.choices)
    count = sum(chosen[choice] for choice in mark["choices"])
    return str(mark["why"]).format(said=count, people=answers.people)
