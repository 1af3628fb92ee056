"""What only people can judge: the questions that reviewers are asked. Pure."""

from typing import NamedTuple

from wbtest.writing.document import Document, Question

NEEDED = ("customer", "problem", "why_this")
FUNCTIONS = {
    "product": "Product",
    "design": "Design",
    "engineering": "Engineering",
    "finance": "Finance",
    "leadership": "Leadership",
    "other": "Something else",
}
# Who is asked about which topic of the internal FAQ.
ROUTES = {
    "pricing": "finance",
    "competitive positioning": "product",
    "technical feasibility": "engineering",
    "key risks": "leadership",
    "dependencies": "engineering",
    "how many customers": "finance",
    "what we will not build": "product",
    "how we measure success": "product",
    "what would make us stop": "leadership",
}
VERDICTS = {
    "approve": "Approve",
    "another": "Another draft",
    "stop": "Stop",
}
LONGEST_ANSWER = 1_000
# As long as a question of the FAQ may be, since that is what it becomes.
LONGEST_QUESTION = 300


class ReviewerQuestion(NamedTuple):
    """A question to a reviewer: its name in the store, the question, and a hint."""

    name: str
    text: str
    hint: str = ""


# Before anybody's answers are seen. The first three are the ones that each must be able to answer.
BLIND = (
    ReviewerQuestion(
        "customer",
        "Who exactly is the customer?",
        "One person, in your own words: their day, not their age group.",
    ),
    ReviewerQuestion(
        "problem",
        "What problem do they have, and what do they do about it today?",
        "A spreadsheet, a neighbour, or nothing at all.",
    ),
    ReviewerQuestion("why_this", "Why would they choose this instead?"),
    ReviewerQuestion("benefit", "What is the one benefit?", "If they remember one thing, which?"),
    ReviewerQuestion("feeling", "What would they feel?"),
    ReviewerQuestion("pay", "What would they do next, and what would they pay?"),
)
CLOSING = (
    ReviewerQuestion("read_on", "Would you have read to the end, if nobody had asked you?"),
    ReviewerQuestion("headline", "Would the headline stop you?"),
    ReviewerQuestion("disbelief", "Which sentence did you not believe?"),
    ReviewerQuestion(
        "afraid", "Which question are we afraid of?", "We’ll add it to the open questions."
    ),
    ReviewerQuestion("who_says", "Who do you know who would say the customer’s quote?"),
    ReviewerQuestion("rival", "What would a rival do within 90 days?"),
)


def longest_of(name: str) -> int:
    """How many characters the answer to a question may have."""
    return LONGEST_QUESTION if name == "afraid" else LONGEST_ANSWER


def routed_to(function: str, document: Document) -> tuple[Question, ...]:
    """The questions of the internal FAQ that go to this function, in their order."""
    return tuple(
        question
        for question in document.questions("internal")
        if question.question.strip() and ROUTES.get(question.topic) == function
    )
