"""The coach: a press release in, findings on exact words out. Pure, and never a score.

What the rules look for is in the ``…_rules`` modules, by part; what they say is in ``rules.toml``,
and their words are in ``words``. A rule that covers
some languages only stays silent in others, and ``unchecked`` names it.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import asdict, replace

from wbtest.writing.coach import (
    completeness_rules,
    fact_rules,
    faq_rules,
    headline_rules,
    length_rules,
    quote_rules,
    story_rules,
    wording_rules,
)
from wbtest.writing.coach.document_reader import (
    RELEASE_TEXTS,
    SEVERITIES,
    Check,
    CoachSettings,
    Finding,
    Mark,
    Reading,
    Rule,
    RuleTexts,
    Severity,
    Step,
    text_at,
)
from wbtest.writing.coach.word_lists import languages_of
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


_TEXTS = msgspec.toml.decode(
    Path(__file__).with_name("rules.toml").read_bytes(), type=dict[str, RuleTexts]
)


def _rule(
    rule_id: str,
    check: Check,
    languages: tuple[str, ...] = (),
    words_in: tuple[str, ...] = (),
) -> Rule:
    texts = asdict(_TEXTS[rule_id])
    return Rule(id=rule_id, check=check, languages=languages, words_in=words_in, **texts)


# In the order of the method.
RULES: tuple[Rule, ...] = (
    _rule("A1", length_rules.check_length),
    _rule("A2", length_rules.check_paragraphs),
    _rule("A3", length_rules.check_sentences),
    _rule("A4", length_rules.check_reading_grade, ("en",)),
    _rule("A5", length_rules.check_active_voice, languages_of("irregular_participles")),
    _rule("A6", wording_rules.check_weasel_words, languages_of("weasel")),
    _rule("A7", wording_rules.check_hype, languages_of("hype")),
    _rule("A8", wording_rules.check_excited, languages_of("excited")),
    _rule("A9", wording_rules.check_acronyms, wording_rules.LATIN),
    _rule("A10", wording_rules.check_jargon, words_in=languages_of("jargon")),
    _rule("A11", wording_rules.check_internal_metrics, languages_of("metrics")),
    _rule("A12", completeness_rules.check_as_launched, languages_of("future")),
    _rule("A13", completeness_rules.check_nothing_left),
    _rule("A14", completeness_rules.check_no_later, languages_of("later")),
    _rule("A15", completeness_rules.check_prose),
    _rule("A16", fact_rules.check_contradictions),
    _rule("A17", fact_rules.check_numbers_have_sources, languages_of("sources")),
    _rule("A18", headline_rules.check_customer_first, languages_of("company")),
    _rule("H1", headline_rules.check_headline, words_in=languages_of("headline_filler")),
    _rule("H2", headline_rules.check_short_headline),
    _rule("H3", headline_rules.check_no_technology, languages_of("technology")),
    _rule("S1", headline_rules.check_one_sentence),
    _rule("S2", headline_rules.check_segment),
    _rule("S3", headline_rules.check_not_everyone, languages_of("anybody")),
    _rule("S4", headline_rules.check_benefit, languages_of("benefit")),
    _rule("D1", story_rules.check_date_line),
    _rule("P1", story_rules.check_no_product),
    _rule("P2", story_rules.check_concrete, words_in=languages_of("concrete")),
    _rule("L1", story_rules.check_outcomes, languages_of("architecture")),
    _rule("L2", story_rules.check_better, words_in=languages_of("comparing")),
    _rule("L3", story_rules.check_two_paragraphs),
    _rule("N1", story_rules.check_what_changed, words_in=languages_of("changed")),
    _rule("K1", quote_rules.check_company_quote),
    _rule("Q1", quote_rules.check_customer_quote),
    _rule("Q2", quote_rules.check_first_person, languages_of("first_person")),
    _rule("Q3", quote_rules.check_feeling, languages_of("feelings")),
    _rule("Q4", quote_rules.check_not_forced),
    _rule("C1", story_rules.check_call_to_action),
    _rule("C2", story_rules.check_one_action, languages_of("actions")),
    _rule("F1", faq_rules.check_both_faqs),
    _rule("F2", faq_rules.check_external_topics),
    _rule("F3", faq_rules.check_internal_topics),
    _rule("F4", faq_rules.check_answered),
    _rule("F5", faq_rules.check_answers_fit, languages_of("asks_amount")),
    _rule("F6", faq_rules.check_hard_questions, languages_of("hard_questions")),
    _rule("F7", wording_rules.check_internal_names, languages_of("internal_words")),
)

# Who must fix more than this in one part fixes all of it at once.
MOST_OF_A_RULE = 12
_PARTS = {part.name: place for place, part in enumerate(PARTS["full"])}
_ORDER = {path: place for place, (path, _) in enumerate(RELEASE_TEXTS)}


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
        return [reading.missing("", "warn", said, "Tell who runs this server.")]


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
    text = int(row[1]) if row else _ORDER.get(mark.path, -1)
    return _PARTS.get(mark.part, -1), text, mark.start, mark.path
