"""Scenes of building: which sentences of the release are served once go is decided."""

from typing import Any

from wbtest.cli.demo.cast import told
from wbtest.cli.demo.stage import Stage
from wbtest.decisions.checklist import ChecklistMark, Sentence, save_checklist, sentences_of
from wbtest.writing import document as documents


def check(stage: Stage, test: str, number: int) -> None:
    """Save the checklist of a test as the story has it the ``number``-th time, from 0."""
    experiment = stage.experiment(test)
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
