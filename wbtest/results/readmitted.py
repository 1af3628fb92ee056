"""The sealed figures, and beside them what they would be with the people an owner readmitted."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from wbtest.audience import counts
from wbtest.audience.counts import Totals
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_rule
from wbtest.results.totals import total

MEANINGS = {
    "bot": "Called itself a crawler or a script, or did not act as the browser it said it was.",
    "preview": "A chat or network fetched the page to show a card of its link.",
    "prefetch": "A browser fetched the page ahead, and nobody opened it.",
    "team": "Logged in here, or in a browser that somebody of the team marked as theirs.",
    "suspected": "Sent the form as a machine does: the hidden field was filled, for one.",
    "paused": "Looked at the page while the experiment was paused.",
    "opted_out": "Asked not to be counted. Only an address that they left is kept.",
    "source": "Came from a source that the sealed rule does not count.",
    "waiting": "Signed up for the waiting list after the end.",
    "lost": "The database did not take these, so no more is known of them.",
}


class Beside(NamedTuple):
    """A variant's sealed figures, and the same with those readmitted."""

    key: str
    name: str
    sealed: Totals
    added: Totals
    together: Totals


def beside(experiment: Experiment, reasons: Collection[str]) -> list[Beside]:
    """Return the figures with those left out for these ``reasons``, for each variant.

    Sums of the roll-up: who came twice, counting and not, stands in both. Of suspected people only
    visits and addresses are known; none of them stands among the seen.
    """
    sources = sealed_rule(experiment).sources
    sealed = counts.totals_by_variant(experiment, sources)
    left_out = counts.left_out(experiment, sources)
    found = []
    for variant in experiment.variants:
        rows = [left_out[reason][variant.key] for reason in reasons if reason in left_out]
        added = total([Totals(), *rows])
        mine = sealed[variant.key]
        found.append(Beside(variant.key, variant.name, mine, added, total([mine, added])))
    return found


def meaning_of(reason: str) -> str:
    """What somebody of this reason did, in a sentence; '' for one that has none."""
    return MEANINGS.get(reason, "")
