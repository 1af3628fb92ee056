"""K1: a named person of the company says why, not the solution again."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import tokens_of, words_of
from wbtest.writing.coach.quotes import is_name, spoken
from wbtest.writing.coach.reading import Reading, Text

PART = "company_quote"
FULL_NAME = 2
MOST_REPEATED = 0.6
# Below that a share says nothing.
FEWEST_WORDS = 5
SHORTEST_WORD = 4
# Endings differ (plans, planned): as many letters name a word.
STEM = 6
# Two characters that are neither spaces nor hiragana, at each place.
_PAIR = re.compile(r"(?=([\u30a1-\u30fa\u3400-\u9fff\uac00-\ud7af]{2}))")


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a quote that is missing, has no named speaker, or repeats the solution."""
    if reading.form == "short":
        return
    quote = reading.text("company_quote.text")
    if quote is None:
        yield reading.missing("company_quote.text", PART, "warn", "Your quote is missing.")
        return
    yield from _speaker(reading)
    solution = reading.text("solution")
    if solution is None:
        return
    common = words_of(reading.language, "common")
    said = _content(spoken(quote), reading.document.product, common)
    known = _content(solution, reading.document.product, common)
    if len(said) >= FEWEST_WORDS and len(said & known) >= MOST_REPEATED * len(said):
        yield quote.mark_all(
            "warn",
            f"{len(said & known)} of {len(said)} of its words stand in the solution already.",
            "Say why you did this: what you saw, what you could not accept.",
        )


def _speaker(reading: Reading) -> Iterator[Mark]:
    speaker = reading.text("company_quote.speaker")
    if speaker is None:
        path = "company_quote.speaker"
        yield reading.missing(path, PART, "warn", "Your quote has no speaker.")
    elif not is_name(speaker, FULL_NAME):
        yield speaker.mark_all("warn", f"“{speaker.text.strip()}” is not a person’s full name.")
    if reading.text("company_quote.role") is None:
        path = "company_quote.role"
        yield reading.missing(
            path, PART, "warn", "Your quote does not say what its speaker does.", "Add the title."
        )


def _content(text: Text, product: str, common: frozenset[str]) -> set[str]:
    """What a text is about: stems of its longer words, and pairs of its Chinese characters."""
    left_out = common | {token.text for token in tokens_of(product)}
    stems = {
        token.text[:STEM]
        for token in text.tokens
        if len(token.text) >= SHORTEST_WORD
        and token.text not in left_out
        and not _PAIR.search(token.text)
    }
    return stems | set(_PAIR.findall(text.text))


RULE = Rule(
    id="K1",
    title="A named person says why",
    severity="warn",
    why="The solution says what you made; only a person can say why it mattered to them.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend="Give the full name and the title, and let them say why.",
    before="“Larder plans five dinners from one photo,” says our CEO.",
    after="“We counted what we threw away, and were ashamed,” says Tom Okafor, founder.",
    check=check,
)
