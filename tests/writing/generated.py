"""Releases of any kind, for tests that must hold for all of them."""

from typing import Any

from hypothesis import strategies as some

from wbtest.writing.document import (
    EVIDENCE_KINDS,
    CallToAction,
    Dateline,
    Document,
    Evidence,
    OpenQuestion,
    Question,
    Quote,
)
from wbtest.writing.text_rules import fault_of

letters = some.characters(
    exclude_categories=("Cs",),
    exclude_characters="".join(c for c in map(chr, (*range(32), 0x7F)) if c not in "\n\t")
    + "\ufffd\ufffe\uffff",
)
# What looks like structure, and what could hide it.
tricky = some.sampled_from(
    (
        *(
            "# ",
            "## Problem",
            "### ",
            "#",
            "---",
            "===",
            "***",
            "> ",
            "- ",
            "* ",
            "1. ",
            "**",
            "__",
        ),
        *(
            "*",
            "_",
            "`",
            "\\",
            "\\\\",
            "\t",
            "  ",
            " ",
            "\n",
            "\n\n",
            "\x85",
            "\u2028",
            "\xa0",
            "\u3000",
        ),
        *(
            "Q: ",
            "A: ",
            "Topic: ",
            "- Owner: ",
            "Until:",
            "Price:",
            "Settled by",
            "— ",
            "-- ",
            ", ",
        ),
        *(
            "LEEDS, 3 March 2027. ",
            "Leeds – ",
            "March 3, 2027",
            "FAQ",
            "?",
            ":",
            "Problem",
            "Amira",
        ),
        *(
            "Headline",
            "Press release",
            "Quote from ",
            "a customer",
            "Internal FAQ",
            "**Problem:** ",
        ),
        *(
            "\u202e",
            "\u200fمرحبا",
            "हिन्दी",
            "\ufeff",
            '"',
            "'",
            "{}",
            "[x](y)",
            "<!-- -->",
            "null",
            "no",
        ),
    )
)
prose = some.lists(tricky | some.text(letters, max_size=8), max_size=12).map("".join)


def one_line(part: str) -> Any:
    return prose.map(lambda text: text.replace("\n", " ")).filter(lambda t: not fault_of(part, t))


days = some.just("") | some.dates().map(str)
languages = some.from_regex(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}", fullmatch=True)
speakers = {"speaker": one_line("company_quote.speaker"), "role": one_line("company_quote.role")}
questions = some.builds(
    Question,
    audience=some.sampled_from(("external", "internal")),
    question=one_line("faq.question"),
    answer=prose,
    topic=one_line("faq.topic"),
    open=some.none()
    | some.builds(
        OpenQuestion,
        owner=one_line("faq.open.owner"),
        until=days,
        settled_by=one_line("faq.open.settled_by"),
    ),
)
ledgers = some.lists(
    some.builds(
        Evidence,
        words=one_line("evidence.words").filter(str.strip),
        kind=some.sampled_from(EVIDENCE_KINDS),
        source=one_line("evidence.source"),
    ),
    max_size=3,
    unique_by=lambda entry: entry.key,
)
releases = some.builds(
    Document,
    product=one_line("product"),
    language=languages,
    segment=one_line("segment"),
    headline=one_line("headline"),
    subheading=one_line("subheading"),
    dateline=some.just(Dateline()) | some.builds(Dateline, one_line("dateline.city"), days),
    summary=prose,
    problem=prose,
    alternative=prose,
    solution=prose,
    why_now=prose,
    company_quote=some.builds(Quote, prose, **speakers),
    customer_quote=some.builds(Quote, prose, **speakers),
    call_to_action=some.builds(
        CallToAction,
        text=one_line("call_to_action.text"),
        label=one_line("call_to_action.label"),
        price=one_line("call_to_action.price"),
    ),
    faq=some.lists(questions, max_size=4).map(tuple),
    evidence=ledgers.map(tuple),
    vision=one_line("vision"),
    roadmap=one_line("roadmap"),
)
forms = some.sampled_from(("short", "full"))
