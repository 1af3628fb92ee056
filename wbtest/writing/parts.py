"""The parts of a release: what each must do, and what is missing from a draft. Pure.

The sentences are those the editor shows beside the part one is writing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from wbtest.writing.document import AUDIENCES, Audience, Document, Form
from wbtest.writing.topics import ENOUGH_FOR_SHORT, is_settled, open_topics


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its anchor, its name on the page, what it must do and a way to get there."""

    name: str
    label: str
    task: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something a reader would miss, in the part where it belongs."""

    part: str
    sentence: str


HEADLINE = Part(
    "headline",
    "Headline",
    "One sentence with the customer’s benefit. It makes the right person stop scrolling.",
    "Say what they get, not what it is built with. Twelve words are plenty.",
)
SUBHEADING = Part(
    "subheading",
    "Subheading",
    "One sentence: which customers, and the one benefit that matters most to them.",
    "“Parents who cook on weeknights”, not “everyone”.",
)
SUMMARY = Part(
    "summary",
    "Summary",
    "City, date of the imagined launch, and what it is in two sentences.",
    "Write as if it were that day: “plans”, not “will plan”.",
)
PROBLEM = Part(
    "problem",
    "Problem",
    "The problem as customers live it today. The product is not named yet.",
    "One person, one evening, one number with its unit.",
)
ALTERNATIVE = Part(
    "alternative",
    "Today and better",
    "What people do today, and why this is better.",
    "Name what they really use: a spreadsheet, a neighbour, nothing at all.",
)
SOLUTION = Part(
    "solution",
    "Solution",
    "How the product solves the problem: what changes for the customer, not how it works inside.",
    "Take up each problem you named, in the same order.",
)
WHY_NOW = Part(
    "why_now",
    "Why now",
    "What changed, so that this is the right time.",
    "A price that fell, a law, a habit. If nothing changed, why did nobody do it before?",
)
COMPANY_QUOTE = Part(
    "company_quote",
    "Your quote",
    "A named person of your company says why you did this.",
    "Not the solution again: the reason.",
)
CUSTOMER_QUOTE = Part(
    "customer_quote",
    "Customer quote",
    "A customer says what it means to them. It is imagined, and every page says so.",
    "A feeling, before and after. No figures, no slogans.",
)
CALL_TO_ACTION = Part(
    "call_to_action",
    "Call to action",
    "How to get started: one verb, one place, and the price or “free”.",
    "Only one thing to do. The button is what visitors press on your test page.",
)
EXTERNAL = Part(
    "external",
    "Customer questions",
    "What customers ask before they say yes. These stand on the test page.",
    "Answer “how much” with a number, and a yes-or-no question with yes or no.",
)
INTERNAL = Part(
    "internal",
    "Internal questions",
    "What engineers, finance and leadership ask. These never leave the team.",
    "The hard ones first. An honest “we do not know” names who settles it, by when, and how.",
)
PARTS: dict[Form, tuple[Part, ...]] = {
    "short": (HEADLINE, SUBHEADING, PROBLEM, ALTERNATIVE, CALL_TO_ACTION, EXTERNAL),
    "full": (
        HEADLINE,
        SUBHEADING,
        SUMMARY,
        PROBLEM,
        ALTERNATIVE,
        SOLUTION,
        WHY_NOW,
        COMPANY_QUOTE,
        CUSTOMER_QUOTE,
        CALL_TO_ACTION,
        EXTERNAL,
        INTERNAL,
    ),
}
# Path of each text that a reader would miss, and what is said of it; parts of the form only.
_NEEDED = (
    ("headline", "headline", "The headline is missing."),
    ("subheading", "subheading", "The subheading is missing."),
    ("summary", "summary", "The summary is missing."),
    ("summary", "dateline.city", "The date line has no city."),
    ("summary", "dateline.date", "The date line has no date."),
    ("problem", "problem", "The problem is missing."),
    ("alternative", "alternative", "What people do today is missing."),
    ("solution", "solution", "The solution is missing."),
    ("why_now", "why_now", "Nothing says why now."),
    ("company_quote", "company_quote.text", "Your quote is missing."),
    ("company_quote", "company_quote.speaker", "Your quote has no speaker."),
    ("customer_quote", "customer_quote.text", "The customer quote is missing."),
    ("customer_quote", "customer_quote.role", "The customer quote says of nobody who they are."),
    ("call_to_action", "call_to_action.text", "The call to action is missing."),
    ("call_to_action", "call_to_action.price", "Say the price, or that it is free."),
)


def find_gaps(document: Document, form: Form) -> tuple[Gap, ...]:
    """What a draft of this form still lacks, in reading order."""
    names = {part.name for part in PARTS[form]}
    missing = [
        Gap(part, sentence)
        for part, path, sentence in _NEEDED
        if part in names and not attrgetter(path)(document).strip()
    ]
    return (*missing, *_faq_gaps(document, form))


def _faq_gaps(document: Document, form: Form) -> Iterator[Gap]:
    if form == "short":
        asked = [q for q in document.questions("external") if q.question.strip()]
        if len(asked) < ENOUGH_FOR_SHORT:
            yield Gap("external", f"Customers ask more: {len(asked)} of 3 questions are here.")
        yield from _unanswered(document, "external", ())
        return
    for audience in AUDIENCES:
        topics = open_topics(document, audience)
        for topic in topics:
            yield Gap(audience, f"Not answered yet: {topic}.")
        yield from _unanswered(document, audience, topics)


def _unanswered(document: Document, audience: Audience, named: tuple[str, ...]) -> Iterator[Gap]:
    """The questions that are asked and not settled, but for those whose topic is named already."""
    for question in document.questions(audience):
        asked = question.question.strip()
        if asked and question.topic not in named and not is_settled(question):
            yield Gap(audience, f"Not answered yet: “{asked}”")
