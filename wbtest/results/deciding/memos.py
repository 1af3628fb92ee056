"""The memo of each decision as it was written, and its file, by which anybody can check it."""

from __future__ import annotations

import json
import zlib
from typing import Any, NamedTuple

from wbtest.publishing.models import Experiment
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import find_standing
from wbtest.results.deciding.statement import digests_of, experiment_values, revision_values
from wbtest.results.decisions import contradiction, decisions
from wbtest.results.models import Decision

FORMAT = "wbtest memo 1"
# Before papers were kept a decision was its figures alone.
NO_COUNTS = (
    "This was decided before memos kept the counts they rest on, so there is no digest of the data."
)


class Memo(NamedTuple):
    """The memo of the ``number``-th decision: its values, and their digest; '' for an old one."""

    number: int
    values: dict[str, Any]
    digest: str
    paper: Paper | None

    @property
    def is_old(self) -> bool:
        """Whether it was decided before memos kept their counts."""
        return self.paper is None


def find_memo(experiment: Experiment, number: int) -> Memo | None:
    """Return the memo of the ``number``-th decision, 1 for the first, or None.

    Decisions are never deleted nor changed, so a number is for ever.
    """
    found = decisions(experiment)[::-1]
    if not 1 <= number <= len(found):
        return None
    decision = found[number - 1]
    paper = find_standing(experiment, number)
    if paper is None:
        return Memo(number, _old_values(experiment, decision, number), "", None)
    return Memo(number, paper.memo | {"figures": decision.figures}, paper.digest, paper)


def export_of(experiment: Experiment, memo: Memo) -> dict[str, Any]:
    """Return everything that the memo states, and every text and count that it rests on.

    ``digest`` is that of ``memo``; the others stand in it. Texts are read from where they are kept,
    so a digest that differs tells that somebody changed them there.
    """
    return {
        "format": FORMAT,
        "memo": memo.values,
        "digest": memo.digest,
        "revision": experiment.revision.document,
        "sealed": experiment.sealed,
        "data": json.loads(zlib.decompress(memo.paper.data)) if memo.paper else None,
    }


def _old_values(experiment: Experiment, decision: Decision, number: int) -> dict[str, Any]:
    """What is known of a decision from before memos were kept."""
    figures = decision.figures
    digests = digests_of(experiment)
    return {
        "made_by": "",
        "number": number,
        "experiment": experiment_values(experiment),
        "decision": {
            "choice": decision.choice,
            "reason": decision.reason,
            "by": {"id": decision.person_id, "name": decision.person.name},
            "signed_at": decision.decided_at.isoformat(),
            "decided_at": decision.decided_at.isoformat(),
            "against": contradiction(decision),
            "second": None,
            "is_alone": False,
        },
        "verdict": {
            "badge": None,
            "headline": figures["why"],
            "evidence": "",
            "standing": [],
            "attempt": "",
        },
        "trust": [
            {**check, "title": check["check"].replace("_", " ").capitalize(), "value": ""}
            for check in figures["trust"]
        ],
        "attempts": [],
        "forecasts": {"made": 0, "scored": []},
        "open": {"assumptions": [], "questions": []},
        "revision": revision_values(experiment),
        "digests": {**digests, "data": ""},
        "figures": figures,
    }
