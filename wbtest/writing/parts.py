"""The parts of a release, and what each must do. Pure.

The sentences are those the editor shows beside the part one is writing.
"""

from typing import NamedTuple

from wbtest.writing.document import Form


class Part(NamedTuple):
    """One part: its anchor, its name on the page, what it must do and a way to get there."""

    name: str
    label: str
    task: str
    advice: str = ""


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
