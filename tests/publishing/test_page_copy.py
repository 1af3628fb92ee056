"""The gate between what the team wrote and what strangers read."""

from dataclasses import fields, replace
from typing import Any

import pytest

from wbtest.publishing import page_copy
from wbtest.publishing.page_copy import NotAnOverride, build_copy, digest
from wbtest.publishing.page_design import Look
from wbtest.writing.document import CallToAction, Dateline, Document, Evidence, Question, Quote

DOCUMENT = Document(
    product="Larder",
    language="en",
    headline="Five weeknight dinners",
    subheading="For parents who cook on weeknights",
    problem="Half past five.\n\nHalf a cabbage.",
    alternative="Recipe apps.",
    solution="One photo.",
    why_now="Phones recognise food.",
    company_quote=Quote("We counted.", "Tom Okafor ", "founder"),
    customer_quote=Quote("I cooked.", "Amira", "a mother of two"),
    call_to_action=CallToAction("Take one photo.", "Start", "£4 a month"),
    faq=(
        Question("external", "What does it cost?", "£4 a month."),
        Question("external", "Not answered yet?"),
        Question("internal", "What would make us stop?", "Fewer than 3 %."),
    ),
)


def kinds(overrides: dict[str, Any] | None = None) -> list[str]:
    return [section.kind for section in build_copy(DOCUMENT, overrides).sections]


def test_a_layout_is_part_of_the_page():
    usual, post = build_copy(DOCUMENT), build_copy(DOCUMENT, look=Look(layout="post"))

    assert (usual.look.layout, post.look.layout) == ("mosaic", "post")
    assert digest(usual) != digest(post)


def test_all_variants_have_the_layout_of_their_test():
    with pytest.raises(NotAnOverride, match="cannot change this part") as refused:
        build_copy(DOCUMENT, {"layout": "post"})

    assert refused.value.field == "layout"


def test_the_page_shows_the_parts_in_their_usual_order():
    assert kinds() == list(page_copy.SECTIONS)


def test_internal_parts_reach_no_page():
    secret = "xyzzy"
    document = replace(
        DOCUMENT,
        segment=secret,
        summary=secret,
        dateline=Dateline(secret, "2027-03-03"),
        faq=(*DOCUMENT.faq, Question("internal", secret, secret, secret)),
        evidence=(Evidence(secret, "sourced", secret),),
        vision=secret,
        roadmap=secret,
    )

    assert secret not in repr(build_copy(document))
    assert build_copy(document) == build_copy(DOCUMENT)


def test_questions_without_an_answer_stay_away():
    faq = build_copy(DOCUMENT).sections[-1]

    assert [entry.question for entry in faq.questions] == ["What does it cost?"]


def test_an_empty_part_makes_no_section():
    page = build_copy(replace(DOCUMENT, why_now="", customer_quote=Quote(), company_quote=Quote()))

    assert [section.kind for section in page.sections] == [
        "problem",
        "alternative",
        "solution",
        "faq",
    ]


def test_a_variant_replaces_what_it_may():
    page = build_copy(
        DOCUMENT, {"headline": "Tonight’s dinner", "cta_label": "Begin", "price": "Free"}
    )

    assert (page.headline, page.cta_label, page.price) == ("Tonight’s dinner", "Begin", "Free")
    assert page.subheading == DOCUMENT.subheading


def test_a_body_stands_instead_of_problem_today_and_solution():
    assert kinds({"body": "All of it.\n\nIn two."}) == [
        "body",
        "quote",
        "founder",
        "why_now",
        "faq",
    ]


def test_the_order_can_be_changed_and_the_body_follows_it():
    order = ["faq", "solution", "why_now", "founder", "problem", "alternative", "quote"]

    assert kinds({"order": order}) == order
    assert kinds({"order": order, "body": "All."}) == ["faq", "body", "why_now", "founder", "quote"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("product", "Pantry"),
        ("faq", "x"),
        ("headline", ["a"]),
        ("headline", "a\x00b"),
        ("headline", "x" * 301),
        ("order", ["faq"]),
        ("order", ["faq"] * len(page_copy.SECTIONS)),
        ("order", "faq"),
        ("order", 7),
        ("order", [*page_copy.SECTIONS, "summary"]),
    ],
)
def test_what_a_variant_may_not_change_is_refused_by_name(name: str, value: Any):
    with pytest.raises(NotAnOverride) as refused:
        build_copy(DOCUMENT, {name: value})

    assert refused.value.field == name


def test_overrides_that_change_nothing_are_dropped():
    given = {"headline": " ", "price": "", "order": list(page_copy.SECTIONS)}

    assert page_copy.check_overrides(given) == {}


def test_a_browser_s_line_breaks_make_paragraphs_in_the_body_and_spaces_in_a_headline():
    page = build_copy(DOCUMENT, {"body": "One.\r\n\r\nTwo.", "headline": "One\r\nline"})

    assert page.sections[0].paragraphs == ("One.", "Two.")
    assert page.headline == "One line"


def test_the_button_borrows_the_call_s_words_when_it_has_none():
    document = replace(DOCUMENT, call_to_action=CallToAction("Take one photo."))

    assert build_copy(document).cta_label == "Take one photo."


@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("he-IL", "rtl"), ("de", "ltr")]
)
def test_the_direction_follows_the_language(language: str, direction: str):
    assert build_copy(replace(DOCUMENT, language=language)).dir == direction


def test_the_digest_changes_with_any_word():
    first = page_copy.digest(build_copy(DOCUMENT))

    assert first == page_copy.digest(build_copy(DOCUMENT))
    assert first != page_copy.digest(build_copy(DOCUMENT, {"price": "Free"}))
    assert first != page_copy.digest(
        build_copy(DOCUMENT, {"order": list(page_copy.SECTIONS)[::-1]})
    )


def test_every_word_of_the_page_is_part_of_its_digest():
    page = build_copy(DOCUMENT)
    texts = [entry.name for entry in fields(page) if entry.name != "sections"]

    digests = {page_copy.digest(replace(page, **{name: "other"})) for name in texts}

    assert len(digests) == len(texts)
    assert page_copy.digest(page) not in digests


@pytest.mark.parametrize(
    ("quote", "speaker"),
    [
        (Quote("I cooked.", "Amira", "a mother of two"), "Amira, a mother of two"),
        (Quote("I cooked.", "Amira"), "Amira"),
        (Quote("I cooked.", " ", "a mother of two"), "a mother of two"),
        (Quote("I cooked."), ""),
    ],
)
def test_the_imagined_customer_keeps_name_and_role(quote: Quote, speaker: str):
    page = build_copy(replace(DOCUMENT, customer_quote=quote))

    assert [said.speaker for said in page.sections if said.kind == "quote"] == [speaker]


def test_the_founder_speaks_with_name_and_role():
    [said] = [each for each in build_copy(DOCUMENT).sections if each.kind == "founder"]

    assert (said.paragraphs, said.speaker, said.role) == (("We counted.",), "Tom Okafor", "founder")
