"""C2: the call to action asks for one thing."""

import re
from collections.abc import Iterator

from wbtest.writing.coach.finding import Mark, Rule
from wbtest.writing.coach.lists import languages_of, words_of
from wbtest.writing.coach.reading import Reading, Text

_RUN = re.compile(r"\S+")
_ADDRESS = re.compile(r"https?://|www\.")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|app|example|co|dev|ai|de|fr|es|uk)")
LONGEST_ADDRESS = 200
COMMAS = (",", "،", ";")
MESSAGE = "That is a second thing to do."
MEND = "Keep the one that tells you most; the other can wait."


def check(reading: Reading) -> Iterator[Mark]:
    """Mark a second verb that “and”, “or” or a comma joins to the first, and a second address."""
    text = reading.text("call_to_action.text")
    if text is None:
        return
    yield from _second_verb(text)
    yield from _second_address(text)


def _second_verb(text: Text) -> Iterator[Mark]:
    joining = words_of(text.language, "joining")
    between = words_of(text.language, "between_actions")
    verbs = {verb.start: verb for verb in text.find("actions")}
    ends = iter([sentence.end for sentence in text.sentences])
    end, first, is_joined = -1, None, False
    begins, opens, last = True, False, 0
    for token in text.tokens:
        while token.start >= end:
            end, first, begins, opens = next(ends), None, True, False
        verb = verbs.get(token.start)
        # “Forward it, call us”: a list of things to do begins with the first of them.
        is_joined = is_joined or (opens and text.text[last : token.start].strip() in COMMAS)
        if verb and first and is_joined and verb.entry != first.entry:
            yield text.mark(verb.start, verb.end, "note", MESSAGE, MEND)
            return
        first = first or verb
        opens = opens or (begins and verb is not None)
        begins = begins and token.text in between
        last = token.end
        is_joined = token.text in joining or (is_joined and token.text in between)


def _second_address(text: Text) -> Iterator[Mark]:
    first = ""
    for run in _RUN.finditer(text.text):
        address = run[0].strip(".,;:!?()[]«»„“”\"'")[:LONGEST_ADDRESS]
        place = address.split("/", 1)[0] if not _ADDRESS.match(address) else address
        if not _ADDRESS.match(address) and not _DOMAIN.fullmatch(place):
            continue
        if first and address != first:
            start = text.text.index(address, run.start())
            yield text.mark(start, start + len(address), "note", MESSAGE, MEND)
            return
        first = address


RULE = Rule(
    id="C2",
    title="Only one action",
    severity="note",
    languages=languages_of("actions"),
    why="Two things to do are a choice, and who must choose often does neither.",
    source="Bryar & Carr, Working Backwards, ch. 5",
    mend=MEND,
    before="Sign up and call us.",
    after="Sign up at larder.example.",
    check=check,
)
