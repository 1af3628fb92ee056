"""Q3: the customer quote holds a feeling, or what became of an evening."""

from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.listed import has_listed
from wbtest.writing.coach.lists import languages_of
from wbtest.writing.coach.quotes import spoken
from wbtest.writing.coach.reading import Reading


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a customer quote that has no word for a feeling or for life outside the product."""
    quote = reading.text("customer_quote.text")
    if reading.form == "short" or quote is None:
        return
    if not has_listed(spoken(quote), "feelings"):
        yield quote.mark_all("warn", "We found no feeling in it. Ask your reviewers.")


RULE = Rule(
    id="Q3",
    title="A feeling, not only a function",
    severity="warn",
    languages=languages_of("feelings"),
    why="People tell a friend how it felt; functions they forget.",
    source="Bryar & Carr, Working Backwards, ch. 5; Doc Bar Raisers",
    mend="Say what it felt like, or what they do with the evening now.",
    before="The planner makes a list from one photo.",
    after="I sat down and talked to my son about football.",
    check=check,
)
