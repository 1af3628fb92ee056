"""F2: the customers' questions cover what customers ask."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading
from wbtest.writing.coach.topics_in import topics_in
from wbtest.writing.document import EXTERNAL_TOPICS
from wbtest.writing.faq import EXAMPLE_QUESTIONS, is_settled

LIST = "external_topics"


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each topic that no answered question has, by its topic or by its words."""
    if reading.form == "short" or not reading.external:
        return
    covered: set[str] = set()
    can_read = reading.language in languages_of(LIST)
    for entry in reading.external:
        if not is_settled(entry.question):
            continue
        topic = entry.question.topic.strip().casefold()
        covered.add(topic)
        covered.update(topics_in(entry.asked, LIST, EXTERNAL_TOPICS))
        if topic not in EXTERNAL_TOPICS and not can_read:
            return  # It may be any of them, in a language that we do not read.
    for topic in EXTERNAL_TOPICS:
        if topic not in covered:
            yield reading.missing(
                "faq",
                "external",
                "warn",
                f"No customer question is about: {topic}.",
                f"Answer, for example: “{EXAMPLE_QUESTIONS[topic]}”",
            )


RULE = Rule(
    id="F2",
    title="The customer questions cover six topics",
    severity="warn",
    why="These six are asked by nearly every customer; who finds no answer leaves.",
    source="Bryar & Carr, Working Backwards, ch. 5; Doc Bar Raisers",
    mend="Add a question for the topic, or choose the topic for the question that answers it.",
    before="What does it cost?",
    after="What does it cost? What happens to my data? How do I cancel?",
    check=check,
)
