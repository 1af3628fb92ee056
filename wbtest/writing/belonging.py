"""What belongs in each field of a release. Pure.

Where the coach has a rule for a field, the examples are the rule's; what each part must do stands
in ``parts``.
"""

from wbtest.helping.belonging import Belongs
from wbtest.writing import parts
from wbtest.writing.coach import RULES

_RULES = {rule.id: rule for rule in RULES}


def _by_rule(name: str, text: str) -> Belongs:
    rule = _RULES[name]
    return Belongs(text, rule.before, rule.after)


RELEASE = {
    "product": Belongs(
        "A name that people can say and spell. A working title will do; it can change any time.",
        "Project Falcon v2",
        "Larder",
    ),
    "language": Belongs(
        "The language that your customers read. The coach and the test page speak it, too."
    ),
    "headline": _by_rule("H1", parts.HEADLINE.advice),
    "subheading": _by_rule("S2", parts.SUBHEADING.advice),
    "segment": _by_rule("S3", "One kind of people whom you could point out in a street."),
    "summary": _by_rule("A12", parts.SUMMARY.advice),
    "problem": _by_rule("P2", parts.PROBLEM.advice),
    "alternative": _by_rule("L2", parts.ALTERNATIVE.advice),
    "solution": _by_rule("L1", parts.SOLUTION.advice),
    "why_now": _by_rule("N1", parts.WHY_NOW.advice),
    "vision": Belongs(
        "The larger thing that this is a step to, in a sentence or as a link.",
        "Be the leading platform",
        "Nobody throws good food away.",
    ),
    "roadmap": Belongs(
        "What comes before and after it, so that others see what it takes the place of.",
        "Q3",
        "After the shopping list, before the recipes of friends",
    ),
}
CALL_TO_ACTION = {
    "text": _by_rule("C1", parts.CALL_TO_ACTION.advice),
    "label": Belongs(
        "What one presses: a verb and what one gets.", "Submit", "Start with one photo"
    ),
    "price": Belongs(
        "What it will cost, or “free”. Whoever signs up at a price tells you more.",
        "Affordable",
        "Free for two weeks, then £4 a month",
    ),
}
DATELINE = {
    "city": Belongs("Where the imagined launch takes place: where your customers live."),
    "date": _by_rule("D1", "The day of the imagined launch. It lies ahead of you."),
}
COMPANY_QUOTE = {
    "text": _by_rule("K1", parts.COMPANY_QUOTE.advice),
    "speaker": Belongs("One of you, by name.", "The team", "Tom Okafor"),
    "role": Belongs("What they do.", "Visionary", "founder, Okafor & Daughters"),
}
CUSTOMER_QUOTE = {
    "text": _by_rule("Q2", parts.CUSTOMER_QUOTE.advice),
    "speaker": Belongs(
        "A name, which is imagined, and every page says so.", "A satisfied user", "Amira"
    ),
    "role": Belongs(
        "Who they are in their own life, and where.", "User", "a mother of two in Leeds"
    ),
}
QUESTION = {
    "question": _by_rule("F6", "In the words of whoever asks it. The unpleasant ones, too."),
    "answer": _by_rule("F5", parts.EXTERNAL.advice),
}
INTERNAL_QUESTION = {
    "question": Belongs(
        parts.INTERNAL.advice,
        "Are we sure that it works?",
        "What could make this fail?",
    ),
    "answer": _by_rule("A14", "What you know today, in its first words; then how you know."),
    "topic": Belongs("What it is about. It says who in the team is asked, and what is missing."),
    "owner": Belongs("The one person who finds out.", "The team", "Priya"),
    "until": Belongs("The day on which the answer is there."),
    "settled_by": Belongs(
        "What one will have looked at by then.",
        "More research",
        "A diary study with ten of those who sign up",
    ),
}
NUMBER = {
    "kind": Belongs(
        "Whether you looked it up, take it for likely, or made it up. What you assume, the test "
        "must settle."
    ),
    "source": Belongs(
        "Where somebody else can look: a link, or who said it and when.",
        "Studies show",
        "14 interviews in Leeds",
    ),
}
