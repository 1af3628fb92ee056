"""A1: one to one and a half pages."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.measure import measure_of
from wbtest.writing.coach.reading import Reading
from wbtest.writing.document import PARTS, WORDS_A_PAGE

MOST_WORDS = WORDS_A_PAGE * 3 // 2
FEWEST_WORDS = WORDS_A_PAGE // 2
_LABELS = {part.name: part.label for part in PARTS["full"]}


def check(reading: Reading) -> Iterator[Mark]:
    """Mark the release when it is too long, and name its longest part; or when it is very short.

    The short form may be as short as it likes. What is not begun yet is not short.
    """
    words = sum(text.words for text in reading.prose)
    if words > MOST_WORDS:
        measure = measure_of(reading.prose)
        length, over = words * measure.a_word, (words - MOST_WORDS) * measure.a_word
        longest = max(reading.prose, key=lambda text: text.words)
        yield reading.missing(
            "",
            "release",
            "warn",
            f"{length:,} {measure.unit}: {over:,} more than fill a page and a half.",
            f"Cut the longest part first, “{_LABELS[longest.part]}”:"
            f" {longest.words * measure.a_word:,} {measure.unit}.",
        )
    elif 0 < words < FEWEST_WORDS and reading.form == "full":
        measure = measure_of(reading.prose)
        yield reading.missing(
            "",
            "release",
            "note",
            f"{words * measure.a_word:,} {measure.unit} are less than half a page.",
            "Say more of the problem: one person, one evening, what they do about it today.",
        )


RULE = Rule(
    id="A1",
    title="One to one and a half pages",
    severity="warn above, note below half a page",
    why="Who cannot say it on a page and a half does not yet know what matters most.",
    source="Bryar & Carr, Working Backwards, ch. 5; Ian McAllister on working backwards",
    mend="Cut what the customer would not miss; answers to questions belong in the FAQ.",
    before="Three pages that explain every screen.",
    after="One page: who has the problem, and what changes for them.",
    check=check,
)
