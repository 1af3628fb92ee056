"""Quotes: what is spoken in a text and by whom, and the rules of the two quotes."""

import re
from collections.abc import Iterator
from dataclasses import replace

from wbtest.writing.coach.document_reader import (
    UNSPACED_LANGUAGES,
    Mark,
    Piece,
    Place,
    Reading,
    Text,
    has_listed,
    paragraphs_in,
    words_in,
)
from wbtest.writing.coach.word_lists import Token, phrases, tokens_of, words_of

# Each mark that opens, and those that may close after it.
CLOSING = {
    '"': '"',
    "＂": "＂",
    "“": "”“",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "〝": "〟〞",
}
_OPENING = re.compile("[" + "".join(CLOSING) + "]")
_BLOCK = re.compile(r"(?:[ \t]*>[^\n]*\n?)+")
_LETTER = re.compile(r"[^\W_]")
_MARGIN = re.compile(r"(?m)^[ \t]*>")
_BEHIND_THE_NAME = re.compile(r"[,;(–—|/，、（]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
CJK_NAME = 2


def quotations_in(text: str) -> list[Piece]:
    """What stands between quotation marks, without them, and block quotes (lines with ``>``).

    >>> [said.text for said in quotations_in("«Oui», dit-il. “It’s fine.”")]
    ['Oui', 'It’s fine.']
    """
    return [said for paragraph in paragraphs_in(text) for said in _said_in(paragraph)]


def _said_in(paragraph: Piece) -> Iterator[Piece]:
    text, begin = paragraph.text, paragraph.start
    index = 0
    if block := _BLOCK.match(text):
        index = block.end()
        yield Piece(begin, begin + index, block[0])
    # Marks that do not come any more are not looked for again: a row of them costs one look.
    gone: set[str] = set()
    while opening := _OPENING.search(text, index):
        index = opening.end()
        if text[index - 2 : index - 1].isdecimal() and index > 1:
            continue  # 5" are inches.
        ends = []
        for mark in CLOSING[opening[0]]:
            end = -1 if mark in gone else text.find(mark, index)
            if end < 0:
                gone.add(mark)
            else:
                ends.append(end)
        if ends:
            end = min(ends)
            yield Piece(begin + index, begin + end, text[index:end])
            index = end + 1


def spoken(text: Text) -> Text:
    """The text with all that is not spoken as spaces, so that places stay the same.

    Where quotation marks hold less than half of the letters, all of it is spoken.
    """
    said = quotations_in(text.text)
    letters = sum(len(_LETTER.findall(piece.text)) for piece in said)
    if 2 * letters < len(_LETTER.findall(text.text)) or not said:
        return text
    kept, index = [], 0
    for piece in said:
        kept += [" " * (piece.start - index), _MARGIN.sub(_blank, piece.text)]
        index = piece.end
    return replace(text, text="".join(kept) + " " * (len(text.text) - index))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def is_name(speaker: Text, fewest: int) -> bool:
    """Whether this is a person's name of at least ``fewest`` words, and not “our CEO”.

    In Chinese, Japanese and Korean two characters are a name. What stands behind a comma is not
    looked at.
    """
    head = _BEHIND_THE_NAME.split(speaker.text, maxsplit=1)[0]
    nobody = words_of(speaker.language, "nobody") | words_of("en", "nobody")
    particles = words_of("any", "particles")
    if head.strip().lower() in nobody:
        return False
    count = 0
    for word in words_in(head):
        if word.text.lower() in nobody or word.text.lower() in particles:
            continue
        if word.text[0].islower():
            return False
        count += fewest if len(_CJK.findall(word.text)) >= CJK_NAME else 1
    return count >= fewest


FULL_NAME = 2
MOST_REPEATED = 0.6
# Below that a share says nothing.
FEWEST_WORDS = 5
SHORTEST_WORD = 4
# Endings differ (plans, planned): as many letters name a word.
STEM = 6
# Two characters that are neither spaces nor hiragana, at each place.
_PAIR = re.compile(r"(?=([\u30a1-\u30fa\u3400-\u9fff\uac00-\ud7af]{2}))")


def check_company_quote(reading: Reading) -> Iterator[Mark]:
    """Mark a quote that is missing, has no named speaker, or repeats the solution."""
    if reading.form == "short":
        return
    quote = reading.text("company_quote.text")
    if quote is None:
        yield reading.missing("company_quote.text", "warn", "Your quote is missing.")
        return
    yield from _company_speaker(reading)
    solution = reading.text("solution")
    if solution is None:
        return
    common = words_of(reading.language, "common")
    said = _content(spoken(quote), reading.document.product, common)
    known = _content(solution, reading.document.product, common)
    if len(said) >= FEWEST_WORDS and len(said & known) >= MOST_REPEATED * len(said):
        yield quote.mark_all(
            "warn",
            f"{len(said & known)} of its {len(said)} main words are already in the solution.",
            "Say why you did this: what you saw, what you could not accept.",
        )


def _company_speaker(reading: Reading) -> Iterator[Mark]:
    speaker = reading.text("company_quote.speaker")
    if speaker is None:
        yield reading.missing("company_quote.speaker", "warn", "Your quote has no speaker.")
    elif not is_name(speaker, FULL_NAME):
        yield speaker.mark_all("warn", f"“{speaker.text.strip()}” is not a person’s full name.")
    if reading.text("company_quote.role") is None:
        yield reading.missing(
            "company_quote.role",
            "warn",
            "Your quote doesn’t say what the speaker does.",
            "Add their job title.",
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


# Customers are often given by their first name.
FEWEST_NAMES = 1
# As long as this, a quotation elsewhere in the release may be the missing one.
LONG_QUOTATION = 8


def check_customer_quote(reading: Reading) -> Iterator[Mark]:
    """Mark a quote that is missing, or that nobody in particular says."""
    if reading.form == "short":
        return
    quote = reading.text("customer_quote.text")
    if quote is None:
        fix = "Move it here, or write another." if _has_quotation(reading) else ""
        where = " There’s a quotation elsewhere in the release." if fix else ""
        yield reading.missing(
            "customer_quote.text", "stop", f"The customer quote is missing.{where}", fix
        )
        return
    yield from _customer_speaker(reading, quote)
    if reading.text("customer_quote.role") is None:
        yield reading.missing(
            "customer_quote.role",
            "warn",
            "The customer quote doesn’t say who the speaker is.",
            "Add what they do and where: “a mother of two in Leeds”.",
        )


def _customer_speaker(reading: Reading, quote: Text) -> Iterator[Mark]:
    speaker = reading.text("customer_quote.speaker")
    if speaker is not None:
        if not is_name(speaker, FEWEST_NAMES):
            yield speaker.mark_all("warn", f"“{speaker.text.strip()}” isn’t a name.")
        return
    said = quotations_in(quote.text)
    end = said[-1].end + 1 if said else len(quote.text)
    if any(letter.isalpha() for letter in quote.text[end:]):
        yield quote.mark(
            Place(end, len(quote.text)),
            "warn",
            "The speaker’s name is inside the quote.",
            "Move the name and role to their own fields.",
        )
    else:
        yield reading.missing(
            "customer_quote.speaker", "warn", "The customer quote has no speaker."
        )


def _has_quotation(reading: Reading) -> bool:
    """Whether somebody but the company is quoted at length."""
    return any(
        len(said.text.split()) >= LONG_QUOTATION
        for text in reading.prose
        if text.part != "company_quote"
        for said in quotations_in(text.text)
    )


PATH = "customer_quote.text"
_PART_OF_WORD = re.compile(r"\w+")
PAST_ENDINGS: dict[str, tuple[str, ...]] = {"en": ("ed",)}
# A word may stand between who speaks and the verb: "I never knew".
REACH = 3


def check_first_person(reading: Reading) -> Iterator[Mark]:
    """Mark a customer quote without a word for “I”, and one without a before or an after."""
    quote = reading.text(PATH)
    if reading.form == "short" or quote is None:
        return
    said = spoken(quote)
    if not _is_first_person(said):
        yield reading.missing(
            PATH, "warn", "The customer doesn’t talk about themselves.", "Let them say “I” or “we”."
        )
    if not has_listed(said, "before_after") and not _tells_of_both(said):
        yield reading.missing(
            PATH,
            "warn",
            "The quote doesn’t say what it was like before, or what it’s like now.",
            "Say what they used to do and what they do now.",
        )


def _is_first_person(said: Text) -> bool:
    """Whether a word for the speaker is there, or an ending that does without one."""
    endings = tuple(words_of(said.language, "first_person_endings"))
    if said.language in UNSPACED_LANGUAGES:
        # An ending says who acts only as long as nobody else is named.
        is_own = any(ending in said.text for ending in endings)
        return has_listed(said, "first_person") or (is_own and not has_listed(said, "third_person"))
    parts = _parts(said)
    if any(True for _ in phrases(said.language, "first_person").find(said.text, parts)):
        return True
    return bool(endings) and any(part.text.endswith(endings) for part in parts)


def _tells_of_both(said: Text) -> bool:
    """Whether verbs of the speaker tell of the past and of now: “I had forgotten. Now I sing.”

    They stand beside a word for the speaker, where the language has one.
    """
    words = [part.text for part in _parts(said)]
    speaker = words_of(said.language, "speaker")
    if speaker:
        places = [place for place, word in enumerate(words) if word in speaker]
        words = [word for place in places for word in words[max(0, place - 1) : place + REACH]]
    past, present = words_of(said.language, "past"), words_of(said.language, "present")
    endings = PAST_ENDINGS.get(said.language, ())
    was = any(word in past or (word.endswith(endings) and word not in present) for word in words)
    return was and not present.isdisjoint(words)


def _parts(said: Text) -> list[Token]:
    """Its words, where "j’ai" and "I’m" are two."""
    return [
        Token(found.start(), found.end(), found[0].lower())
        for found in _PART_OF_WORD.finditer(said.text)
    ]


def check_feeling(reading: Reading) -> Iterator[Mark]:
    """Mark a customer quote that has no word for a feeling or for life outside the product."""
    quote = reading.text("customer_quote.text")
    if reading.form == "short" or quote is None:
        return
    if not has_listed(spoken(quote), "feelings"):
        yield quote.mark_all("warn", "We found no feeling in it. Ask your reviewers.")


RUN = 4
# Of a copied run, so many words must be more than "at the end of".
FEWEST_CONTENT_WORDS = 2
RUN_OF_CHARACTERS = 12
MOST_NUMBERS = 1
MOST_WORDS = 60
_NUMBER = re.compile(r"(?<![A-Za-z0-9_])\d[\d.,:/٫٬–-]*")
_CHARACTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def check_not_forced(reading: Reading) -> Iterator[Mark]:
    """Mark copied runs, each number after the first, words of hype and what is too long."""
    quote = reading.text("customer_quote.text")
    if reading.form == "short" or quote is None:
        return
    said = spoken(quote)
    yield from _copied(reading, said)
    yield from _numbers(reading, said)
    for hit in said.find("hype"):
        yield said.mark(hit, "warn", "No customer would say “{}” to a friend.")
    if said.words > MOST_WORDS:
        # In scripts without spaces there is no sixty-first word to begin from.
        start = said.tokens[MOST_WORDS].start if len(said.tokens) > MOST_WORDS else 0
        yield said.mark(
            Place(start, len(said.text.rstrip())),
            "warn",
            f"The quote has {said.words} words. Aim for {MOST_WORDS} or fewer.",
            "Keep the two sentences they would say across a table.",
        )


def _copied(reading: Reading, said: Text) -> Iterator[Mark]:
    others = [text for text in reading.prose if text.part != "customer_quote"]
    for start, end in (*_runs_of_words(reading, said, others), *_runs_of_characters(said, others)):
        yield said.mark(
            Place(start, end),
            "warn",
            "These words are already in the release.",
            "Let the customer find their own.",
        )


def _runs_of_words(reading: Reading, said: Text, others: list[Text]) -> list[tuple[int, int]]:
    known: set[tuple[str, ...]] = set()
    for text in others:
        each = [token.text for token in text.tokens]
        known.update(zip(*(each[offset:] for offset in range(RUN)), strict=False))
    plain = words_of(reading.language, "common") | {
        token.text for token in tokens_of(reading.document.product)
    }
    runs = []
    for index in range(len(said.tokens) - RUN + 1):
        run = said.tokens[index : index + RUN]
        words = tuple(token.text for token in run)
        if words in known and sum(word not in plain for word in words) >= FEWEST_CONTENT_WORDS:
            runs.append((run[0].start, run[-1].end))
    return _joined(runs)


def _runs_of_characters(said: Text, others: list[Text]) -> list[tuple[int, int]]:
    places = [found.start() for found in _CHARACTER.finditer(said.text)]
    if len(places) < RUN_OF_CHARACTERS:
        return []
    known: set[str] = set()
    for text in others:
        characters = "".join(_CHARACTER.findall(text.text))
        known.update(
            characters[index : index + RUN_OF_CHARACTERS]
            for index in range(len(characters) - RUN_OF_CHARACTERS + 1)
        )
    characters = "".join(said.text[place] for place in places)
    return _joined(
        [
            (places[index], places[index + RUN_OF_CHARACTERS - 1] + 1)
            for index in range(len(places) - RUN_OF_CHARACTERS + 1)
            if characters[index : index + RUN_OF_CHARACTERS] in known
        ]
    )


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The runs, with those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _numbers(reading: Reading, said: Text) -> Iterator[Mark]:
    name = reading.document.product
    found = [number for number in _NUMBER.finditer(said.text) if number[0] not in name]
    for number in found[MOST_NUMBERS:]:
        figures = number[0].rstrip(".,:/–-")
        yield said.mark(
            Place(number.start(), number.start() + len(figures)),
            "warn",
            f"There are {len(found)} numbers in the quote. People tell a friend one at most.",
            "Move the figures to the solution.",
        )
