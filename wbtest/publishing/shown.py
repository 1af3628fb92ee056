"""What the team's pages show of experiments and their variants, as values ready for a template."""

from collections.abc import Iterable
from dataclasses import dataclass

from wbtest.http import day
from wbtest.publishing import copy, in_words, previews
from wbtest.publishing import rule as rules
from wbtest.publishing.assembling import page_of
from wbtest.publishing.models import Experiment, Variant
from wbtest.review.standing import is_approved
from wbtest.writing import document as documents
from wbtest.writing.wording import paragraphs

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
}


@dataclass(frozen=True, slots=True)
class ShownExperiment:
    """One row of the list: the approved headline, the claim, and ``facts`` in small print."""

    experiment: Experiment
    headline: str
    claim: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownVariant:
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


def shown_experiments(experiments: Iterable[Experiment]) -> list[ShownExperiment]:
    """Return a row for each experiment."""
    return [
        ShownExperiment(
            experiment=experiment,
            headline=str(experiment.revision.document.get("headline", "")),
            claim=in_words.claim(rules.from_json(experiment.rule)),
            facts=tuple(_facts(experiment)),
        )
        for experiment in experiments
    ]


def _facts(experiment: Experiment) -> Iterable[str]:
    count = len(experiment.variants)
    yield f"/p/{experiment.slug}"
    yield "1 variant" if count == 1 else f"{count} variants"
    yield f"revision {experiment.revision.number}"
    if experiment.started_at:
        yield f"started {day(experiment.started_at)}"
    if experiment.ended_at:
        yield f"ended {day(experiment.ended_at)}"


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


def preview_url(experiment: Experiment, variant_key: str) -> str:
    """The link under which the team looks at a variant without being counted.

    '' while nobody has approved the text: then a link shows nothing.
    """
    if not is_approved(experiment.revision):
        return ""
    token = previews.preview_token(experiment, variant_key)
    return f"/p/{experiment.slug}?preview={token}"


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
    for name, label in CHANGE_NAMES.items():
        said = variant.overrides.get(name)
        if name == "order" and said:
            yield label, (" · ".join(PART_NAMES[part] for part in said),)
        elif name == "layout" and said:
            yield label, (copy.LAYOUTS[said],)
        elif said:
            yield label, paragraphs(said)
