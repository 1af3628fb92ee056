"""F6: the hard questions are there, and no question only asks for praise."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import has_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Entry, Reading, Text
from wbtest.writing.faq import is_settled

HARD_TOPICS = ("key risks", "competitive positioning", "what would make us stop")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each question that asks for praise, and once that no question hurts.

    Hard questions are for the team to ask itself; where it asks none, those of customers count.
    """
    entries = (*reading.external, *reading.internal)
    for entry in entries:
        if _asks_for_praise(entry.asked):
            yield entry.asked.mark_all(
                "note",
                "This question asks for praise.",
                "Ask what a doubter would ask, or take it out.",
            )
    if reading.form == "short" or not entries:
        return
    if not any(map(_is_hard, reading.internal or reading.external)):
        if reading.internal:
            said = "None of the internal questions is a hard one."
            yield reading.missing("faq", "internal", "warn", said)
        else:
            said = "None of the questions is a hard one."
            yield reading.missing("faq", "external", "warn", said)


def _is_hard(entry: Entry) -> bool:
    """Whether its words hurt, or its topic does and it asks for more than a fact."""
    if has_listed(entry.asked, "hard_questions"):
        return True
    topic = entry.question.topic.strip().casefold()
    return topic in HARD_TOPICS and is_settled(entry.question) and not _asks_for_a_fact(entry.asked)


def _asks_for_a_fact(asked: Text) -> bool:
    """Whether it begins like a question for a plain fact: “Who drives?”"""
    first = asked.tokens[0].start if asked.tokens else -1
    return any(hit.start == first for hit in asked.find("plain_questions"))


def _asks_for_praise(asked: Text) -> bool:
    """Whether it begins like “what makes it” and goes on with praise."""
    openings = [hit.start for hit in asked.find("softball_openings")]
    first = asked.tokens[0].start if asked.tokens else -1
    return first in openings and has_listed(asked, "praise")


RULE = Rule(
    id="F6",
    title="The hard questions are there",
    severity="warn; note for questions that ask for praise",
    languages=languages_of("hard_questions"),
    why="The question that you are afraid of is the one that the meeting is about.",
    source="Doc Bar Raisers; Carr on truth-seeking (workingbackwards.com)",
    mend="Ask what could make it fail, who could copy it, and why anybody would change over.",
    before="Why is Larder so great?",
    after="Why would I photograph my fridge twice?",
    check=check,
)
