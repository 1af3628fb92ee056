"""F4: every question has an answer of its own."""

from collections.abc import Iterator
from functools import cache

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import tokens_of, words_of
from wbtest.writing.coach.reading import Entry, Reading, Text
from wbtest.writing.faq import is_settled


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each question that is not answered; an honestly open internal one is."""
    for entry in (*reading.external, *reading.internal):
        question = entry.question
        if not question.question.strip():
            continue
        if not question.answer.strip():
            if question.audience == "external" or not is_settled(question):
                part = question.audience
                yield reading.missing(
                    entry.answer.path, part, "stop", "This question has no answer."
                )
        elif _is_no_answer(entry):
            yield entry.answer.mark_all(
                "stop", f"“{question.answer.strip()[:40]}” does not answer the question."
            )


def _is_no_answer(entry: Entry) -> bool:
    """Whether the answer has no words, sends the reader elsewhere, or is the question again."""
    said = _key(entry.answer)
    languages = {entry.answer.language, "en"}
    return (
        not said
        or said == _key(entry.asked)
        or any(said in _no_answers(language) for language in languages)
        or any(_only_points(entry.answer, language) for language in languages)
    )


def _only_points(answer: Text, language: str) -> bool:
    """Whether all of its words send the reader elsewhere: “As we mentioned above.”"""
    said = {token.text for token in answer.tokens if not token.text.isdecimal()}
    where, pointing = words_of(language, "pointing_where"), words_of(language, "pointing")
    beside = words_of(language, "pointing_beside")
    does_point = not said.isdisjoint(pointing) and not said.isdisjoint(where)
    return does_point and said <= where | pointing | beside


def _key(text: Text) -> str:
    """The words alone, without what parts them and without numbers: “N/A.” is “n a”."""
    words = [token.text for token in text.tokens]
    if len(words) > 1:
        words = [word for word in words if not word.isdecimal()] or words
    return " ".join(words)


@cache
def _no_answers(language: str) -> frozenset[str]:
    lines = words_of(language, "no_answer")
    return frozenset(" ".join(token.text for token in tokens_of(line)) for line in lines)


RULE = Rule(
    id="F4",
    title="Every question is answered",
    severity="stop",
    why="Readers remember the question that was dodged.",
    source="Bryar & Carr, Working Backwards, ch. 5; Doc Bar Raisers",
    mend="Answer it here in a sentence, or take the question out.",
    before="What does it cost? See above.",
    after="What does it cost? £4 a month.",
    check=check,
    is_wording=False,
)
