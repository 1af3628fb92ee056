"""An experiment's verdict in one line, for lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from wbtest.publishing.models import Experiment
from wbtest.results.figures import judged
from wbtest.results.in_words import Badge, badge, headline


@dataclass(frozen=True, slots=True)
class Summary:
    """The verdict in a word, a sentence, and a badge."""

    word: Literal["met", "not_met", "not_enough", "withheld", "none"]
    sentence: str
    badge: Badge


def summary(experiment: Experiment, now: datetime) -> Summary:
    """Return the verdict of an experiment; of a draft there is none."""
    if experiment.started_at is None:
        return Summary("none", "Not started yet.", Badge("Draft", "neutral"))
    results = judged(experiment, now)
    verdict = results.verdict
    word = "withheld" if verdict.is_withheld or verdict.doubt else verdict.word
    return Summary(word, headline(results), badge(results))
