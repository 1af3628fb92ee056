"""S2: the subheading is there, and names the customers whom the release declares."""

from collections.abc import Iterator

from wbtest.writing.coach.alike import is_named
from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading

LONGEST_SHOWN = 80


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a subheading that is missing or names others than the segment, and a missing segment."""
    segment = " ".join(reading.document.segment.split())
    subheading = reading.text("subheading")
    if subheading is None:
        yield reading.missing("subheading", "subheading", "stop", "The subheading is missing.")
    elif segment and not is_named(segment, subheading.text, reading.language, "anybody"):
        shown = segment if len(segment) <= LONGEST_SHOWN else f"{segment[:LONGEST_SHOWN]}…"
        yield subheading.mark_all("warn", f"The subheading does not name “{shown}”.")
    # The short form does not ask for it.
    if reading.form == "full" and not segment:
        yield reading.missing(
            "segment",
            "subheading",
            "note",
            "Nothing says yet who it is for.",
            "Name the customers in a few words: “parents who cook on weeknights”.",
        )


RULE = Rule(
    id="S2",
    title="The subheading names the customer",
    severity="stop when missing; warn",
    why="The right person must see that it is about them, and a team must agree on who that is.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Name the same customers here as in “Who it is for”.",
    before="Dinner is planned in two minutes.",
    after="Parents who cook on weeknights have dinner planned in two minutes.",
    check=check,
    is_wording=False,
)
