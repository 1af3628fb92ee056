"""A9: acronyms are explained where they first appear. Languages in Latin letters."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import tokens_of, words_of
from wbtest.writing.coach.reading import Reading, Text

# Elsewhere letters have no capitals, or Latin ones are a foreign word of their own.
LATIN = (
    *("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ca", "cs", "da", "et", "fi", "hr", "hu"),
    *("id", "lt", "lv", "nb", "ro", "sk", "sl", "sv", "sw", "tr", "vi"),
)
FEWEST_LETTERS = 2
MOST_LETTERS = 6
# Any two words have the initials of an acronym of two letters.
FEWEST_INITIALS = 3
# An explanation stands within as many words.
NEAR = 25
SMALL_WORD = 3
_ROMAN = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_DATELINE = re.compile(r"[^.!?\n]{1,60}?\s[—–-]{1,2}\s")
_BRACKET = re.compile(r"\s?[(\[]([^()\[\]]{1,120})[)\]]")
_PLACE = re.compile(r"[^\W\d_]{2,}, $")
LONGEST_PLACE = 30


def check(reading: Reading) -> Iterator[Mark]:
    """Mark each acronym that nobody explains where it first appears.

    A headline has no room for that, so what the text below explains is explained.
    """
    known = _known(reading)
    cities = {token.text.upper() for token in tokens_of(reading.document.dateline.city)}
    for text in sorted(reading.prose, key=lambda text: text.part in ("headline", "subheading")):
        for index, acronym in _acronyms(text):
            if acronym in known or (text.path == "summary" and acronym in cities):
                continue
            known.add(acronym)
            if not _is_explained(text, index, acronym):
                start = text.tokens[index].start
                yield text.mark(
                    start,
                    start + len(acronym),
                    "warn",
                    f"Nothing says what “{acronym}” stands for where it first appears.",
                )


def _known(reading: Reading) -> set[str]:
    """Capitals that need no explanation here: well-known ones, names, and words that also stand
    in small letters, so that the capitals only stress them."""
    document = reading.document
    names = (document.product, document.company_quote.speaker, document.customer_quote.speaker)
    listed = words_of("any", "capitals") | words_of(reading.language, "capitals")
    # A11 marks these already, and to explain them would not help.
    metrics = {line.partition("=>")[0].strip() for line in words_of("any", "metrics")}
    given = " ".join((*names, document.segment, *reading.settings.allowed))
    stressed = {
        token.text
        for text in reading.prose
        for token in text.tokens
        if text.text[token.start : token.end].islower()
    }
    words = {token.text for token in tokens_of(given)}
    singular = {word.removesuffix("s") for word in words}
    return {word.upper() for word in {*listed, *metrics, *stressed, *words, *singular}}


def _acronyms(text: Text) -> Iterator[tuple[int, str]]:
    """Number of the token and letters of each acronym; none in sentences written in capitals."""
    dateline = _DATELINE.match(text.text) if text.path == "summary" else None
    begin, index = dateline.end() if dateline else 0, 0
    for sentence in text.sentences:
        found, others = [], 0
        while index < len(text.tokens) and text.tokens[index].start < sentence.end:
            acronym = _acronym(text, index)
            if acronym and text.tokens[index].start >= begin:
                found.append((index, acronym))
            others += not acronym
            index += 1
        if len(found) <= max(2, others):
            yield from found


def _acronym(text: Text, index: int) -> str:
    """The capitals of a token, without an ending as in “SMEs” and “NHS’s”; '' when it is none."""
    start, end, _ = text.tokens[index]
    word = text.text[start:end].replace("’", "'").partition("'")[0]
    capitals = word.removesuffix("s")
    is_acronym = (
        FEWEST_LETTERS <= len(capitals) <= MOST_LETTERS
        and capitals.isalpha()
        and capitals.isupper()
        and not _ROMAN.fullmatch(capitals)
        and not _is_in_address(text.text, start, end)
        and not (
            len(capitals) == FEWEST_LETTERS
            and capitals.lower() in words_of("any", "regions")
            and _PLACE.search(text.text, max(0, start - LONGEST_PLACE), start)
        )
    )
    return capitals if is_acronym else ""


def _is_in_address(text: str, start: int, end: int) -> bool:
    """Whether the letters belong to an address, a file, a tag, or a name such as AT&T."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 2]
    return (
        before in tuple("@#/._&")
        or after[:1] in tuple("@/_&")
        or (after[:1] == "." and after[1:].isalnum())
    )


def _is_explained(text: Text, index: int, acronym: str) -> bool:
    """Whether it reads “ABC (Always Be Closing)”, “Always Be Closing (ABC)”, or the words whose
    initials it has stand near it."""
    token = text.tokens[index]
    bracket = _BRACKET.match(text.text, token.end)
    if bracket and sum(map(str.isalpha, bracket[1])) > len(acronym):
        return True
    before = text.tokens[max(0, index - NEAR) : index]
    after = text.tokens[index + 1 : index + 1 + NEAR]
    if text.text[token.start - 1 : token.start] in ("(", "[") and any(
        word.text.startswith(acronym[0].lower()) for word in before[-len(acronym) - 2 :]
    ):
        return True
    return len(acronym) >= FEWEST_INITIALS and any(
        acronym.lower() in "".join(word.text[0] for word in words if len(word.text) > smallest)
        for words in (before, after)
        for smallest in range(SMALL_WORD + 1)
    )


RULE = Rule(
    id="A9",
    title="Acronyms are explained",
    severity="warn",
    languages=LATIN,
    why="Letters that a reader must look up are where the reader stops.",
    source="Amazon writing tips; Doc Bar Raisers",
    mend="Write the words out, with the letters in brackets behind them, or only the words.",
    before="SMEs file their returns by phone.",
    after="Small shops file their tax returns by phone.",
    check=check,
)
