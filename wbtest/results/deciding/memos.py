"""The memo of each decision as it was written, and its file, by which anybody can check it."""

from __future__ import annotations

import json
import zlib
from typing import Any, NamedTuple

from wbtest.publishing.decisions import decisions
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.models import Paper
from wbtest.results.deciding.papers import find_standing

FORMAT = "wbtest memo 1"


class Memo(NamedTuple):
    """The memo of the ``number``-th decision: its values, and their digest."""

    number: int
    values: dict[str, Any]
    digest: str
    paper: Paper


def find_memo(experiment: Experiment, number: int) -> Memo | None:
    """Return the memo of the ``number``-th decision, 1 for the first, or None.

    Decisions are never deleted nor changed, so a number is for ever.
    """
    paper = find_standing(experiment, number)
    if paper is None:
        return None
    figures = decisions(experiment)[-number].figures
    return Memo(number, paper.memo | {"figures": figures}, paper.digest, paper)


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
        "data": json.loads(zlib.decompress(memo.paper.data)),
    }
