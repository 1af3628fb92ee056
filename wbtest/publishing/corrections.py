"""Mistakes in the words of a running page: what may be corrected, and how it is sealed. Pure.

The sealed text stays what it was. Each correction says what one text said before and says now, and
its seal covers the seal before it, so the seals are a chain from the one of the start. ``page_of``
puts a page together from what the rows say, with its corrections.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

from wbtest.publishing import page_copy, page_design
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Correction, Experiment, Variant
from wbtest.publishing.page_strings import display_letters
from wbtest.publishing.typefaces import cut_typeface
from wbtest.writing import document as documents
from wbtest.writing import text_diff
from wbtest.writing.coach.numbers import numbers_in, pairs_of
from wbtest.writing.text_rules import LONGEST_TEXT, find_fault, on_one_line, with_plain_breaks

# A text may differ from the sealed one in a tenth of its characters, and in one at least.
PART = 10
OF_VARIANTS = {
    "headline": "Headline",
    "subheading": "Subheading",
    "cta_text": "Call to action",
    "cta_label": "Button text",
    "body": "Body text",
}
OF_ALL = {
    "headline": "Headline",
    "subheading": "Subheading",
    "problem": "Problem",
    "alternative": "What people do today",
    "solution": "Solution",
    "why_now": "Why now",
    "quote": "The customer’s quote",
    "founder": "Your quote",
    "cta_text": "Call to action",
    "cta_label": "Button text",
}
# Where the document holds the texts that are a part of something.
_INSIDE = {
    "quote": ("customer_quote", "text"),
    "founder": ("company_quote", "text"),
    "cta_text": ("call_to_action", "text"),
    "cta_label": ("call_to_action", "label"),
}
_LINES = ("headline", "subheading", "cta_text", "cta_label")
_FIGURE = re.compile(r"[-−+]?\d(?:[\d.,:/'’\u00a0\u202f]*\d)?|[%‰٪％]")
# Chinese and Japanese put no space between words, so there each character is one.
_WORD = re.compile(r"[\u3400-\u9fff]|(?:(?![\u3400-\u9fff])[\w\u064b-\u0652])+")


class Place(NamedTuple):
    """Where a text stands: of the variant of this key, or '' for what all variants show."""

    variant: str
    field: str

    @property
    def name(self) -> str:
        """The place in one word, as the field of a form."""
        return f"{self.variant}.{self.field}" if self.variant else self.field


def label_of(field: str) -> str:
    """Return what people call the text.

    >>> label_of("cta_label"), label_of("answer_2")
    ('Button text', 'Answer 2')
    """
    return OF_ALL.get(field) or OF_VARIANTS.get(field) or field.replace("_", " ").capitalize()


def texts_of(
    document: documents.Document, overrides: Mapping[str, Mapping[str, Any]]
) -> dict[Place, str]:
    """Return each text of the page that may be corrected; ``overrides`` are by variant.

    Prices are none of them, nor is what the tool says by itself.
    """
    texts = {Place("", name): _text(document, name) for name in OF_ALL}
    for number, entry in enumerate(_questions(document), 1):
        texts[Place("", f"question_{number}")] = entry.question
        texts[Place("", f"answer_{number}")] = entry.answer
    for key, own in overrides.items():
        texts |= {Place(key, name): own.get(name, "") for name in OF_VARIANTS}
    return {place: text for place, text in texts.items() if text.strip()}


def in_force(corrections: Iterable[Correction]) -> list[Any]:
    """Return those that are on the page, the oldest first; the others wait for a second person."""
    return [each for each in corrections if each.approved_at is not None]


def corrected_document(
    document: documents.Document, corrections: Iterable[Correction]
) -> documents.Document:
    """Return the approved text as the page says it."""
    known = texts_of(document, {})
    for each in corrections:
        if Place(each.variant, each.field) in known:
            document = _with_text(document, each.field, each.after)
    return document


def corrected_overrides(
    key: str, overrides: Mapping[str, Any], corrections: Iterable[Correction]
) -> dict[str, Any]:
    """Return the words of a variant as its page says them."""
    return {**overrides, **{c.field: c.after for c in corrections if c.variant == key}}


def cleaned(field: str, text: str) -> str:
    """Return a typed text as it is kept."""
    text = with_plain_breaks(text).strip()
    is_line = field in _LINES or field.startswith("question_")
    return on_one_line(text) if is_line else text


def most_changes(original: str) -> int:
    """Return in how many characters a text may differ from the sealed one.

    >>> most_changes("Fvie dinners"), most_changes("Ready in 30 minutes, promised")
    (1, 2)
    """
    return max(1, len(original) // PART)


def find_correction_fault(field: str, original: str, text: str, language: str) -> str:
    """Return the sentence that says why ``text`` is no correction of ``original``, or ''.

    ``original`` is what was sealed, so many small corrections together can do no more than one. The
    measure is Levenshtein's: the fewest characters to insert, delete or replace.
    """
    if not text.strip():
        return "A correction can’t leave this empty. Enter the corrected text."
    if fault := find_fault(text, page_copy.LONGEST.get(field, LONGEST_TEXT)):
        return fault
    if _figures(original, language) != _figures(text, language):
        return (
            "A correction can’t change numbers or prices, nor words like “half”, “free” or "
            "“month”. Leave them as they are."
        )
    most = most_changes(original)
    # Above it only that it is above is asked, which takes a fraction of the time.
    if Levenshtein.distance(original, text, score_cutoff=most) > most:
        characters = "1 character" if most == 1 else f"{most:,} characters"
        return (
            f"A correction can change {characters} of this text’s {len(original):,}. "
            "Duplicate the test to say something else."
        )
    return ""


def sealed_values(correction: Correction) -> dict[str, Any]:
    """Return what the seal of an approved correction covers, as JSON."""
    assert correction.approved_at is not None, "only what is approved is sealed"
    return {
        "number": correction.number,
        "variant": correction.variant,
        "field": correction.field,
        "before": correction.before,
        "after": correction.after,
        "why": correction.why,
        "author": correction.author_id,
        "asked_at": correction.asked_at.isoformat(),
        "approver": correction.approver_id,
        "approved_at": correction.approved_at.isoformat(),
    }


def next_seal(previous: str, values: Mapping[str, Any]) -> str:
    """Return SHA-256, 64 hex digits, of the seal before it and the values as canonical JSON."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return rules.digest(previous + text)


def chain_faults(
    seals: tuple[str, str],
    originals: Mapping[Place, str],
    corrections: Sequence[Correction],
    language: str,
) -> Iterator[str]:
    """Yield a clause for each correction that is not what was approved.

    ``seals`` are that of the start, and the newest one as it was noted, '' without corrections.
    ``originals`` are the sealed texts, ``corrections`` those in force.
    """
    seal, newest = seals
    texts = dict(originals)
    for number, each in enumerate(corrections, 1):
        place = Place(each.variant, each.field)
        seal = next_seal(seal, sealed_values(each))
        if (each.number, each.seal) != (number, seal) or texts.get(place) != each.before:
            yield f"correction {each.number} differs from the approved one"
        elif find_correction_fault(each.field, originals[place], each.after, language):
            yield f"correction {each.number} changes more than a mistake"
        texts[place] = each.after
    if (seal if corrections else "") != newest:
        yield "the corrections are not the approved ones"


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Return the words in which two texts differ, from the first to the last.

    >>> excerpts("Fvie dinners from your kitchen", "Five dinners from your kitchen")
    ('Fvie', 'Five')
    """
    runs = text_diff.diff_words(before, after)
    changed = [place for place, run in enumerate(runs) if run.kind != "equal"]
    if not changed:
        return before, after
    # What only came or only went is shown with a word beside it.
    first, last = changed[0], changed[-1]
    middle = runs[first : last + 1]
    old = "".join(run.text for run in middle if run.kind != "insert")
    new = "".join(run.text for run in middle if run.kind != "delete")
    if old.strip() and new.strip():
        return old.strip(), new.strip()
    left = "".join(re.findall(r"\S+\s*$", runs[first - 1].text)) if first else ""
    right = "".join(re.findall(r"^\s*\S+", "".join(run.text for run in runs[last + 1 :][:1])))
    return f"{left}{old}{right}".strip(), f"{left}{new}{right}".strip()


def _figures(text: str, language: str) -> tuple[list[Any], ...]:
    """The numbers and prices of a text: as they are written, what they say, and in words.

    The words are those that lists of the language hold: numbers, money, shares and spans of time.
    """
    language = language.partition("-")[0] or "en"
    said = [(each.value, each.kind, each.currency) for each in numbers_in(text, language)]
    signs = [sign for sign in text if _is_figure(sign)]
    found = [word for word in map(str.lower, _WORD.findall(text)) if word in _words(language)]
    return _FIGURE.findall(text), said, signs, [_words(language)[word] for word in found]


def _is_figure(sign: str) -> bool:
    """Whether it is a fraction, a number that is no digit (², Ⅻ, 三), or a sign of money."""
    is_number = unicodedata.numeric(sign, None) is not None and not sign.isdecimal()
    return is_number or unicodedata.category(sign) == "Sc"


@cache
def _words(language: str) -> dict[str, str]:
    """Each word for a number, an amount or a span, and what says the same: week of weeks."""
    lists = (("any", "currencies"), ("any", "multipliers"), (language, "number_words"))
    return {
        word: meant
        for place in (*lists, (language, "figures"))
        for word, meant in ((key, value or key) for key, value in pairs_of(*place).items())
    }


def _questions(document: documents.Document) -> list[Any]:
    """The questions that the page shows."""
    return [entry for entry in document.questions("external") if entry.question and entry.answer]


def _text(document: documents.Document, field: str) -> str:
    if field in _INSIDE:
        part, name = _INSIDE[field]
        return str(getattr(getattr(document, part), name))
    return str(getattr(document, field))


def _with_text(document: documents.Document, field: str, text: str) -> documents.Document:
    kind, _, number = field.partition("_")
    if kind in ("question", "answer"):
        shown = _questions(document)[int(number) - 1]
        changed = replace(shown, **{kind: text})
        return replace(
            document, faq=tuple(changed if entry is shown else entry for entry in document.faq)
        )
    if field in _INSIDE:
        part, name = _INSIDE[field]
        return replace(document, **{part: replace(getattr(document, part), **{name: text})})
    changed_part: dict[str, Any] = {field: text}
    return replace(document, **changed_part)


def page_of(
    experiment: Experiment,
    variant: Variant | None = None,
    document: documents.Document | None = None,
    number: int | None = None,
) -> page_copy.PageCopy:
    """Return what the variant's page says; without a variant the approved text itself.

    ``document`` is the revision's, where the caller has read it already. Mistakes that were
    corrected since the start are corrected in it, or the first ``number`` of them.
    """
    document = document or documents.from_json(experiment.revision.document)
    if experiment.corrected_seal:
        found = in_force(experiment.corrections)[:number]
        document = corrected_document(document, found)
    return page_copy.build_copy(
        document,
        overrides_of(variant, number) if variant else None,
        page_design.from_json(experiment.look),
        experiment.wording,
    )


def has_faq(experiment: Experiment) -> bool:
    """Whether the page of some variant answers a question, which lets visitors ask one, too."""
    pages = (page_of(experiment, variant) for variant in experiment.variants)
    return any(section.kind == "faq" for page in pages for section in page.sections)


def cut_for(experiment: Experiment) -> bytes:
    """Return the display typeface of a test's page, cut to the letters of all its variants."""
    pages = [page_of(experiment, variant) for variant in experiment.variants]
    family = page_design.family_of(page_design.from_json(experiment.look))
    return cut_typeface(family, display_letters(pages))


def overrides_of(variant: Variant, number: int | None = None) -> dict[str, Any]:
    """Return the variant's own words, with what was corrected in them since the start.

    With a ``number`` only so many corrections are in them.
    """
    experiment = variant.experiment
    if not experiment.corrected_seal:
        return variant.overrides
    found = in_force(experiment.corrections)[:number]
    return corrected_overrides(variant.key, variant.overrides, found)
