"""What belongs in each field of a release. Pure.

Where the coach has a rule for a field, the examples are the rule's; what each part must do stands
in ``parts``.
"""

from collections.abc import Mapping

from msgspec import Struct

from wbtest.helping.belonging import Belongs, Said
from wbtest.writing import parts
from wbtest.writing.coach import Rule, all_rules


class ByRule(Struct, frozen=True):
    """What belongs in a field, with the examples of a rule, which is loaded when they are read."""

    name: str
    text: str

    @property
    def no(self) -> str:
        return self._rule.before

    @property
    def but(self) -> str:
        return self._rule.after

    @property
    def _rule(self) -> Rule:
        return next(rule for rule in all_rules() if rule.id == self.name)


RELEASE: Mapping[str, Said] = {
    "product": Belongs(
        "A name that people can say and spell. A working title will do; it can change any time.",
        "Project Falcon v2",
        "Larder",
    ),
    "language": Belongs(
        "The language that your customers read. The coach and the test page speak it, too."
    ),
    "headline": ByRule("H1", parts.HEADLINE.advice),
    "subheading": ByRule("S2", parts.SUBHEADING.advice),
    "segment": ByRule("S3", "One kind of people whom you could point out in a street."),
    "summary": ByRule("A12", parts.SUMMARY.advice),
    "problem": ByRule("P2", parts.PROBLEM.advice),
    "alternative": ByRule("L2", parts.ALTERNATIVE.advice),
    "solution": ByRule("L1", parts.SOLUTION.advice),
    "why_now": ByRule("N1", parts.WHY_NOW.advice),
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
CALL_TO_ACTION: Mapping[str, Said] = {
    "text": ByRule("C1", parts.CALL_TO_ACTION.advice),
    "label": Belongs(
        "What one presses: a verb and what one gets.", "Submit", "Start with one photo"
    ),
    "price": Belongs(
        "What it will cost, or “free”. Whoever signs up at a price tells you more.",
        "Affordable",
        "Free for two weeks, then £4 a month",
    ),
}
DATELINE: Mapping[str, Said] = {
    "city": Belongs("Where the imagined launch takes place: where your customers live."),
    "date": ByRule("D1", "The day of the imagined launch. It lies ahead of you."),
}
COMPANY_QUOTE: Mapping[str, Said] = {
    "text": ByRule("K1", parts.COMPANY_QUOTE.advice),
    "speaker": Belongs("One of you, by name.", "The team", "Tom Okafor"),
    "role": Belongs("What they do.", "Visionary", "founder, Okafor & Daughters"),
}
CUSTOMER_QUOTE: Mapping[str, Said] = {
    "text": ByRule("Q2", parts.CUSTOMER_QUOTE.advice),
    "speaker": Belongs(
        "A name, which is imagined, and every page says so.", "A satisfied user", "Amira"
    ),
    "role": Belongs(
        "Who they are in their own life, and where.", "User", "a mother of two in Leeds"
    ),
}
QUESTION: Mapping[str, Said] = {
    "question": ByRule("F6", "In the words of whoever asks it. The unpleasant ones, too."),
    "answer": ByRule("F5", parts.EXTERNAL.advice),
}
INTERNAL_QUESTION: Mapping[str, Said] = {
    "question": Belongs(
        parts.INTERNAL.advice,
        "Are we sure that it works?",
        "What could make this fail?",
    ),
    "answer": ByRule("A14", "What you know today, in its first words; then how you know."),
    "topic": Belongs("What it is about. It says who in the team is asked, and what is missing."),
    "owner": Belongs("The one person who finds out.", "The team", "Priya"),
    "until": Belongs("The day on which the answer is there."),
    "settled_by": Belongs(
        "What one will have looked at by then.",
        "More research",
        "A diary study with ten of those who sign up",
    ),
}
NUMBER: Mapping[str, Said] = {
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
