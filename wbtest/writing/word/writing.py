"""From a release to its Word file, as ``reading`` reads it back. Pure."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter

from wbtest.writing.document import CallToAction, Dateline, Document, Form, Quote
from wbtest.writing.parts import PARTS
from wbtest.writing.word import styles
from wbtest.writing.word.page import Page, Said


def to_docx(document: Document, form: Form, at: datetime, *, is_public: bool = False) -> bytes:
    """Return the file, made ``at`` this time.

    All headings of the form are there, and others where there is a text; with ``is_public`` only
    these, and of the facts at the top only the product.
    """
    page = Page(document.language)
    page.describe(document, at)
    facts = {
        "Form": form,
        "Product": document.product,
        "Language": document.language,
        "Customers": document.segment,
        "Vision": document.vision,
        "Roadmap": document.roadmap,
    }
    page.facts({"Product": document.product} if is_public else facts, leave_out_empty=True)
    page.line("Title", document.headline)
    page.line("Subtitle", document.subheading)
    expected = set() if is_public else {part.name for part in PARTS[form]}
    _write_release(page, document, expected)
    page.paragraph(styles.END, [Said("###", is_ours=True)])
    _write_questions(page, document)
    return page.as_bytes()


def _write_release(page: Page, document: Document, expected: set[str]) -> None:
    if document.summary or document.dateline != Dateline() or "summary" in expected:
        page.heading("summary")
        page.dateline(document.dateline)
        page.prose(styles.TEXT, document.summary)
    for name in ("problem", "alternative", "solution", "why_now"):
        if getattr(document, name) or name in expected:
            page.heading(name)
            page.prose(styles.TEXT, getattr(document, name))
    for name in ("company_quote", "customer_quote"):
        quote = getattr(document, name)
        if quote != Quote() or name in expected:
            page.heading(name)
            page.quotation(quote, is_imagined=name == "customer_quote")
    action = document.call_to_action
    if action != CallToAction() or "call_to_action" in expected:
        page.heading("call_to_action")
    page.prose(styles.TEXT, action.text)
    facts = {"Button": action.label, "Price": action.price}
    page.facts(facts, leave_out_empty="call_to_action" not in expected)


def _write_questions(page: Page, document: Document) -> None:
    for audience, questions in groupby(document.faq, attrgetter("audience")):
        page.heading(audience)
        for question in questions:
            page.question(question)
    if document.evidence:
        page.heading("numbers")
        page.numbers(document.evidence)
