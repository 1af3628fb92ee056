"""L2: the release itself says why this is better than what people do today."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import has_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading

LANGUAGES = languages_of("comparing")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark that what people do today is missing: a note when something else compares, or when no
    list says how the language does."""
    if reading.document.alternative.strip():
        return
    if _may_compare(reading):
        yield reading.missing(
            "alternative", "alternative", "note", "Nothing names what people do today."
        )
        return
    yield reading.missing(
        "alternative",
        "alternative",
        "warn",
        "Nothing says why this is better than what people do today.",
    )


def _may_compare(reading: Reading) -> bool:
    return reading.language not in LANGUAGES or any(
        has_listed(text, "comparing") for text in reading.prose
    )


RULE = Rule(
    id="L2",
    title="Better than what people do today",
    severity="warn",
    why="The strongest rival is what people do already; they change only for something better.",
    source="Bryar & Carr, Working Backwards, ch. 5; Carr on truth-seeking (workingbackwards.com)",
    mend="Name what they use today, if only paper or nothing, and what is better from now on.",
    before="Larder plans your dinners.",
    after="Recipe apps begin with a shopping list of thirty things, Larder with your fridge.",
    check=check,
    words_in=LANGUAGES,
)
