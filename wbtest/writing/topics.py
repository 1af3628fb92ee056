"""What a FAQ is expected to answer: its topics, a question for each, and the empty rows. Pure."""

from dataclasses import replace

from wbtest.writing.document import (
    EXTERNAL_TOPICS,
    INTERNAL_TOPICS,
    Audience,
    Document,
    Form,
    OpenQuestion,
    Question,
)

EXAMPLES = {
    "what and for whom": "What is it, and who is it for?",
    "price": "What does it cost?",
    "how to start": "How do I start?",
    "difference": "How is it different from what I use today?",
    "data": "What happens to my data?",
    "help": "Where do I get help, and how do I cancel?",
    "pricing": "Why this price, and what does it leave us?",
    "competitive positioning": "What would a rival do within 90 days?",
    "technical feasibility": "What has to work that has never worked before?",
    "key risks": "What could make this fail?",
    "dependencies": "Whom and what do we depend on?",
    "how many customers": "How many customers are there, and how do we know?",
    "what we will not build": "What will we not build?",
    "how we measure success": "How will we know that it works?",
    "what would make us stop": "What would make us stop?",
}
NEVER = OpenQuestion()
# A short release begins with these; any other three will do as well.
ENOUGH_FOR_SHORT = 3
EXPECTED: dict[Form, dict[Audience, tuple[str, ...]]] = {
    "short": {"external": ("what and for whom", "price", "difference"), "internal": ()},
    # Without these four nobody inside can say yes.
    "full": {"external": EXTERNAL_TOPICS, "internal": INTERNAL_TOPICS[:4]},
}


def is_settled(question: Question) -> bool:
    """Whether a question has an answer, or is an honest unknown: who settles it, by when, how."""
    unknown = question.open
    return bool(question.question.strip()) and (
        bool(question.answer.strip())
        or (unknown is not None and all((unknown.owner, unknown.until, unknown.settled_by)))
    )


def still_open(document: Document) -> tuple[Question, ...]:
    """The questions that nobody can answer yet, the one that is to be settled first at the top.

    Those without a day come last.
    """
    unknown = [question for question in document.faq if question.open is not None]
    return tuple(sorted(unknown, key=lambda question: (question.open or NEVER).until or "9"))


def with_expected_questions(document: Document, form: Form) -> Document:
    """Return the document with a row for each expected topic that has none; nothing is lost.

    The example stands in for the question only where it is in the release's language.
    """
    speaks_english = document.language.split("-")[0].lower() == "en"
    faq = list(document.faq)
    for audience, topics in EXPECTED[form].items():
        present = {question.topic for question in document.questions(audience)}
        faq += [
            Question(audience, EXAMPLES[topic] if speaks_english else "", topic=topic)
            for topic in topics
            if topic not in present
        ]
    return replace(document, faq=tuple(faq))
