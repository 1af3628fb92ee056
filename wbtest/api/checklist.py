"""Which sentences of the approved release are served, once go is decided."""

from typing import Literal

import msgspec

from wbtest.api.release_shapes import Given
from wbtest.publishing.models import Experiment
from wbtest.results.deciding import checklist as verbs
from wbtest.results.deciding.checklist import Checklist, Mark
from wbtest.team import access

State = Literal["open", "served", "not_served"]


class SentenceShown(msgspec.Struct, kw_only=True):
    """A sentence of the approved release, and what was said of it."""

    key: str
    part: str
    words: str
    state: State
    note: str


class ChecklistShown(msgspec.Struct, kw_only=True):
    """`extra` is what is built that no sentence asks for; `digest` is of all that was saved."""

    says: str
    digest: str
    sentences: list[SentenceShown]
    extra: list[str]


class SentenceMark(Given, kw_only=True):
    """`key` is that of a sentence."""

    key: str
    state: State
    note: str = ""


class NewChecklist(Given, kw_only=True):
    """All of it; a sentence left out is open. `digest` is that of the checklist you read."""

    sentences: list[SentenceMark] = msgspec.field(default_factory=list)
    extra: list[str] = msgspec.field(default_factory=list)
    digest: str = ""


def get_checklist(experiment_id: int) -> ChecklistShown:
    """Which sentences of the approved release are served, and what else is built."""
    return _shown(verbs.get_checklist(access.get(Experiment, experiment_id, "read")))


def replace_checklist(experiment_id: int, body: NewChecklist) -> ChecklistShown:
    """Replace the checklist; 422 when somebody else saved it after you read it."""
    experiment = access.get(Experiment, experiment_id, "edit")
    marks = {each.key: Mark(each.state, each.note) for each in body.sentences}
    return _shown(verbs.save_checklist(experiment, marks, body.extra, body.digest))


def _shown(checklist: Checklist) -> ChecklistShown:
    return ChecklistShown(
        says=checklist.summary,
        digest=checklist.digest,
        sentences=[
            SentenceShown(
                key=each.key,
                part=each.part,
                words=each.words,
                state=checklist.marks[each.key].state,  # type: ignore[arg-type]  # one of STATES
                note=checklist.marks[each.key].note,
            )
            for each in checklist.sentences
        ],
        extra=list(checklist.extra),
    )
