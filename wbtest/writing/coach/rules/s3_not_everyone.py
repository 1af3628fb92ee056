"""S3: the customers are somebody, not everybody."""

from collections.abc import Iterator

from wbtest.writing.coach.alike import is_named
from wbtest.writing.coach.crowd import find_anybody, is_anybody
from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a segment, and words of the subheading, that could mean anybody."""
    segment = " ".join(reading.document.segment.split())
    is_vague = is_anybody(segment, reading.language)
    if is_vague:
        length = len(reading.document.segment)
        yield Mark("segment", "subheading", 0, length, "warn", f"“{segment}” could be anybody.")
    subheading = reading.text("subheading")
    if subheading is None:
        return
    if segment and not is_vague and is_named(segment, subheading.text, reading.language):
        return
    for place in find_anybody(subheading):
        words = subheading.text[place.start : place.end]
        yield subheading.mark(place.start, place.end, "warn", f"“{words}” could be anybody.")


RULE = Rule(
    id="S3",
    title="The customer is not everyone",
    severity="warn",
    languages=languages_of("anybody"),
    why="What is for everyone is written for nobody: no reader feels meant.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Say which of them: what they do, where, and when it hurts.",
    before="Teams save time.",
    after="Night nurses who hand over at seven save half an hour a shift.",
    check=check,
)
