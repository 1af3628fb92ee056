"""What a public page says: copied from the external parts of an approved document. Pure.

This is the one gate between what the team wrote and what strangers read. A part that is not named
here cannot reach a page.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from wbtest.publishing.page_design import LONGEST_ALT, USUAL, Look, read_name
from wbtest.writing import document as documents
from wbtest.writing import languages
from wbtest.writing.text_rules import (
    LONGEST_TEXT,
    find_fault,
    on_one_line,
    paragraphs,
    with_plain_breaks,
)

SECTIONS = ("problem", "alternative", "solution", "quote", "founder", "why_now", "faq")
# What a variant may replace; ``order`` is a list of SECTIONS, ``body`` stands instead of problem,
# alternative and solution, ``hero`` is a picture's name or NO_PICTURE and ``hero_alt`` says what
# it shows.
OVERRIDES = (
    *("headline", "subheading", "cta_text", "cta_label", "price", "body", "order"),
    *("hero", "hero_alt"),
)
NO_PICTURE = "none"
LONGEST = {
    "headline": 300,
    "subheading": 600,
    "cta_text": 300,
    "cta_label": 60,
    "price": 120,
    "body": LONGEST_TEXT,
    "hero": LONGEST_ALT,
    "hero_alt": LONGEST_ALT,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A question of the external FAQ with its answer, one entry a paragraph."""

    question: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page; ``kind`` is one of SECTIONS or ``body``.

    ``speaker`` is who says a quote; the founder's ``role`` stands beside the name.
    """

    kind: str
    paragraphs: tuple[str, ...] = ()
    speaker: str = ""
    role: str = ""
    questions: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class PageCopy:
    """The words of one variant's page, in reading order, and its look.

    ``wording`` are the tool's own words that the team changed, as ``strings_of`` reads them.
    """

    product: str
    language: str
    dir: str
    headline: str
    subheading: str
    cta_text: str
    cta_label: str
    price: str
    sections: tuple[Section, ...]
    look: Look = USUAL
    wording: tuple[tuple[str, str], ...] = ()


class NotAnOverride(ValueError):
    """A variant that changes what it may not; ``field`` names it, the text says what is allowed."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def check_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides without empty ones. Raises NotAnOverride for what is not allowed."""
    given = {name: _override(name, value) for name, value in overrides.items()}
    kept = {name: value for name, value in given.items() if value}
    if kept.get("hero", NO_PICTURE) == NO_PICTURE:
        kept.pop("hero_alt", None)
    elif "hero_alt" not in kept:
        raise NotAnOverride("hero_alt", "Say what the picture shows, for people who can’t see it.")
    return kept


def _override(name: str, value: Any) -> str | list[str]:
    if name not in OVERRIDES:
        raise NotAnOverride(str(name)[:40], "A variant cannot change this part.")
    if name == "order":
        return _order(value or [])
    if not isinstance(value, str):
        raise NotAnOverride(name, "This must be text.")
    text = with_plain_breaks(value).strip()
    if name != "body":
        text = on_one_line(text)
    if fault := find_fault(text, LONGEST[name]):
        raise NotAnOverride(name, fault)
    if name == "hero" and text not in ("", NO_PICTURE) and read_name(text) is None:
        raise NotAnOverride(name, "Choose a picture from the list.")
    return text


def _order(value: Any) -> list[str]:
    """The order given, or an empty list when it is the usual one."""
    order = [str(part) for part in value] if isinstance(value, list | tuple) else []
    if value and sorted(order) != sorted(SECTIONS):
        raise NotAnOverride("order", "Each part must be in the order exactly once.")
    return [] if tuple(order) == SECTIONS else order


def build_copy(
    document: documents.Document,
    overrides: Mapping[str, Any] | None = None,
    look: Look = USUAL,
    wording: Mapping[str, str] | None = None,
) -> PageCopy:
    """Return what the page says, from the document's external parts and a variant's overrides.

    ``look`` and ``wording`` are the experiment's, the same for all variants but for their picture.
    """
    changed = check_overrides(overrides or {})
    action = replace(
        document.call_to_action,
        **{
            part: changed[name]
            for name, part in (("cta_text", "text"), ("cta_label", "label"), ("price", "price"))
            if name in changed
        },
    )
    return PageCopy(
        product=document.product,
        language=document.language or "en",
        dir=languages.direction(document.language),
        headline=changed.get("headline", document.headline),
        subheading=changed.get("subheading", document.subheading),
        cta_text=action.text,
        cta_label=action.label or action.text,
        price=action.price,
        sections=tuple(_sections(document, changed)),
        look=_look(look, changed),
        wording=tuple(sorted((wording or {}).items())),
    )


@lru_cache(maxsize=256)
def digest(page: PageCopy) -> str:
    """SHA-256 of the page's words, 64 hex digits; it goes into the seal.

    Empty parts are left out, so that a later version with more parts to offer gives a page that
    has none of them the digest it always had.
    """
    values = _without_empty(asdict(page))
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {name: _without_empty(entry) for name, entry in value.items()}
        return {name: entry for name, entry in inner.items() if entry}
    if isinstance(value, list | tuple):
        return [_without_empty(entry) for entry in value]
    return value


def _look(look: Look, changed: Mapping[str, Any]) -> Look:
    """The look with the variant's own picture, or without any."""
    hero = changed.get("hero", "")
    if not hero:
        return look
    is_shown = hero != NO_PICTURE
    return replace(look, hero=hero if is_shown else "", hero_alt=changed.get("hero_alt", ""))


def _sections(document: documents.Document, changed: Mapping[str, Any]) -> list[Section]:
    quote = document.customer_quote
    speaker = ", ".join(words.strip() for words in (quote.speaker, quote.role) if words.strip())
    texts = ("problem", "alternative", "solution", "why_now")
    found = {
        **{name: Section(name, paragraphs(getattr(document, name))) for name in texts},
        "quote": Section("quote", paragraphs(quote.text), speaker=speaker),
        "founder": Section(
            "founder",
            paragraphs(document.company_quote.text),
            speaker=document.company_quote.speaker.strip(),
            role=document.company_quote.role.strip(),
        ),
        "faq": Section(
            "faq",
            questions=tuple(
                Answer(question.question, paragraphs(question.answer))
                for question in document.questions("external")
                if question.question and question.answer
            ),
        ),
    }
    order = list(changed.get("order") or SECTIONS)
    if "body" in changed:
        first = min(order.index(name) for name in ("problem", "alternative", "solution"))
        order.insert(first, "body")
        found["body"] = Section("body", paragraphs(changed["body"]))
        order = [name for name in order if name not in ("problem", "alternative", "solution")]
    return [found[name] for name in order if found[name].paragraphs or found[name].questions]
