"""Rules on the FAQ: its topics, its answers, its hard questions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    FaqEntry,
    Mark,
    Reading,
    Text,
    find_listed,
    has_listed,
    without_prefix,
)
from wbtest.writing.coach.word_lists import Token, languages_of, phrases, tokens_of, words_of
from wbtest.writing.document import (
    ENOUGH_FOR_SHORT,
    EXAMPLE_QUESTIONS,
    EXPECTED_TOPICS,
    EXTERNAL_TOPICS,
    INTERNAL_TOPICS,
    is_settled,
    topic_labelled,
)

_LABEL = re.compile(r"[^:：]*(?=[:：])")


def topics_in(asked: Text, name: str, topics: tuple[str, ...]) -> Iterator[str]:
    """Yield the topic that a question begins with ("Key risks: …"), and those of its words.

    The list called ``name`` has the topics behind ``=>``.
    """
    if label := _LABEL.match(asked.text):
        yield topic_labelled(label[0], topics)
    if asked.language in UNSPACED_LANGUAGES:
        for line in words_of(asked.language, name):
            phrase, _, topic = line.partition("=>")
            if phrase.strip() in asked.text:
                yield topic.strip()
        return
    # Also without what is written in one with a word: "l’aide", "والمساعدة".
    bare = [
        Token(token.start, token.end, without_prefix(token.text.rpartition("'")[2]))
        for token in asked.tokens
    ]
    for hit in (*asked.find(name), *phrases(asked.language, name).find(asked.text, bare)):
        yield hit.entry.instead


def check_both_faqs(reading: Reading) -> Iterator[Mark]:
    """Mark a FAQ that is missing; the short form needs three questions of customers alone."""
    asked = sum(bool(entry.question.question.strip()) for entry in reading.external)
    if not asked:
        yield reading.missing("faq", "stop", "There are no customer questions.", part="external")
    if reading.form == "short":
        if 0 < asked < ENOUGH_FOR_SHORT:
            said = f"Customers ask more than this. Write at least {ENOUGH_FOR_SHORT} questions."
            yield reading.missing("faq", "warn", said, part="external")
        return
    if not any(entry.question.question.strip() for entry in reading.internal):
        yield reading.missing(
            "faq",
            "stop",
            "There are no internal questions.",
            "Write down what engineers, finance and leadership would ask.",
            part="internal",
        )


EXTERNAL_LIST = "external_topics"


def check_external_topics(reading: Reading) -> Iterator[Mark]:
    """Mark each topic that no answered question has, by its topic or by its words."""
    if reading.form == "short" or not reading.external:
        return
    covered: set[str] = set()
    can_read = reading.language in languages_of(EXTERNAL_LIST)
    for entry in reading.external:
        if not is_settled(entry.question):
            continue
        topic = entry.question.topic.strip().casefold()
        covered.add(topic)
        covered.update(topics_in(entry.asked, EXTERNAL_LIST, EXTERNAL_TOPICS))
        if topic not in EXTERNAL_TOPICS and not can_read:
            return  # It may be any of them, in a language that we do not read.
    for topic in EXTERNAL_TOPICS:
        if topic not in covered:
            yield reading.missing(
                "faq",
                "warn",
                f"No customer question covers “{topic}”.",
                f"Answer, for example: “{EXAMPLE_QUESTIONS[topic]}”",
                part="external",
            )


INTERNAL_LIST = "internal_topics"


def check_internal_topics(reading: Reading) -> Iterator[Mark]:
    """Mark each topic that no answered or honestly open question has, by its topic or words."""
    if reading.form == "short":
        return
    asked = {entry.question.topic.strip().casefold(): entry for entry in reading.internal}
    settled: set[str] = set()
    for entry in reading.internal:
        if is_settled(entry.question):
            settled.add(entry.question.topic.strip().casefold())
            settled.update(topics_in(entry.asked, INTERNAL_LIST, INTERNAL_TOPICS))
    for topic in INTERNAL_TOPICS:
        if topic in settled:
            continue
        row = asked.get(topic)
        yield reading.missing(
            row.answer.path if row else "faq",
            "stop" if topic in EXPECTED_TOPICS["full"]["internal"] else "note",
            f"No internal question covers “{topic}” yet.",
            f"Answer a question such as “{EXAMPLE_QUESTIONS[topic]}” Or say who’ll find out, "
            "by when, and how.",
            part="internal",
        )


def check_answered(reading: Reading) -> Iterator[Mark]:
    """Mark each question that is not answered; an honestly open internal one is."""
    for entry in (*reading.external, *reading.internal):
        question = entry.question
        if not question.question.strip():
            continue
        if not question.answer.strip():
            if question.audience == "external" or not is_settled(question):
                yield reading.missing(
                    entry.answer.path,
                    "stop",
                    "This question has no answer.",
                    part=question.audience,
                )
        elif _is_no_answer(entry):
            yield entry.answer.mark_all(
                "stop", f"“{question.answer.strip()[:40]}” doesn’t answer the question."
            )


def _is_no_answer(entry: FaqEntry) -> bool:
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


def check_answers_fit(reading: Reading) -> Iterator[Mark]:
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
                    first,
                    "warn",
                    "The question asks for a number, but the answer has none.",
                    "Give the number, with its unit.",
                )
        elif _is_yes_or_no(asked) and not _opens_with_yes_or_no(entry.answer):
            yield entry.answer.mark(
                first,
                "warn",
                "This is a yes-or-no question, but the answer doesn’t start with yes or no.",
                "Start with “yes”, “no”, “not yet” or “only …”.",
            )


def _wanted(asked: Text) -> tuple[str, ...]:
    """The lists of words that would answer a question for a time or an amount, () for others."""
    beginnings = _clauses(asked)
    for name, answers in ANSWERS.items():
        for place in find_listed(asked, name):
            if asked.language in UNSPACED_LANGUAGES or place.start in beginnings:
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
    if answer.language in UNSPACED_LANGUAGES:
        end = first.end  # Verbs, and so their "not", come last.
    else:
        tokens = answer.tokens[FIRST_WORDS : FIRST_WORDS + 1]
        end = tokens[0].start if tokens else len(answer.text)
    return any(place.start < end for place in find_listed(answer, "yes_or_no"))


HARD_TOPICS = ("key risks", "competitive positioning", "what would make us stop")


def check_hard_questions(reading: Reading) -> Iterator[Mark]:
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
            said = "None of the internal questions is hard."
            yield reading.missing("faq", "warn", said, part="internal")
        else:
            said = "None of the questions is hard."
            yield reading.missing("faq", "warn", said, part="external")


def _is_hard(entry: FaqEntry) -> bool:
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
