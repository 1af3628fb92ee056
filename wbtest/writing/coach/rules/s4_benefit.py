"""S4: the subheading says what becomes better."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import languages_of, tokens_of
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a subheading in which no verb of change has anything behind it, and no number stands.

    What the segment says already (farmers who *sell* at the gate) is no benefit, and no name is.
    """
    subheading = reading.text("subheading")
    if subheading is None or any(letter.isnumeric() for letter in subheading.text):
        return
    document = reading.document
    known = {token.text for token in tokens_of(f"{document.segment} {document.product}")}
    last = subheading.tokens[-1].end if subheading.tokens else 0
    for hit in subheading.find("benefit"):
        words = subheading.text[hit.start : hit.end].lower()
        if hit.end < last and words not in known:
            return
    yield subheading.mark_all("warn", "The subheading does not say what gets better.")


RULE = Rule(
    id="S4",
    title="The subheading names the benefit",
    severity="warn",
    languages=languages_of("benefit"),
    why="Customers act for a change in their day, not for a kind of product.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Add the verb and what it changes: stop asking, save an hour, find the money.",
    before="An app about weeknight cooking for parents.",
    after="Parents who cook on weeknights throw away half as much food.",
    check=check,
)
