"""Flaws to be sown into good releases, so that one can count how many of them are found.

Written from the rules alone. Those that need no words are here, the others in
``flaws_in_english`` and ``flaws_in_languages``.
"""

from dataclasses import replace

from tests.writing.flaws_in_english import IN_ENGLISH
from tests.writing.flaws_in_languages import IN_LANGUAGES
from tests.writing.sowing import (
    Flaw,
    answers,
    breaks_every_sentence,
    drops,
    filled,
    goes_on_and_on,
    repeats_the_solution,
    sets,
    sets_in,
)
from wbtest.writing.document import INTERNAL_TOPICS, Document

NOBODY = {"speaker": "", "role": ""}
IN_ANY = (
    Flaw("far too long", "A1", "", "", goes_on_and_on),
    Flaw("no headline", "H1", "", "", sets(headline="")),
    Flaw("headline is the name", "H1", "", "{product}", sets(headline="{product}")),
    Flaw("no subheading", "S2", "", "", sets(subheading="")),
    Flaw("no city", "D1", "", "", sets_in("dateline", city="")),
    Flaw("no date", "D1", "", "", sets_in("dateline", date="")),
    Flaw("launched in the past", "D1", "", "2019-03-01", sets_in("dateline", date="2019-03-01")),
    Flaw("no problem", "P1", "", "", sets(problem="")),
    Flaw("nothing on what people do today", "L2", "", "", sets(alternative="")),
    Flaw("a dozen paragraphs", "L3", "", "", breaks_every_sentence),
    Flaw("nothing on why now", "N1", "", "", sets(why_now="")),
    Flaw("nobody speaks for the company", "K1", "", "", sets_in("company_quote", **NOBODY)),
    Flaw("company repeats the solution", "K1", "", "", repeats_the_solution),
    Flaw("no customer quote", "Q1", "", "", sets_in("customer_quote", text="", **NOBODY)),
    Flaw("nobody said the quote", "Q1", "", "", sets_in("customer_quote", **NOBODY)),
    Flaw("customer has no place", "Q1", "", "", sets_in("customer_quote", role="")),
    Flaw(
        "customer quotes the release",
        "Q4",
        "",
        "{subheading}",
        sets_in("customer_quote", text="{subheading}"),
    ),
    Flaw("no call", "C1", "", "", sets_in("call_to_action", text="", label="", price="")),
    Flaw("no external FAQ", "F1", "", "", drops("external")),
    Flaw("no internal FAQ", "F1", "", "", drops("internal")),
    Flaw("nobody asks the price", "F2", "", "", drops("external", "price")),
    Flaw("nobody asks about data", "F2", "", "", drops("external", "data")),
    *(
        Flaw(f"nothing on {topic}", "F3", "", "", drops("internal", topic))
        for topic in INTERNAL_TOPICS[:4]
    ),
    Flaw("no further topics", "F3", "", "", drops("internal", *INTERNAL_TOPICS[4:])),
    Flaw("no answer", "F4", "", "", answers("external", "difference", "")),
)
FLAWS: tuple[Flaw, ...] = (*IN_ANY, *IN_ENGLISH, *IN_LANGUAGES)


def flaws_for(document: Document) -> list[Flaw]:
    """The flaws that fit the release's language, with its own names in their words."""
    spoken = document.language.split("-")[0].lower()
    return [
        replace(flaw, words=filled(flaw.words, document))
        for flaw in FLAWS
        if flaw.language in ("", spoken)
    ]
