"""F5: the answer answers: an amount where one is asked for, yes or no to a yes-or-no question."""

from collections.abc import Iterator
from dataclasses import replace

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import UNSPACED, find_listed, has_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading, Text

# "Yes" may come after a few words: "On a phone, yes".
FIRST_WORDS = 4
# "¿Dudas?" is a headline, no question.
FEWEST_WORDS = 3
# Where any question without a question word asks for yes or no.
BY_QUESTION_WORDS = languages_of("question_openings")
# The list that tells what is asked for, and the lists of words that answer it.
ANSWERS = {"asks_time": ("amounts", "times"), "asks_amount": ("amounts",)}
# "For how long …" asks too, "What happens when …" does not.
LATEST_WORD = 1
CONJUNCTIONS = ("and", "or", "but", "und", "oder", "et", "ou", "y", "o", "و")
COMMAS = ",;:–—(،"
QUESTION_MARKS = "?？؟"


def check(reading: Reading) -> Iterator[Mark]:
    """Mark answers without the number that was asked for, or without yes or no."""
    for entry in (*reading.external, *reading.internal):
        is_open = entry.question.open is not None
        if is_open or not (entry.asked.sentences and entry.answer.sentences):
            continue
        asked = replace(entry.asked, text=entry.asked.sentences[-1].text)
        wanted = _wanted(asked)
        first = entry.answer.sentences[0]
        if wanted:
            if not _has_amount(entry.answer, wanted):
                yield entry.answer.mark(
                    first.start,
                    first.end,
                    "warn",
                    "The question asks for a number; the answer has none.",
                    "Give the number, with its unit.",
                )
        elif _is_yes_or_no(asked) and not _opens_with_yes_or_no(entry.answer):
            yield entry.answer.mark(
                first.start,
                first.end,
                "warn",
                "The question wants a yes or a no; the answer does not begin with one.",
                "Begin with yes, no, not yet or only.",
            )


def _wanted(asked: Text) -> tuple[str, ...]:
    """The lists of words that would answer a question for a time or an amount, () for others."""
    beginnings = _clauses(asked)
    for name, answers in ANSWERS.items():
        for place in find_listed(asked, name):
            if asked.language in UNSPACED or place.start in beginnings:
                return answers
    return ()


def _clauses(asked: Text) -> set[int]:
    """Where a clause may begin: early, behind a comma or a conjunction."""
    beginnings = set()
    for index, token in enumerate(asked.tokens):
        before = asked.tokens[index - 1] if index > LATEST_WORD else None
        if (
            before is None
            or before.text in CONJUNCTIONS
            or not set(asked.text[before.end : token.start]).isdisjoint(COMMAS)
        ):
            beginnings.add(token.start)
    return beginnings


def _has_amount(answer: Text, lists: tuple[str, ...]) -> bool:
    if any(letter.isnumeric() for letter in answer.text):
        return True
    return any(has_listed(answer, name) for name in lists)


def _is_yes_or_no(asked: Text) -> bool:
    """Whether the question begins with a verb, as such questions do, and offers no choice."""
    if has_listed(asked, "or"):
        return False
    if asked.language == "ja":
        ending = asked.text.rstrip("。 ." + QUESTION_MARKS)
        return ending.endswith("か") and not has_listed(asked, "question_words")
    is_question = asked.text.rstrip("”»\"' ")[-1:] in QUESTION_MARKS
    first = asked.tokens[0].start if asked.tokens else -1
    openings = find_listed(asked, "yes_or_no_questions")
    begins_so = any(place.start == first for place in openings)
    return is_question and (begins_so or _asks_nothing_else(asked))


def _asks_nothing_else(asked: Text) -> bool:
    """Whether no word asks for anything but yes or no, in languages that mark those that do."""
    if asked.language not in BY_QUESTION_WORDS or len(asked.tokens) < FEWEST_WORDS:
        return False
    if has_listed(asked, "question_words"):
        return False
    first = asked.tokens[0].start
    return not any(place.start == first for place in find_listed(asked, "question_openings"))


def _opens_with_yes_or_no(answer: Text) -> bool:
    first = answer.sentences[0]
    if answer.language in UNSPACED:
        end = first.end  # Verbs, and so their "not", come last.
    else:
        tokens = answer.tokens[FIRST_WORDS : FIRST_WORDS + 1]
        end = tokens[0].start if tokens else len(answer.text)
    return any(place.start < end for place in find_listed(answer, "yes_or_no"))


RULE = Rule(
    id="F5",
    title="The answer answers",
    severity="warn",
    languages=languages_of("asks_amount"),
    why="Who asks how much and reads no number thinks that you hide one.",
    source="Doc Bar Raisers; Carr on truth-seeking (workingbackwards.com)",
    mend="Give the number first, or the yes or no; the reasons after it.",
    before="How long does it take? It depends on your kitchen.",
    after="How long does it take? 20 minutes for two shelves.",
    check=check,
)
