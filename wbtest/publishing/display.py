"""What the team's pages show of an experiment: variants, previews, and what a start signs off.

A preview link shows one variant before strangers see it, and is never counted.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask import url_for

from wbtest.extensions import clock, runtime
from wbtest.publishing import (
    corrections,
    live_snapshot,
    page_copy,
    page_strings,
    tracking_links,
)
from wbtest.publishing.models import Experiment, TrackingLink, Variant
from wbtest.publishing.own_hosts import page_url
from wbtest.publishing.page_options import STEP_LABELS, follow_ups, from_json
from wbtest.publishing.post_texts import Post, write_post
from wbtest.publishing.sealing import sealed_rule
from wbtest.review.approvals import is_approved
from wbtest.team.models import Person
from wbtest.web import net_url
from wbtest.writing import document as documents
from wbtest.writing import releases, text_diff
from wbtest.writing.text_rules import joined, paragraphs

PART_NAMES = {
    "problem": "Problem",
    "alternative": "What people do today",
    "solution": "Solution",
    "why_now": "Why now",
    "quote": "The customer’s quote",
    "founder": "Your quote",
    "faq": "Questions",
}
CHANGE_NAMES = {
    "subheading": "Subheading",
    "cta_text": "Call to action",
    "cta_label": "Button text",
    "price": "Price",
    "body": "Body text",
    "order": "Order",
    "hero": "Picture",
    "hero_alt": "Picture description",
}
GOOD_FOR = timedelta(days=14)
ELSEWHERE = "taken over from an earlier page"


class ShownVariant(NamedTuple):
    """One variant. ``share`` is the fraction of visitors that it gets.

    ``is_twin``: beside the control it says nothing else yet.
    ``words`` are all that differ from the approved text beside the headline: the name of each part
    and its paragraphs. ``writer`` is who wrote them last, '' for nobody.
    """

    key: str
    name: str
    headline: str
    share: float
    is_twin: bool
    words: tuple[tuple[str, tuple[str, ...]], ...]
    writer: str


def shown_variants(experiment: Experiment) -> list[ShownVariant]:
    """Return the experiment's variants in order, the control first."""
    document = documents.from_json(experiment.revision.document)
    total = sum(variant.weight for variant in experiment.variants)
    return [
        ShownVariant(
            key=variant.key,
            name=variant.name,
            headline=corrections.page_of(experiment, variant, document).headline,
            share=variant.weight / total,
            is_twin=bool(variant.position) and not variant.overrides,
            words=tuple(_words(variant)),
            writer=variant.writer.name if variant.writer else "",
        )
        for variant in experiment.variants
    ]


class ShownLink(NamedTuple):
    """A tracking link as the team sees it; ``is_counted``: the rule counts visitors through it.

    ``post`` is None while nobody has approved the text.
    """

    link: TrackingLink
    name: str
    address: str
    is_counted: bool
    post: Post | None


def shown_links(experiment: Experiment) -> list[ShownLink]:
    """Return the links that are kept with a test, the oldest first."""
    rule, url = sealed_rule(experiment), page_url(experiment)
    links = experiment.tracking_links
    page = _page_to_post(experiment) if links else None
    is_told = rule.disclosure == "before"
    return [
        ShownLink(
            link=link,
            name=tracking_links.name_of_channel(link.source),
            address=address,
            is_counted=rule.counts_source(link.source),
            post=write_post(page, link.source, address, is_told=is_told) if page else None,
        )
        for link in links
        for address in [tracking_links.link_address(link, url)]
    ]


def _page_to_post(experiment: Experiment) -> page_copy.PageCopy | None:
    """What the control's page says; before the start the approved text, None while it isn't."""
    if experiment.state != "draft":
        return corrections.page_of(experiment, experiment.variants[0])
    return corrections.page_of(experiment) if is_approved(experiment.revision) else None


class SmallWords(NamedTuple):
    """The tool's words that the team says otherwise: where each stands, and what it says now.

    ``writers`` are all who changed them, '' where they were taken over from another page.
    """

    words: tuple[tuple[str, str], ...]
    writers: str


def small_words(experiment: Experiment) -> SmallWords:
    """Return the words that are the same on every variant, and not the usual ones."""
    said = tuple(
        (page_strings.WORDING.get(name, name), text) for name, text in experiment.wording.items()
    )
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
    token = preview_token(experiment, variant_key)
    return f"/p/{experiment.slug}?preview={token}"


def differences(
    approved: page_copy.PageCopy, page: page_copy.PageCopy
) -> list[tuple[str, tuple[text_diff.DiffRun, ...]]]:
    """Return the name and the words of each part in which a page differs from the approved one."""
    kinds = {section.kind for section in approved.sections}
    common = kinds & {section.kind for section in page.sections}
    old, new = _said(approved, common), _said(page, common)
    return [
        (name, text_diff.diff_words(old.get(name, ""), new.get(name, "")))
        for name in dict.fromkeys([*old, *new])
        if old.get(name, "") != new.get(name, "")
    ]


def _said(page: page_copy.PageCopy, ordered: Collection[str]) -> dict[str, str]:
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
        CHANGE_NAMES["hero_alt"]: page.look.hero_alt,
    }


def parts_of(experiment: Experiment) -> list[tuple[str, str]]:
    """Key and name of each part that the approved page has, in its usual order."""
    page = corrections.page_of(experiment)
    return [(section.kind, PART_NAMES[section.kind]) for section in page.sections]


def _words(variant: Variant) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Every part in which the variant differs, but for its headline."""
    overrides = corrections.overrides_of(variant)
    for name, label in CHANGE_NAMES.items():
        said = overrides.get(name)
        if name == "order" and said:
            yield label, (" · ".join(PART_NAMES[part] for part in said),)
        elif name == "hero" and said:
            yield label, ("none" if said == page_copy.NO_PICTURE else "another one",)
        elif said:
            yield label, paragraphs(said)


def preview_token(experiment: Experiment, variant_key: str) -> str:
    """Return the signed name of one variant, good for 14 days; it fits into a query."""
    until = int((clock.now() + GOOD_FOR).timestamp())
    claim = f"{experiment.id}.{variant_key}.{until}"
    return f"{claim}.{_sign(claim)}"


def read_preview(token: str) -> tuple[int, str] | None:
    """Return experiment id and variant key, or None for a token that is not ours or too old."""
    claim, _, signature = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(signature, _sign(claim)):
        return None
    experiment_id, variant_key, until = claim.split(".")
    if clock.now() > datetime.fromtimestamp(int(until), UTC):
        return None
    return int(experiment_id), variant_key


def find_preview(
    slug: str, token: str
) -> tuple[live_snapshot.LiveExperiment, live_snapshot.LiveVariant] | None:
    """Return what a preview link at this address shows, or None.

    A text that nobody has approved is not shown to the holder of a link either.
    """
    claimed = read_preview(token)
    if claimed is None:
        return None
    live = live_snapshot.find_for_preview(claimed[0])
    variant = live.find_variant(claimed[1]) if live else None
    if live is None or variant is None or live.slug != slug.lower():
        return None
    return live, variant


def _sign(claim: str) -> str:
    # The purpose is part of what is signed, so no other signature of ours can stand in for it.
    secret = runtime().settings.secret_key
    return hmac.new(secret.encode(), f"preview:{claim}".encode(), hashlib.sha256).hexdigest()


class Added(NamedTuple):
    """A part of a draft that no approval covers, and who it is by, in words."""

    part: str
    by: str


def added_to(experiment: Experiment, reader: Person) -> list[Added]:
    """Return the parts of the draft that no approval covers, worded for ``reader``."""
    return list(_added_to(experiment, reader))


def _added_to(experiment: Experiment, reader: Person) -> Iterator[Added]:
    for variant in experiment.variants:
        if variant.overrides:
            yield Added(f"the words of “{variant.name}”", _by([variant.writer], reader))
    if said := small_words(experiment).words:
        places = joined([f"“{place}”" for place, _ in said])
        yield Added(f"labels: {places}", _by(people_of(experiment, "worded"), reader))
    shown = follow_ups(from_json(experiment.options))
    by = _by([experiment.questions_writer], reader)
    if shown.questions:
        asked = joined([f"“{question.text}”" for question in shown.questions])
        yield Added(f"the questions after the sign-up: {asked}", by)
    for step in shown.asks_for:
        said_of_it = STEP_LABELS[step][0].lower() + STEP_LABELS[step][1:]
        to = f", {shown.preorder_url}" if step == "preorder" else ""
        yield Added(f"a step after the sign-up: {said_of_it}{to}", by)
    if shown.link_url:
        yield Added(f"a link after the sign-up: “{shown.link_label}”, {shown.link_url}", by)
    if experiment.look:
        yield Added("the look", _by(people_of(experiment, "styled"), reader))


def _by(people: Sequence[Person | None], reader: Person) -> str:
    names = ["you" if person == reader else person.name for person in people if person]
    return f"by {joined(names)}" if names else ELSEWHERE


def ways_of(experiment: Experiment) -> dict[str, str]:
    """Return the address of each place where something is fixed, as a ``Finding`` calls it."""
    release_id, number = experiment.revision.release_id, experiment.revision.number
    newest = releases.find_newest_revision(experiment.revision.release) or experiment.revision
    revision = url_for("review.revision", release_id=release_id, number=number)
    return {
        "revision": revision,
        "newest": url_for("review.revision", release_id=release_id, number=newest.number),
        "release": url_for("writing.release", release_id=release_id),
        "rule": _card_url(experiment, "rule", open="rule"),
        "team": url_for("team.identity"),
        "options": _card_url(experiment, "options", open="options"),
        "look": url_for("publishing.design", experiment_id=experiment.id),
        "variants": _card_url(experiment, "variants"),
        "net": net_url(),
        "server": url_for("help.page", topic="settings"),
        # Without an approved text there is no preview.
        "preview": preview_url(experiment, experiment.variants[0].key) or revision,
    }


def _card_url(experiment: Experiment, card: str, **query: Any) -> str:
    """The address of the Test page at one of its cards; ``open`` names the form to fold out."""
    return url_for("ideas.experiment", experiment_id=experiment.id, _anchor=card, **query)
