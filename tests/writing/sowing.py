"""Puts one flaw into a release. Each function returns what turns a good release into a bad one.

In the given texts ``{product}``, ``{segment}``, ``{subheading}`` and ``{owner}`` stand for what
the release itself says; the owner is that of its honest open question.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from wbtest.writing.document import Audience, Document, Question

Sow = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that a strict editor would mark.

    ``language`` is a code like ``de``, or '' for a flaw of any language. ``words`` are the words
    that are wrong, or '' when something is missing or the rule looks at a whole part. A finding
    need not have the same ends: it hits when its words and these overlap.
    """

    name: str
    rule: str
    language: str
    words: str
    sow: Sow


def filled(text: str, document: Document) -> str:
    """The text with the release's own names in it."""
    owners = [q.open.owner for q in document.faq if q.open]
    own = {
        "{product}": document.product,
        "{segment}": document.segment,
        "{subheading}": document.subheading,
        "{misspelt}": misspelt(document.product),
        "{owner}": owners[0] if owners else "",
    }
    for name, value in own.items():
        text = text.replace(name, value)
    return text


def misspelt(product: str) -> str:
    """The product with other capitals.

    >>> misspelt("HearthWill"), misspelt("ROOST"), misspelt("Larder")
    ('Hearthwill', 'Roost', 'LARDER')
    """
    return product.capitalize() if product != product.capitalize() else product.upper()


def sets(**texts: str) -> Sow:
    """Replace parts: ``sets(headline="")``."""
    return lambda document: replace(
        document, **{name: filled(text, document) for name, text in texts.items()}
    )


def sets_in(part: str, **texts: str) -> Sow:
    """Replace fields of a part: ``sets_in("dateline", city="")``."""

    def sow(document: Document) -> Document:
        fields: dict[str, Any] = {name: filled(text, document) for name, text in texts.items()}
        return replace(document, **{part: replace(getattr(document, part), **fields)})

    return sow


def adds(part: str, text: str, between: str = "") -> Sow:
    """Put a text behind a part, after a space where the script has spaces."""

    def sow(document: Document) -> Document:
        space = between or ("" if document.language.startswith("ja") else " ")
        return replace(document, **{part: getattr(document, part) + space + filled(text, document)})

    return sow


def together(*sowings: Sow) -> Sow:
    """One flaw that needs two hands."""

    def sow(document: Document) -> Document:
        for one in sowings:
            document = one(document)
        return document

    return sow


def asks(audience: Audience, question: str, answer: str) -> Sow:
    """Put a question without a topic at the end of the FAQ."""

    def sow(document: Document) -> Document:
        row = Question(audience, filled(question, document), filled(answer, document))
        return replace(document, faq=(*document.faq, row))

    return sow


def answers(audience: Audience, topic: str, answer: str) -> Sow:
    """Replace the answer to a topic's question."""

    def sow(document: Document) -> Document:
        text = filled(answer, document)
        faq = [
            replace(q, answer=text, open=None) if (q.audience, q.topic) == (audience, topic) else q
            for q in document.faq
        ]
        return replace(document, faq=tuple(faq))

    return sow


def drops(audience: Audience, *topics: str) -> Sow:
    """Leave out the questions of these topics, or of a whole audience when none is named."""

    def sow(document: Document) -> Document:
        faq = [
            q for q in document.faq if q.audience != audience or (topics and q.topic not in topics)
        ]
        return replace(document, faq=tuple(faq))

    return sow


def asks_nothing_hard(document: Document) -> Document:
    """Every question becomes a friendly one; topics stay, and so do the answers."""
    faq = [
        replace(q, question=f"What is good about point {number}?", open=None)
        for number, q in enumerate(document.faq, 1)
    ]
    return replace(document, faq=tuple(faq))


def goes_on_and_on(document: Document) -> Document:
    """The solution, six times over again."""
    return replace(document, solution="\n\n".join([document.solution] * 7))


def breaks_every_sentence(document: Document) -> Document:
    """Each sentence of problem and solution is a paragraph of its own."""
    parts = {
        name: re.sub(r"(?<=[.?])\s+|(?<=。)(?=.)", "\n\n", getattr(document, name))
        for name in ("problem", "solution")
    }
    return replace(document, **parts)


def repeats_the_solution(document: Document) -> Document:
    """What the company says is the solution's first paragraph, word for word."""
    said = replace(document.company_quote, text=document.solution.split("\n\n")[0])
    return replace(document, company_quote=said)


def costs_two_prices(number: str) -> Sow:
    """The call to action's sentence says ``number`` where its price says another."""

    def sow(document: Document) -> Document:
        call = document.call_to_action
        price = re.findall(r"\d+", call.price)[-1]
        before, _, after = call.text.rpartition(price)
        return replace(document, call_to_action=replace(call, text=before + number + after))

    return sow
