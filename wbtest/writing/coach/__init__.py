"""The coach: a press release in, findings on exact words out. Pure, and never a score.

The rules are in the ``…_rules`` modules, by part; their words are in ``words``. A rule that covers
some languages only stays silent in others, and ``unchecked`` names it.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from msgspec.structs import replace

from wbtest.writing.coach import (
    action_rules,
    completeness_rules,
    fact_rules,
    faq_rules,
    headline_rules,
    insider_rules,
    length_rules,
    quote_rules,
    story_rules,
    wording_rules,
)
from wbtest.writing.coach.document_reader import (
    RELEASE_TEXTS,
    SEVERITIES,
    CoachSettings,
    Finding,
    Mark,
    Reading,
    Rule,
    Severity,
    Step,
    text_at,
)
from wbtest.writing.document import PARTS, Document, Form

__all__ = [
    "RULES",
    "SEVERITIES",
    "CoachSettings",
    "Finding",
    "Rule",
    "Step",
    "findings_of",
    "unchecked",
]


log = logging.getLogger(__name__)


# In the order of the method.
RULES: tuple[Rule, ...] = (
    length_rules.A1,
    length_rules.A2,
    length_rules.A3,
    length_rules.A4,
    length_rules.A5,
    wording_rules.A6,
    wording_rules.A7,
    wording_rules.A8,
    insider_rules.A9,
    insider_rules.A10,
    insider_rules.A11,
    completeness_rules.A12,
    completeness_rules.A13,
    completeness_rules.A14,
    completeness_rules.A15,
    fact_rules.A16,
    fact_rules.A17,
    headline_rules.A18,
    headline_rules.H1,
    headline_rules.H2,
    headline_rules.H3,
    headline_rules.S1,
    headline_rules.S2,
    headline_rules.S3,
    headline_rules.S4,
    story_rules.D1,
    story_rules.P1,
    story_rules.P2,
    story_rules.L1,
    story_rules.L2,
    story_rules.L3,
    story_rules.N1,
    quote_rules.K1,
    quote_rules.Q1,
    quote_rules.Q2,
    quote_rules.Q3,
    quote_rules.Q4,
    action_rules.C1,
    action_rules.C2,
    faq_rules.F1,
    faq_rules.F2,
    faq_rules.F3,
    faq_rules.F4,
    faq_rules.F5,
    faq_rules.F6,
    insider_rules.F7,
)

# Who must fix more than this in one part fixes all of it at once.
MOST_OF_A_RULE = 12
_PARTS = {part.name: place for place, part in enumerate(PARTS["full"])}
_TEXTS = {path: place for place, (path, _) in enumerate(RELEASE_TEXTS)}


def findings_of(
    document: Document,
    form: Form,
    today: date,
    settings: CoachSettings | None = None,
    rules: tuple[Rule, ...] | None = None,
) -> tuple[Finding, ...]:
    """Return what the coach finds, in reading order; ``today`` is the draft's day.

    In the short form only honesty rules keep their severity; what the others find is a note. Of one
    rule each part gets ``MOST_OF_A_RULE`` findings of a severity; the last says how many more there
    are. ``rules`` are all by default.
    """
    return _found(
        document, form, today, settings or CoachSettings(), RULES if rules is None else rules
    )


# One text is judged again and again: for its page, when it is frozen and when it is approved.
@lru_cache(maxsize=32)
def _found(
    document: Document, form: Form, today: date, settings: CoachSettings, rules: tuple[Rule, ...]
) -> tuple[Finding, ...]:
    reading = Reading(document, form, today, settings)
    found = [
        _finding(rule, mark, reading)
        for rule in rules
        if rule.id not in reading.settings.muted and _covers(rule, reading.language)
        for mark in _not_too_many(_marks_of(rule, reading))
    ]
    return tuple(sorted(found, key=lambda finding: _place(finding.mark)))


def _marks_of(rule: Rule, reading: Reading) -> list[Mark]:
    """What a rule marks. One that breaks says so, and takes nobody's text away."""
    try:
        return list(rule.check(reading))
    except Exception:
        log.exception("coach %s broke on a text in %r", rule.id, reading.language)
        said = f"Rule {rule.id} could not read this text. Nothing is lost."
        return [reading.missing("", "release", "warn", said, "Tell who runs this server.")]


def _not_too_many(marks: Iterable[Mark]) -> Iterator[Mark]:
    # Apart by severity, or many notes would hide a stop.
    apart: dict[tuple[str, Severity], list[Mark]] = {}
    for mark in marks:
        apart.setdefault((mark.part, mark.severity), []).append(mark)
    for found in apart.values():
        yield from found[: MOST_OF_A_RULE - 1]
        more = len(found) - MOST_OF_A_RULE
        for last in found[MOST_OF_A_RULE - 1 : MOST_OF_A_RULE]:
            yield replace(last, message=f"{last.message} And {more} more.") if more else last


def unchecked(language: str) -> tuple[Rule, ...]:
    """The rules whose words do not cover this language, so that they say nothing or little."""
    code = language.split("-")[0].lower()
    return tuple(
        rule
        for rule in RULES
        if not _covers(rule, code) or (rule.words_in and code not in rule.words_in)
    )


def _covers(rule: Rule, language: str) -> bool:
    return not rule.languages or language in rule.languages


def _finding(rule: Rule, mark: Mark, reading: Reading) -> Finding:
    words = text_at(reading.document, mark.path)[mark.start : mark.end] if mark.end else ""
    severity: Severity = mark.severity
    if reading.form == "short" and not rule.is_honesty:
        severity = "note"
    return Finding(rule, mark, words, severity)


def _place(mark: Mark) -> tuple[int, int, int, str]:
    """Where a reader meets it; what concerns the whole release or a whole part comes first."""
    row = re.match(r"faq\[(\d+)\]", mark.path)
    text = int(row[1]) if row else _TEXTS.get(mark.path, -1)
    return _PARTS.get(mark.part, -1), text, mark.start, mark.path
