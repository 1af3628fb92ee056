"""L3: problem, solution and why now take two to three paragraphs together."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading

PATHS = ("problem", "solution", "why_now")
MOST_PARAGRAPHS = 2


def check(reading: Reading) -> Iterator[Mark]:
    """Mark what follows the second paragraph of each of the three."""
    if reading.form == "short":
        return
    for path in PATHS:
        text = reading.text(path)
        if text is not None and len(text.paragraphs) > MOST_PARAGRAPHS:
            rest = text.paragraphs[MOST_PARAGRAPHS:]
            yield text.mark(
                rest[0].start,
                rest[-1].end,
                "note",
                f"This part has {len(text.paragraphs)} paragraphs; {MOST_PARAGRAPHS} are plenty.",
            )


RULE = Rule(
    id="L3",
    title="Two or three paragraphs carry the story",
    severity="note",
    why="A release is read standing up; what needs more room is not clear yet, or is for the FAQ.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Keep the one scene and the one change; move the rest to the questions.",
    before="Four paragraphs on how each kind of family cooks.",
    after="One paragraph on Amira at half past five.",
    check=check,
)
