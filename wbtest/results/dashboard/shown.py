"""What every page about one experiment's results says alike: first screen, tabs and memo."""

from __future__ import annotations

from wbtest.publishing import in_words as rule_in_words
from wbtest.publishing.decisions import contradiction, decisions
from wbtest.publishing.models import Experiment
from wbtest.publishing.rule import EXCLUDED
from wbtest.results import in_words, standing
from wbtest.results.crowds import lines
from wbtest.results.dashboard.advice import advice, missing
from wbtest.results.figures import Results
from wbtest.results.figures_json import crowds_json
from wbtest.results.trust import is_lost, panel_of
from wbtest.runtime import runtime

# Endpoint and name of each tab; the first screen is the first one.
TABS = (
    ("results", "Verdict"),
    ("over_time", "Over time"),
    ("who_came", "Who came"),
    ("what_they_said", "What they said"),
    ("for_information", "For information"),
)


def shown(experiment: Experiment, found: Results) -> dict[str, object]:
    """Return what all of them show."""
    base_url = runtime().settings.base_url
    everybody = found.everybody
    return {
        "experiment": experiment,
        "product": experiment.revision.document.get("product", ""),
        "public_url": f"{base_url}/p/{experiment.slug}",
        "results": found,
        "rule": found.rule,
        "verdict": found.verdict,
        "claim": rule_in_words.claim(found.rule),
        "outcomes": rule_in_words.outcomes(found.rule),
        "conditions": rule_in_words.conditions(found.rule),
        "what_counts": rule_in_words.what_counts(found.rule),
        "excluded": EXCLUDED,
        "badge": in_words.badge(found),
        "headline": in_words.headline(found),
        "evidence": in_words.evidence_shown(found),
        "fragility": in_words.fragility(found),
        "price": in_words.price(found),
        "act": in_words.act(found),
        "promise": in_words.promise(found),
        "advice": advice(found),
        "is_lost": found.verdict.is_withheld and is_lost(found.trust),
        "missing": missing(found),
        "crowds": lines(crowds_json(found)),
        "final_moment": in_words.final_moment(found),
        "standings": in_words.STANDINGS,
        "standing": standing.standing(experiment, found),
        "attempt": standing.attempt_phrase(found),
        "decisions": [(decision, contradiction(decision)) for decision in decisions(experiment)],
        "trust_panel": panel_of(found.trust),
        "tabs": TABS,
        # Whether there is anything to draw.
        "is_anybody": everybody.served > 0 or everybody.signups > 0,
    }
