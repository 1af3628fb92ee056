"""N1: why now says what changed."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import has_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading

LANGUAGES = languages_of("changed")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark that why now is missing, or names neither a change nor a year or other number."""
    if reading.form == "short":
        return
    why_now = reading.text("why_now")
    if why_now is None:
        yield reading.missing("why_now", "why_now", "note", "Nothing says why now.")
        return
    if reading.language not in LANGUAGES or any(letter.isnumeric() for letter in why_now.text):
        return
    if not has_listed(why_now, "changed"):
        yield why_now.mark_all("note", "Nothing here says what changed.")


RULE = Rule(
    id="N1",
    title="Why now says what changed",
    severity="note",
    why="If nothing changed, somebody would have done it before, or nobody wants it.",
    source="Bryar & Carr, Working Backwards, ch. 5; Carr on truth-seeking (workingbackwards.com)",
    mend="Name the price that fell, the law, the habit, and when.",
    before="The time is right for better dinners.",
    after="Since 2026 an ordinary phone recognises food in a photo.",
    check=check,
    words_in=LANGUAGES,
)
