"""Rules on single words: weasel words, hype and superlatives, the company's own excitement."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from wbtest.writing.coach.document_reader import (
    Mark,
    Place,
    Reading,
    Severity,
    Text,
    find_listed,
    spans_of,
)
from wbtest.writing.coach.numbers import numbers_in
from wbtest.writing.coach.quote_rules import quotations_in
from wbtest.writing.coach.word_lists import Hit, Token, words_of

# How many words may stand between the superlative and "ever".
SUPERLATIVE_REACH = 6
SHORTEST = len("best")
OF_ALL = ("the", "our", "world's")
IRREGULAR = ("best", "most")
# How many words further the thing may stand that is sold: "the smartest recall tool".
SOLD_REACH = 3
WHOLE_WORLDS = ("world's", "country's", "nation's", "industry's", "market's")
SOLD_OF_ALL = ("the", "our", "'s")
# With one of these another phrase begins: "the best of their tools".
SMALL = ("of", "for", "in", "on", "at", "to", "with", "and", "or", "their", "his", "her", "your")
# The best soup that she ever ate is her own affair.
PEOPLE = ("i", "we", "you", "he", "she", "they", "who", "i've", "we've", "they've", "had", "have")
# Where people live without the product, and what customers say of their own lives.
FREE_TO_SAY = ("problem", "alternative", "customer_quote.text")


def superlatives_in(text: Text) -> Iterator[Place]:
    """Yield from the superlative to its "ever", or to the thing that is sold."""
    if text.language != "en" or text.path in FREE_TO_SAY:
        return
    yield from _of_what_is_sold(text)
    tokens = text.tokens
    for index, token in enumerate(tokens):
        if token.text != "ever":
            continue
        for number in range(index - 1, max(0, index - SUPERLATIVE_REACH) - 1, -1):
            words = text.text[tokens[number].start : token.start]
            if tokens[number].text in PEOPLE or any(sign in words for sign in ".!?;:,"):
                break
            if _is_superlative(tokens, number):
                yield Place(tokens[number].start, token.end)
                break


def _of_what_is_sold(text: Text) -> Iterator[Place]:
    """Where an app, a tool or the like is the best in a way that nobody can measure."""
    tokens, things = text.tokens, words_of("en", "sold_things")
    for hit in text.find("vague_superlatives"):
        index = bisect_left(tokens, hit.start, key=lambda token: token.start)
        behind = index + len(hit.entry.words)
        before = tokens[index - 1].text if index else ""
        if before in WHOLE_WORLDS:
            yield Place(hit.start, hit.end)
            continue
        is_of_all = before.endswith(SOLD_OF_ALL)
        reach = tokens[behind : behind + SOLD_REACH] if is_of_all else []
        for number, thing in enumerate(reach, behind):
            words = text.text[hit.start : thing.end]
            if thing.text in SMALL or any(sign in words for sign in ".!?;:,"):
                break
            if thing.text in things:
                if not _is_ever(tokens, number):
                    yield Place(hit.start, thing.end)
                break


def _is_ever(tokens: list[Token], index: int) -> bool:
    """Whether an "ever" follows soon; it is told as one claim."""
    return any(token.text == "ever" for token in tokens[index + 1 : index + 1 + SUPERLATIVE_REACH])


def _is_superlative(tokens: list[Token], number: int) -> bool:
    word = tokens[number].text
    if not number or tokens[number - 1].text not in OF_ALL or len(word) < SHORTEST:
        return False
    is_one = word.endswith("est") and word not in words_of("en", "superlative_fine")
    return is_one or word in IRREGULAR


# With a capital letter these are the month and the question: "May I cancel?"
MODALS = ("may", "might")
# What may stand before the first word of a sentence: a quotation mark, a dash and a space.
LONGEST_OPENING = 2
LONGEST_NUMBER = 20
# Between “whether” and “might”.
LONGEST_QUESTION = 60
_WORD = re.compile(r"\w+")
_STOP = re.compile(r"[.!?;:]")


def check_weasel_words(reading: Reading) -> Iterator[Mark]:
    """Mark words that leave open how much, how often, who, or whether.

    What stands in quotation marks is somebody's own speech, and so is all the customer says.
    """
    for text in reading.prose:
        if text.path == "customer_quote.text":
            continue
        hits = [hit for hit in _without_questions(text) if not _is_name(text, hit)]
        hits += [hit for hit in text.find("weasel_numbers") if _has_number(text, hit)]
        fine = _fine(text) if hits else {}
        for hit in hits:
            if hit.end > fine.get(hit.start, 0):
                words = text.text[hit.start : hit.end]
                yield text.mark(
                    hit.start,
                    hit.end,
                    "warn",
                    f"“{words}” is vague.",
                    f"Say {hit.entry.instead}." if hit.entry.instead else "",
                )


def _fine(text: Text) -> dict[int, int]:
    """The characters within quotation marks, and in phrases that only look like hedges, each with
    the end of its quotation or phrase."""
    places = [(hit.start, hit.end) for hit in text.find("weasel_fine")]
    places += [(said.start, said.end) for said in quotations_in(text.text)]
    return {index: end for start, end in places for index in range(start, end)}


def _is_name(text: Text, hit: Hit) -> bool:
    """Whether a capital letter within a sentence makes a name of it: Very, Most, the month May.

    Headlines may have capitals on every word.
    """
    if not text.text[hit.start].isupper():
        return False
    if hit.entry.phrase in MODALS:
        return True
    number = bisect_right(text.sentences, hit.start, key=lambda sentence: sentence.start)
    before = text.text[text.sentences[number - 1].start : hit.start]
    return len(before) > LONGEST_OPENING and text.path not in ("headline", "subheading")


def _without_questions(text: Text) -> Iterator[Hit]:
    """Hedges, but for modals in an indirect question: "She asks whether she might cook"."""
    ends = [asked.end for asked in text.find("indirect")]
    for hit in text.find("weasel"):
        last = bisect_right(ends, hit.start) - 1
        is_near = last >= 0 and hit.start - ends[last] <= LONGEST_QUESTION
        is_asked = is_near and not _STOP.search(text.text, ends[last], hit.start)
        if hit.entry.phrase not in MODALS or not is_asked:
            yield hit


def _has_number(text: Text, hit: Hit) -> bool:
    """Whether a number follows, in digits or in one or two words, behind a currency or not."""
    rest = text.text[hit.end : hit.end + LONGEST_NUMBER].lstrip(" \u00a0\n~£$€¥₹")
    words = _WORD.findall(rest.lower())[:2]
    numbers = words_of(text.language, "weasel_after_up_to")
    return rest[:1].isdecimal() or not numbers.isdisjoint((*words[:1], " ".join(words)))


def check_hype(reading: Reading) -> Iterator[Mark]:
    """Mark each word of hype, and each promise of ease or speed in a sentence without a number."""
    for text in reading.prose:
        severity: Severity = "stop" if text.path == "headline" else "warn"
        for place in find_listed(text, "hype"):
            yield text.mark_words(place, severity, "“{}” is a claim no customer would make.")
        for place in superlatives_in(text):
            yield text.mark_words(place, severity, "Nobody can check “{}”.", "Say by how much.")
        yield from _promises(text, severity)


def _promises(text: Text, severity: Severity) -> Iterator[Mark]:
    # A sentence with a number says how easy or how fast; without one it only claims it.
    places = find_listed(text, "ease")
    if not places:
        return
    sentences = spans_of(text.sentences)
    starts = [number.start for number in numbers_in(text.text, text.language)]
    starts += [place.start for place in find_listed(text, "measured")]
    starts += [one.start for one in text.sentences if any(map(str.isdecimal, one.text))]
    measured = {sentences.index(start) for start in starts}
    for place in places:
        if sentences.index(place.start) not in measured:
            yield text.mark_words(
                place,
                severity,
                "How “{}” is it?",
                "Give the number: minutes, steps, clicks. Or show it happening.",
            )


# How many words before it may name who is excited: "we are all very excited to".
EXCITEMENT_REACH = 4
# Lists that name no one speak of people's feelings too: "Ben is excited to go to school".
NAMELESS = ("en",)


def check_excited(reading: Reading) -> Iterator[Mark]:
    """Mark where the company says how it feels; customers may feel what they like."""
    for text in reading.prose:
        for place in find_listed(text, "excited"):
            if _is_of_the_company(text, place, reading.document.product):
                yield text.mark_words(place, "warn", "“{}” is how you feel, not what they get.")


def _is_of_the_company(text: Text, place: Place, product: str) -> bool:
    is_customer = text.path == "customer_quote.text"
    if text.language not in NAMELESS:
        return not is_customer
    tokens = text.tokens
    index = bisect_left(tokens, place.start, key=lambda token: token.start)
    behind = bisect_left(tokens, place.end, key=lambda token: token.start)
    following = tokens[behind].text if behind < len(tokens) else ""
    if following in words_of(text.language, "announce"):
        return True
    before = {token.text for token in tokens[max(0, index - EXCITEMENT_REACH) : index]}
    ours = words_of(text.language, "ours") | set(product.lower().split())
    return not is_customer and bool(before & ours)
