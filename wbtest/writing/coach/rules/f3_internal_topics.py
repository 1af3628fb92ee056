"""F3: the internal questions cover what must be known before anybody says yes."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading
from wbtest.writing.coach.topics_in import topics_in
from wbtest.writing.document import INTERNAL_TOPICS
from wbtest.writing.faq import EXAMPLE_QUESTIONS, EXPECTED_TOPICS, is_settled

LIST = "internal_topics"


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each topic that no answered or honestly open question has, by its topic or words."""
    if reading.form == "short":
        return
    asked = {entry.question.topic.strip().casefold(): entry for entry in reading.internal}
    settled: set[str] = set()
    for entry in reading.internal:
        if is_settled(entry.question):
            settled.add(entry.question.topic.strip().casefold())
            settled.update(topics_in(entry.asked, LIST, INTERNAL_TOPICS))
    for topic in INTERNAL_TOPICS:
        if topic in settled:
            continue
        row = asked.get(topic)
        yield reading.missing(
            row.answer.path if row else "faq",
            "internal",
            "stop" if topic in EXPECTED_TOPICS["full"]["internal"] else "note",
            f"No internal answer yet: {topic}.",
            f"Answer, for example: “{EXAMPLE_QUESTIONS[topic]}” Or say who settles it, by when, "
            "and how.",
        )


RULE = Rule(
    id="F3",
    title="The internal questions cover price, rivals, feasibility and risks",
    severity="stop; note for the further topics",
    why="Without these four nobody inside can say yes, and the launch finds them anyway.",
    source="Bryar & Carr, Working Backwards, ch. 5; Carr on truth-seeking (workingbackwards.com)",
    mend="Add a question for the topic, or choose the topic for the question that answers it.",
    before="(nothing on key risks)",
    after="What could make this fail? People photograph the fridge once and never again.",
    check=check,
    is_wording=False,
)
