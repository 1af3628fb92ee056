"""What a shared page says: the figures as members see them, without a word about people.

The sentences are those of the team's own page. Where they speak to the team they are turned.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from wbtest.publishing import in_words as rule_in_words
from wbtest.publishing.models import Experiment
from wbtest.publishing.sources import group_of
from wbtest.results import charts, conclusions, in_words, traffic_charts
from wbtest.results.dashboard.files import rows_of_funnel
from wbtest.results.dashboard.filters import Filters
from wbtest.results.dashboard.funnel import Stage
from wbtest.results.deciding.showing import MAY_STOP
from wbtest.results.exports import TABLES, Rows
from wbtest.results.figures import Results
from wbtest.results.standing import attempt_phrase, short_seal
from wbtest.results.trust import Check, panel_of

# Sources are left out: whoever passes a link on may name one, and a name may be somebody's.
SHARED_TABLES = ("variants", "evidence", "days", "funnel")
# The checks whose reasons may name sources. Of all others a source called “people” hides nothing.
NAME_SOURCES = ("sources", "passed_on", "footprint")
UNTOLD = "The team sees why: it is about a source of visitors, which is not shown here."
_QUOTED = re.compile("(“[^”]*”)")
_TURNED = (
    (MAY_STOP, ""),
    (" before you decide", ""),
    ("Decide nothing on these figures.", "Nothing is decided on these figures."),
    ("Your ", "The "),
    ("your ", "the "),
)


def turned(sentence: str) -> str:
    """Return a sentence to the team as one about it; what stands in quotation marks stays.

    >>> turned("“Your kitchen” reaches your 8 % target. You may stop looking now.")
    '“Your kitchen” reaches the 8 % target.'
    """
    parts = _QUOTED.split(sentence)
    for k in range(0, len(parts), 2):
        for ours, theirs in _TURNED:
            parts[k] = parts[k].replace(ours, theirs)
    return "".join(parts)


def shown(results: Results, stages: Sequence[Stage]) -> dict[str, object]:
    """Return what the page shows of the figures; ``stages`` are those of the funnel."""
    everybody = results.everybody
    trust = [_of_nobody(check, results) for check in results.trust]
    panel = panel_of(trust)
    return {
        "results": results,
        "rule": results.rule,
        "verdict": results.verdict,
        "is_open": everybody.served > 0 or everybody.signups > 0,
        "badge": in_words.badge(results),
        "headline": turned(in_words.headline(results)),
        "evidence": turned(in_words.evidence_shown(results)),
        "claim": rule_in_words.claim(results.rule),
        "conditions": rule_in_words.conditions(results.rule),
        "what_counts": rule_in_words.what_counts(results.rule),
        "act": in_words.act(results),
        "standings": in_words.STANDINGS,
        "trust_panel": panel,
        "trust_sentence": turned(panel.sentence),
        "fragility": in_words.fragility(results),
        "attempt": attempt_phrase(results),
        "seal": short_seal(results.seal),
        "stages": stages,
        "shows_below": charts.shows_below(results),
        "evidence_days": charts.evidence_by_day(results),
        "drawn": {
            "rates": charts.intervals(results),
            "evidence": charts.evidence(results),
            "funnel": traffic_charts.funnel(results, stages),
        },
        "of_intervals": turned(conclusions.of_intervals(results)),
        "of_evidence": turned(conclusions.of_evidence(results)),
        "of_funnel": turned(conclusions.of_funnel(results, stages)),
    }


def rows_of(table: str, experiment: Experiment, results: Results) -> Rows:
    """Return one of ``SHARED_TABLES``, as members can take it along."""
    if table == "funnel":
        return rows_of_funnel(experiment, results, Filters())
    return TABLES[table](results)


def _of_nobody(check: Check, results: Results) -> Check:
    """A check whose reason names no source but those that the rule names, and common ones."""
    named = results.rule.sources or ()
    private = [s for s in results.sources if s not in named and _is_private(s)]
    is_named = check.check in NAME_SOURCES and any(
        re.search(rf"(?<!\w){re.escape(source)}(?!\w)", check.reason) for source in private
    )
    return replace(check, reason=UNTOLD if is_named else turned(check.reason))


def _is_private(source: str) -> bool:
    """Whether a source may tell who somebody is; a host of mail is often that of one company."""
    return group_of(source) == "other" or "." in source
