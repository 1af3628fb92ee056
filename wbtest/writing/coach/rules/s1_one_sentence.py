"""S1: the subheading is one sentence."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark what follows the first sentence."""
    subheading = reading.text("subheading")
    if subheading is not None and len(subheading.sentences) > 1:
        second, last = subheading.sentences[1], subheading.sentences[-1]
        yield subheading.mark(
            second.start, last.end, "warn", "The subheading goes on after its sentence."
        )


RULE = Rule(
    id="S1",
    title="The subheading is one sentence",
    severity="warn",
    why="Customer and benefit in one breath: what does not fit belongs in the summary.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Keep the sentence that names the customer and the benefit; move the rest down.",
    before="Parents stop asking what’s for dinner. It also makes lists. And it is free.",
    after="Parents who cook on weeknights stop asking what’s for dinner.",
    check=check,
    is_wording=False,
)
