"""The many ways in which people spell a release in Markdown."""

from typing import Any

import pytest

from wbtest.writing.document import CallToAction, Dateline, Document, OpenQuestion, Question, Quote
from wbtest.writing.markdown_reader import from_markdown


def read(*lines: str) -> Document:
    return from_markdown("\n".join(lines)).document


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("# HEADLINE", "headline"),
        ("## Subtitle:", "subheading"),
        ("## Summary paragraph", "summary"),
        ("###The problem ##", "problem"),
        ("## 2. Problem statement", "problem"),
        ("**Problem**", "problem"),
        ("__The Problem:__", "problem"),
        ("## **Problem**", "problem"),
        ("Problem\n-------", "problem"),
        ("# Today & better", "alternative"),
        ("## What people do today", "alternative"),
        ("Our solution\n===", "solution"),
        ("## Why now?", "why_now"),
        ("# Titre", "headline"),
        ("## Unterzeile", "subheading"),
        ("## Problème", "problem"),
        ("## Le problème :", "problem"),
        ("## EL PROBLEMA", "problem"),
        ("## Aujourd’hui", "alternative"),
        ("## Lösung", "solution"),
        ("## Unsere Lösung", "solution"),
        ("## Warum jetzt?", "why_now"),
        ("## ¿Por qué ahora?", "why_now"),
    ],
)
def test_a_heading_is_known_in_many_spellings(heading: str, part: str):
    assert read(heading, "", "Said.") == Document(**{part: "Said."})


@pytest.mark.parametrize("line", ["**Problem:** It rots.", "## Problem: It rots."])
def test_a_heading_may_have_its_text_on_the_same_line(line: str):
    assert read(line) == Document(problem="It rots.")


@pytest.mark.parametrize(
    ("heading", "audience"),
    [
        ("## FAQ", "external"),
        ("# Frequently asked questions:", "external"),
        ("## External FAQ", "external"),
        ("## FAQ – Customers", "external"),
        ("## Q&A", "external"),
        ("## Internal FAQ", "internal"),
        ("## FAQ (internal)", "internal"),
        ("# FAQ\n\n### Internal FAQ", "internal"),
        ("## Preguntas frecuentes", "external"),
        ("## Häufige Fragen", "external"),
        ("## Foire aux questions", "external"),
        ("## Questions fréquentes internes", "internal"),
        ("## Häufig gestellte Fragen (intern)", "internal"),
        ("## Preguntas internas", "internal"),
    ],
)
def test_the_heading_of_the_questions_says_who_asks(heading: str, audience: Any):
    assert read(heading, "#### Does it work?", "Yes.").faq == (
        Question(audience, "Does it work?", "Yes."),
    )


@pytest.mark.parametrize(
    "lines",
    [
        "### Q: Does it work?\nYes.",
        "## Does it work?\nYes.",
        "### 1. **Does it work?**\n\nA: Yes.",
        "Q: Does it work?\nA: Yes.",
        "**Q1:** Does it work?\n\n**A1:** Yes.",
        "**Q: Does it work?**\n\nAnswer: Yes.",
        "**Does it work?**\nYes.",
        "- **Does it work?** Yes.",
    ],
)
def test_a_question_is_known_in_many_spellings(lines: str):
    assert read("## FAQ", lines).faq == (Question("external", "Does it work?", "Yes."),)


def test_bold_words_in_an_answer_are_no_question():
    answer = "**Yes.**\n**Really**, does it?"

    assert read("## FAQ", "### Does it?", answer).faq == (Question("external", "Does it?", answer),)


def test_a_question_may_be_called_like_a_part():
    assert read("## Internal FAQ", "### Solution", "None.").faq == (
        Question("internal", "Solution", "None."),
    )


def test_a_part_after_the_questions_is_a_part():
    assert read("# FAQ", "## Problem", "It rots.") == Document(problem="It rots.")


def test_an_open_question_says_who_settles_it_and_by_when():
    (question,) = read(
        "## Internal FAQ",
        "### Will it?",
        "**Topic:** key risks",
        "We do not know.",
        "* Owner: Priya",
        "Due: April 15th, 2027",
    ).faq

    assert question == Question(
        "internal", "Will it?", "We do not know.", "key risks", OpenQuestion("Priya", "2027-04-15")
    )


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("- Thema: Wettbewerb", "competitive positioning"),
        ("Thème : Faisabilité technique", "technical feasibility"),
        ("- **Tema:** precio", "pricing"),
        ("- Thema: Hafenkräne", "Hafenkräne"),
        ("- Topic: Wettbewerb", "Wettbewerb"),
    ],
)
def test_a_topic_in_another_language_is_one_of_ours(line: str, topic: str):
    (question,) = read("## Internal FAQ", "### Why?", line, "Because.").faq

    assert question == Question("internal", "Why?", "Because.", topic)


@pytest.mark.parametrize(
    ("call", "label"),
    [
        ("Order a box.", "Order a box"),
        ("Order a box.\n\n- Price: £4", "Order a box"),
        ("Order a box.\n\n- Button: Order", "Order"),
        ("Order a box.\n\n- Button:", ""),
        ("Bestell.\n\n- Schaltfläche: Los", "Los"),
        ("Order a box " + "now " * 13, ""),
    ],
)
def test_a_button_that_is_not_named_says_what_the_call_to_action_says(call: str, label: str):
    assert read("## Call to action", call).call_to_action.label == label


def test_the_importer_is_told_what_the_button_says():
    named, unnamed, long = (
        from_markdown(f"## Call to action\n\n{call}")
        for call in ("Order.\n\n- Button: Go", "Order.", "Order " * 20)
    )

    assert named.notes == ()
    assert unnamed.notes == ("No line says “Button: …”, so the button says “Order”.",)
    assert "longer than 60 characters" in long.notes[0]


@pytest.mark.parametrize(
    ("start", "city"),
    [
        ("**LEEDS, 3 March 2027.** ", "Leeds"),
        ("**LEEDS** – 3rd Mar 2027 – ", "Leeds"),
        ("LEEDS – March 3, 2027 – ", "Leeds"),
        ("*New York, NY, 2027-03-03:* ", "New York, NY"),
        ("Frankfurt am Main (3 March 2027) — ", "Frankfurt am Main"),
        ("Lyon, le 3 mars 2027 — ", "Lyon"),
        ("Berlin, 3. März 2027 – ", "Berlin"),
        ("**BERLIN, DEN 3. MÄRZ 2027.** ", "Berlin"),
        ("Madrid, 3 de marzo de 2027: ", "Madrid"),
        ("Madrid, a 3 de marzo del 2027. ", "Madrid"),
    ],
)
def test_a_summary_begins_with_city_and_day(start: str, city: str):
    assert read("## Summary", f"{start}Larder plans.") == Document(
        dateline=Dateline(city, "2027-03-03"), summary="Larder plans."
    )


@pytest.mark.parametrize(
    "text",
    [
        "On Monday, 3 March 2027, Larder began.",
        "In Leeds, 3 March 2027 was a cold day.",
        "She had moved to Leeds, 3 March 2027. It was cold.",
        "Larder began on 3 March 2027. It plans.",
        "Leeds, 31 February 2027. Larder plans.",
        "Lyon, le 31 février 2027. Larder plans.",
        "Ouverte à Lyon, le 3 mars 2027 était froid.",
        "Leeds, 3 ſept 2027. Larder plans.",
        "**Leeds, 3 March 2027 is near.",
        "1, 2, 3 March 2027" * 9,
        ", 3 March 2027. Larder plans.",
    ],
)
def test_a_day_inside_a_sentence_is_no_date_line(text: str):
    assert read("## Summary", text) == Document(summary=text)


def test_the_front_matter_is_asked_for_city_and_day_first():
    text = "**LEEDS, 3 March 2027.** Larder plans."

    assert read("---", "city: York", "launch date: 1 May 2027", "---", "## Summary", text) == (
        Document(dateline=Dateline("York", "2027-05-01"), summary=text)
    )


def test_below_the_headline_stand_subheading_and_summary():
    document = read(
        "# Dinner", "", "**For parents**", "", "Leeds, 3 March 2027 – It plans.", "## FAQ"
    )

    assert document == Document(
        headline="Dinner",
        subheading="For parents",
        dateline=Dateline("Leeds", "2027-03-03"),
        summary="It plans.",
    )


def test_a_summary_in_two_places_is_one():
    read_ = from_markdown("# Dinner\nIt plans.\nIt cooks.\n\n## Summary\nIt cleans.")

    assert read_.document.summary == "It plans.\nIt cooks.\n\nIt cleans."
    assert read_.place_of("summary", read_.document.summary.index("cleans"))[0] == 6


def test_a_part_in_two_places_is_one():
    assert read("## Problem", "One.", "# Problem", "Two.", "# Problem") == (
        Document(problem="One.\n\nTwo.")
    )


def test_a_rule_below_a_paragraph_makes_no_heading_of_it():
    assert read("## Problem", "It rots.", "Solution", "---", "Often.") == (
        Document(problem="It rots.\nSolution\nOften.")
    )


def test_a_heading_called_headline_wins_over_the_title_of_the_file():
    found = from_markdown("# Larder\n\n## Headline\n\nDinner\nat home")

    assert found.document == Document(headline="Dinner at home")
    assert found.unplaced == ((1, "Larder"),)


@pytest.mark.parametrize(
    ("lines", "quote"),
    [
        ("## Quote\n> It helps.\n> — **Amira**, a mother, of two", ("Amira", "a mother, of two")),
        ("## Spokesperson quote\nIt helps.\n- Amira", ("Amira", "")),
        ("## Quote from Amira, founder\nIt helps.", ("Amira", "founder")),
        ("## Quote from the founder\n>It helps.", ("", "")),
    ],
)
def test_a_quote_names_its_speaker_in_many_spellings(lines: str, quote: tuple[str, str]):
    assert read(lines) == Document(company_quote=Quote("It helps.", *quote))


@pytest.mark.parametrize("heading", ["Customer quote", "Testimonial", "Quote from a customer"])
def test_a_customers_quote_is_told_apart(heading: str):
    assert read(f"## {heading}", "It helps.") == Document(customer_quote=Quote("It helps."))


def test_the_call_to_action_has_a_button_and_a_price():
    assert read(
        "## Getting started", "Take a", "photo.", "**Cost:** free", "CTA", "Button: Go"
    ) == (Document(call_to_action=CallToAction("Take a photo. CTA", "Go", "free")))


def test_the_form_is_full_when_a_part_is_there_that_only_a_full_release_has():
    assert from_markdown("## Problem").form == "short"
    assert from_markdown("## Why now").form == "full"


@pytest.mark.parametrize(
    ("value", "product"),
    [
        ("Larder: dinner", "Larder: dinner"),
        ('"Larder \\"5\\""', 'Larder "5"'),
        ("'Tom''s Larder'", "Tom's Larder"),
        ("'Tis Larder", "'Tis Larder"),
    ],
)
def test_a_value_may_stand_between_quotation_marks(value: str, product: str):
    file = f"---\n# a remark\n\nProduct : {value}\n---"

    assert from_markdown(file).document.product == product
