"""A6: words that sound like a fact and leave it open. English."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import Hit, languages_of, words_of
from wbtest.writing.coach.quotes import quotations_in
from wbtest.writing.coach.reading import Reading, Text

# With a capital letter these are the month and the question: "May I cancel?"
MODALS = ("may", "might")
# What may stand before the first word of a sentence: a quotation mark, a dash and a space.
LONGEST_OPENING = 2
LONGEST_NUMBER = 20
# Between “whether” and “might”.
LONGEST_QUESTION = 60
_WORD = re.compile(r"\w+")
_STOP = re.compile(r"[.!?;:]")


def check(reading: Reading) -> Iterator[Mark]:
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
                    f"“{words}” leaves it open.",
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


RULE = Rule(
    id="A6",
    title="No weasel words",
    severity="warn",
    languages=languages_of("weasel"),
    why="A claim with a way out is none; the number or the fact in its place convinces.",
    source="Amazon writing tips; Doc Bar Raisers",
    mend="Put the number or the fact in its place, or leave the word out.",
    before="Many parents throw away significantly less food.",
    after="Eleven of fourteen parents threw away half as much food.",
    check=check,
)
