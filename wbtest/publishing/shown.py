"""What the team's pages show of experiments and their variants, as values ready for a template."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from wbtest.publishing import copy, previews
from wbtest.publishing.assembling import overrides_of, page_of
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.looks.forms import PLACES
from wbtest.publishing.models import Experiment, Variant
from wbtest.review.approvals import is_approved
from wbtest.team.models import Person
from wbtest.writing import document as documents
from wbtest.writing.text_diff import DiffRun, diff_words
from wbtest.writing.text_rules import joined, paragraphs

PART_NAMES = {
    "problem": "Problem",
    "alternative": "What people do today",
    "solution": "Solution",
    "why_now": "Why now",
    "quote": "The customer’s quote",
    "faq": "Questions",
}
CHANGE_NAMES = {
    "subheading": "Subheading",
    "cta_text": "Call to action",
    "cta_label": "Words on the button",
    "price": "Price",
    "body": "Text instead of problem, today and solution",
    "order": "Order of the parts",
    "layout": "Layout",
    "hero": "Picture",
    "hero_alt": "What the picture shows",
}


class ShownVariant(NamedTuple):
    """One variant. ``share`` is the fraction of visitors that it gets.

    ``words`` are all that differ from the approved text beside the headline: the name of each part
    and its paragraphs. ``writer`` is who wrote them last, '' for nobody. ``preview_url`` is ''
    while the text is not approved.
    """

    key: str
    name: str
    headline: str
    weight: int
    share: float
    changes: str
    words: tuple[tuple[str, tuple[str, ...]], ...]
    writer: str
    preview_url: str


def shown_variants(experiment: Experiment) -> list[ShownVariant]:
    """Return the experiment's variants in order, the control first."""
    document = documents.from_json(experiment.revision.document)
    total = sum(variant.weight for variant in experiment.variants)
    return [
        ShownVariant(
            key=variant.key,
            name=variant.name,
            headline=page_of(experiment, variant, document).headline,
            weight=variant.weight,
            share=variant.weight / total,
            changes=_changes(variant),
            words=tuple(_words(variant)),
            writer=variant.writer.name if variant.writer else "",
            preview_url=preview_url(experiment, variant.key),
        )
        for variant in experiment.variants
    ]


class SmallWords(NamedTuple):
    """The tool's words that the team says otherwise: where each stands, and what it says now.

    ``writers`` are all who changed them, '' where they were taken over from another page.
    """

    words: tuple[tuple[str, str], ...]
    writers: str


def small_words(experiment: Experiment) -> SmallWords:
    """Return the words that are the same on every variant, and not the usual ones."""
    labels = {name: label for texts in PLACES.values() for name, label in texts.items()}
    said = tuple((labels.get(name, name), text) for name, text in experiment.wording.items())
    return SmallWords(said, joined([person.name for person in people_of(experiment, "worded")]))


def people_of(experiment: Experiment, what: str) -> list[Person]:
    """Return everybody who took this step with the experiment, each once."""
    steps = [step for step in experiment.steps if step.what == what]
    return [*dict.fromkeys(step.person for step in steps if step.person)]


def preview_url(experiment: Experiment, variant_key: str) -> str:
    """The link under which the team looks at a variant without being counted.

    '' while nobody has approved the text: then a link shows nothing.
    """
    if not is_approved(experiment.revision):
        return ""
    token = previews.preview_token(experiment, variant_key)
    return f"/p/{experiment.slug}?preview={token}"


def differences(approved: PageCopy, page: PageCopy) -> list[tuple[str, tuple[DiffRun, ...]]]:
    """Return the name and the words of each part in which a page differs from the approved one."""
    kinds = {section.kind for section in approved.sections}
    common = kinds & {section.kind for section in page.sections}
    old, new = _said(approved, common), _said(page, common)
    return [
        (name, diff_words(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    ]


def _said(page: PageCopy, ordered: Collection[str]) -> dict[str, str]:
    """All words of a page by the name of their part, and the order of the parts ``ordered``."""
    names = {"headline": "Headline"} | CHANGE_NAMES
    parts = ("headline", "subheading", "cta_text", "cta_label", "price")
    said = {names[part]: getattr(page, part) for part in parts}
    told = "\n\n".join(
        "\n\n".join(section.paragraphs)
        for section in page.sections
        if section.kind in ("problem", "alternative", "solution", "body")
    )
    order = [section.kind for section in page.sections if section.kind in ordered]
    return said | {
        "Problem, today and solution": told,
        CHANGE_NAMES["order"]: " · ".join(PART_NAMES[kind] for kind in order if kind in PART_NAMES),
        CHANGE_NAMES["layout"]: copy.LAYOUTS[page.layout],
        CHANGE_NAMES["hero_alt"]: page.look.hero_alt,
    }


def parts_of(experiment: Experiment) -> list[tuple[str, str]]:
    """Key and name of each part that the approved page has, in its usual order."""
    page = page_of(experiment)
    return [(section.kind, PART_NAMES[section.kind]) for section in page.sections]


def _changes(variant: Variant) -> str:
    """Whether its headline is the approved one; ``_words`` are shown beside it."""
    if variant.overrides:
        return "another headline" if "headline" in variant.overrides else "the approved headline"
    return "the approved text" if variant.position == 0 else "nothing differs yet"


def _words(variant: Variant) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Every part in which the variant differs, but for its headline."""
    overrides = overrides_of(variant)
    for name, label in CHANGE_NAMES.items():
        said = overrides.get(name)
        if name == "order" and said:
            yield label, (" · ".join(PART_NAMES[part] for part in said),)
        elif name == "layout" and said:
            yield label, (copy.LAYOUTS[said],)
        elif name == "hero" and said:
            yield label, ("none" if said == copy.NO_PICTURE else "another one",)
        elif said:
            yield label, paragraphs(said)
