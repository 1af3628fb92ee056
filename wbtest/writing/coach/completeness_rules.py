"""What must be there in every release: finished, as of launch day, no placeholders."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from wbtest.writing.coach.document_reader import (
    Mark,
    Place,
    Reading,
    Text,
    find_listed,
    spans_of,
    without_overlaps,
)
from wbtest.writing.coach.quote_rules import quotations_in
from wbtest.writing.coach.word_lists import lines_of, phrases, words_of
from wbtest.writing.document import OpenQuestion

_LATIN = "A-Za-zÀ-ɏ0-9_"
_BRACKETED = re.compile(r"[\[［]([^\[\]［］\n]{1,80})[\]］](?![(\[])")
_BRACES = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|\$?\{[^\W\d_][\w .\-]{0,40}\}|(?<![\w<])<([^\W\d][\w \-]{0,40})>"
)
# Markup that people type; what it means is not the coach's affair.
_TAGS = words_of("any", "markup_tags")
_EXES = re.compile(rf"(?<![{_LATIN}$€£¥])(?:X{{2,}}|x{{3,}}|Ｘ{{2,}})(?![{_LATIN}])")
_SHARE = re.compile(rf"(?<![{_LATIN}])[XxNn]{{1,4}}[ \u00a0\u202f]?(?:%|٪|％)")
_MONEY = re.compile(rf"[$€£¥₹][ \u00a0]?(?:[Xx]{{1,9}}|[Nn]{{2,9}}|TBC|[Tt][Kk])(?![{_LATIN}])")
# What numbers count: "xx hours", "NN Stunden".
_UNITS = "|".join(lines_of("any")["counted_units"])
_AMOUNT = re.compile(
    rf"(?<![{_LATIN}])(?:"
    rf"(?:20[Xx]{{2}}|20\dX|20\?\?)(?![{_LATIN}])"
    rf"|[XＸ](?=[円人件時]|\s(?:hours|minutes|percent|Prozent|Stunden|heures)\b)"
    rf"|(?:xx|NN)(?=\s(?:{_UNITS})\b)|NN(?=\s(?:out )?of (?:them|our|us)\b)"
    rf"|[XN] (?:out )?of [YM](?![{_LATIN}])"
    r")"
)
_NOTES = ("TBD", "TBA", "TODO", "FIXME", "TKTK", "TK")
_LETTERS = re.compile(rf"(?<![{_LATIN}.@#/])({'|'.join(_NOTES)})(?![{_LATIN}@/'’]|-[a-z])")
_RULED_LINE = re.compile(r"(?<![\w^-])[$€£¥]?_{2,}(?![\w^-])")
_MARKS = re.compile(r"(?<![\w?!？！.,;:…)\]\"”»])[?？]{2,}")
_CIRCLES = re.compile(
    r"(?<![一二三四五六七八九十百千万〇○●◯◎])(?:〇{2,4}|○{2}|◯{2,4}|△{2})(?![一二三四五六七八九十百千万〇○●◯◎△])"
)
_ACME = re.compile(rf"(?<![{_LATIN}])ACME(?![{_LATIN}])")
# These are blanks wherever they stand.
_PLAIN = (
    (_SHARE, ("%", "٪", "％")),
    (_MONEY, ("$", "€", "£", "¥", "₹")),
    (_AMOUNT, ("X", "Ｘ", "N o", "NN", "xx", "20x", "20?")),
    (_RULED_LINE, ("__",)),
    (_CIRCLES, ("〇〇", "○○", "◯◯", "△△")),
    (_ACME, ("ACME",)),
)
_WORD_BEFORE = re.compile(r"(\w+)\W{1,3}\Z")
_WORD_BEHIND = re.compile(r"\W{1,3}(\w+)")
_WORD = re.compile(r"\w+")
# Footnotes, pages, years of a source, codes like PDF or EN, and "so it says".
_FOOTNOTE = re.compile(
    r"[\W\d_]*|[a-z]|[A-Z]{1,4}|sic|(?:p|pp|S|vgl|cf|vol|no)\.? ?\d.*|.*\b(?:19|20)\d\d[a-z]?"
)
# In brackets they stand for a number, and are no footnote.
_FOR_NUMBERS = ("X", "XX", "NN")
# Where else to look: [see figure 2], [siehe Seite 4].
_ELSEWHERE = re.compile(
    r"(?:see|siehe|voir|v[ée]ase|ver|vgl|cf)\b.*\d.*|.*\d.*参照|انظر .*", re.IGNORECASE
)
NEARBY = 40
# Whole words in capitals that are words of the language.
_SPANISH = ("es", "pt", "gl", "it", "ca")


def blanks_in(text: str, language: str, is_quotation: bool) -> Iterator[Place]:
    """Yield the blanks; they may overlap. ``is_quotation``: all of it is what somebody says."""
    yield from _in_brackets(text, is_quotation)
    found = [
        *(one for one in _all(text, _BRACES, ("{", "<")) if _is_open(one[1])),
        *(one for one in _all(text, _EXES, ("XX", "xxx", "ＸＸ")) if not _is_roman(text, one)),
        *(one for one in _all(text, _LETTERS, _NOTES) if _is_left(text, one, language)),
        *(one for one in _all(text, _MARKS, ("??", "？")) if _stands_for_a_word(text, one)),
        *(one for pattern, signs in _PLAIN for one in _all(text, pattern, signs)),
    ]
    yield from (Place(one.start(), one.end()) for one in found)


def _all(text: str, pattern: re.Pattern[str], signs: tuple[str, ...]) -> Iterator[re.Match[str]]:
    """All that a pattern finds; without any of these signs it finds nothing, and is not asked."""
    if any(sign in text for sign in signs):
        yield from pattern.finditer(text)


def is_blank_line(text: str) -> bool:
    """Whether a field holds nothing but signs, or only the word for what belongs there."""
    bare = text.strip().strip("[](){}<>［］（）…._-–—?").strip().lower()
    return not bare or bare in words_of("any", "blank_words")


def _in_brackets(text: str, is_quotation: bool) -> Iterator[Place]:
    brackets = list(_BRACKETED.finditer(text))
    quoted = spans_of(quotations_in(text)) if brackets else None
    for found in brackets:
        inner = found[1].strip()
        if _ELSEWHERE.fullmatch(inner):
            continue
        before = text[found.start() - 1 : found.start()]
        is_index = before.isascii() and before.isalnum()
        if _is_known(inner.lower()) or (inner in _FOR_NUMBERS and not is_index):
            yield Place(found.start(), found.end())
            continue
        is_said = is_quotation or (quoted is not None and quoted.covers(found.start()))
        if not (is_index or is_said or _FOOTNOTE.fullmatch(inner)):
            yield Place(found.start(), found.end())


def _is_known(inner: str) -> bool:
    """Whether it is, or has, a word for what is to be filled in."""
    known = words_of("any", "blank_words")
    return inner in known or not known.isdisjoint(_WORD.findall(inner))


def _is_open(inner: str | None) -> bool:
    """Whether something belongs between these: <first name>, not <b>, and not the word <cards>."""
    if inner is None:
        return True
    name = inner.strip().lower()
    return name not in _TAGS and (_is_known(name) or " " in name)


def _nearby(text: str, found: re.Match[str]) -> tuple[str, str]:
    """The words before and behind, '' where there is none."""
    before = _WORD_BEFORE.search(text[max(0, found.start() - NEARBY) : found.start()])
    behind = _WORD_BEHIND.match(text, found.end(), found.end() + NEARBY)
    return before[1] if before else "", behind[1] if behind else ""


def _is_roman(text: str, found: re.Match[str]) -> bool:
    roman = words_of("any", "roman")
    return found[0] in ("XX", "XXX") and any(
        word.lower() in roman for word in _nearby(text, found) if word
    )


def _is_left(text: str, found: re.Match[str], language: str) -> bool:
    """Whether these capitals are a note to oneself, and not a name or a word of the language."""
    before, behind = _nearby(text, found)
    if found[1] == "TODO":
        # "TODO" is Spanish for "everything"; a TODO list is a thing.
        is_word = language in _SPANISH and text[found.end() : found.end() + 1] != ":"
        return not (is_word or behind.lower().startswith(("list", "app", "item")))
    if found[1] != "TK":
        return True
    is_name = before[:1].isupper() or behind[:1].isupper() or text[found.end() :][:1] in ("-", "’")
    return language == "en" and not is_name


def _stands_for_a_word(text: str, found: re.Match[str]) -> bool:
    """Whether the marks are no question: "for ??? a month", and not "Vraiment ??? Oui."."""
    before, behind = text[: found.start()][-2:], text[found.end() : found.end() + 2]
    if not before.strip() or before[-1] in "$€£¥([（":
        return True
    return (behind[:1] in (" ", "\u00a0") and behind[1:2].islower()) or behind[:1] in "%€$"


_NOTE_BRACKETS = re.compile(r"[(（]([^()（）\n]{1,60})[)）]")
_PART = re.compile(r"[^,،、;/|–—()]+")
LONGEST_NOTE = 60
# What may stand around a note that is a sentence.
SIGNS = " \u00a0\t.…!?:;,()（）[]。*-–—>"


def notes_in(text: Text, name: str = "notes") -> Iterator[Place]:
    """Yield sentences and brackets that are nothing but an entry of the list called ``name``.

    A button may well say "Complete".
    """
    notes = words_of(text.language, name)
    if not notes or text.path.endswith(".label"):
        return
    pieces = [(piece.start, piece.end) for piece in text.sentences]
    all_of_it = text.text.strip(SIGNS)
    pieces += [found.span(1) for found in _NOTE_BRACKETS.finditer(text.text)]
    for start, end in pieces:
        if end - start > LONGEST_NOTE:
            continue
        note = text.text[start:end]
        words = note.strip(SIGNS)
        is_alone = text.text[start - 1 : start] in tuple("(（") or len(words) >= len(all_of_it)
        # A single word may be a step: "Photograph. Complete. Send."
        if words.lower().replace("’", "'") in notes and (" " in words or is_alone):
            begin = start + note.index(words)
            yield Place(begin, begin + len(words))


def unnamed_in(text: Text) -> Iterator[Place]:
    """Yield what stands for a name in a line: "engineer at Company X, City"."""
    for hit in phrases("any", "unnamed").find(text.text, text.tokens):
        if len(hit.entry.words) > 1 and text.text[hit.end - 1].isupper():
            yield Place(hit.start, hit.end)
    parts = list(_PART.finditer(text.text))
    for part in parts[1:]:
        words = part[0].strip()
        if words.lower() in words_of("any", "unnamed") and not words.islower():
            begin = part.start() + part[0].index(words)
            yield Place(begin, begin + len(words))


_STOP = re.compile(r"[.!?;:]")
# What customers say of their own lives, and what happens after the button was pressed.
FREE_TO_SAY = ("customer_quote.text", "call_to_action.text")
# Where people live today, a future is theirs, unless the product or the company has it.
OF_TODAY = ("problem", "alternative")
OURS = frozenset(("we", "app", "service"))
# How many words before the subject may begin a clause.
TENSE_REACH = 3


def check_as_launched(reading: Reading) -> Iterator[Mark]:
    """Mark what is still to come for the product, the company or its customers.

    “Will” is marked behind a subject only: it is a name too, and a thing that people sign.
    """
    document = reading.document
    small = words_of(reading.language, "function_words")
    about = set(f"{document.product} {document.segment}".lower().split()) - small
    product = frozenset(document.product.lower().split()[-1:])
    everybody = words_of(reading.language, "subjects") | product | about
    for text in reading.prose:
        quoted = spans_of(quotations_in(text.text))
        subjects = OURS | product if text.path in OF_TODAY else everybody
        for place in find_listed(text, "future"):
            # Who sells roadmaps may name them.
            named = about & set(text.text[place.start : place.end].lower().split())
            if not (quoted.covers(place.start) or named):
                yield _mark(text, place)
        for place in () if text.path in FREE_TO_SAY else _to_come(text, subjects):
            if not quoted.covers(place.start):
                yield _mark(text, place)


def _to_come(text: Text, subjects: frozenset[str]) -> Iterator[Place]:
    """Where a future follows one of these subjects: “it will”, “we’ll”."""
    tokens = text.tokens
    for place in find_listed(text, "future_ours"):
        index = bisect_left(tokens, place.start, key=lambda token: token.start) - 1
        is_next = index >= 0 and text.text[tokens[index].end : place.start].isspace()
        if is_next and text.text[place.start].islower() and _is_main(text, index, subjects):
            yield place
    for index, token in enumerate(tokens):
        if token.text.endswith("'ll") and _is_main(text, index, subjects):
            yield Place(token.start, token.end)


def _is_main(text: Text, index: int, subjects: frozenset[str]) -> bool:
    """Whether this word is such a subject, and not in a clause like “that a family will eat”."""
    tokens = text.tokens
    if tokens[index].text.removesuffix("'ll") not in subjects:
        return False
    before = tokens[max(0, index - TENSE_REACH) : index]
    relative = words_of(text.language, "relative")
    # A sentence that ended in between leaves its clause behind.
    return not any(
        token.text in relative and _STOP.search(text.text, token.end, tokens[index].start) is None
        for token in before
    )


def _mark(text: Text, place: Place) -> Mark:
    return text.mark(place, "warn", "“{}” says it doesn’t exist yet.")


# Lines in which one word may be all there is, but not the word for what belongs there.
LINES = (
    "dateline.city",
    "company_quote.speaker",
    "customer_quote.speaker",
    "call_to_action.price",
)
# Lines that say where somebody is from.
WITH_PLACES = (".speaker", ".role", ".city")
_PARTS_OF_A_NAME = re.compile(r"[-‐‑][^\W\d_]")


def check_nothing_left(reading: Reading) -> Iterator[Mark]:
    """Mark each blank in any text, and the names that only forms and textbooks have."""
    for text in (*reading.labels, *reading.everything):
        if (text.path in LINES and is_blank_line(text.text)) or not _has_words(text):
            yield text.mark_all("stop", "This still needs filling in.")
            continue
        found = (*_blanks(text), *notes_in(text), *_phrases(text), *_names(text))
        for place in without_overlaps(found):
            yield text.mark(place, "stop", "“{}” still needs filling in.")
        yield from _sample_names(text)


def _has_words(text: Text) -> bool:
    """Whether there is more than signs; a button may be an arrow."""
    return text.path.endswith(".label") or any(letter.isalnum() for letter in text.text)


def _blanks(text: Text) -> Iterator[Place]:
    return blanks_in(text.text, text.language, text.path.endswith("_quote.text"))


def _phrases(text: Text) -> Iterator[Place]:
    """Phrases that writers leave; somebody who is quoted in the text may have said them."""
    found = find_listed(text, "placeholders")
    is_said = text.path.endswith("_quote.text")
    quoted = spans_of(quotations_in(text.text) if found and not is_said else ())
    return (place for place in found if not quoted.covers(place.start))


def _names(text: Text) -> Iterator[Place]:
    """Names that nobody has; a name that goes on behind a hyphen is another: Jane Doe-Martin."""
    for hit in phrases("any", "placeholder_names").find(text.text, text.tokens):
        if not _PARTS_OF_A_NAME.match(text.text, hit.end):
            yield Place(hit.start, hit.end)
    if text.path.endswith(WITH_PLACES):
        yield from unnamed_in(text)


def _sample_names(text: Text) -> Iterator[Mark]:
    """Names that forms show and real people have: only where somebody is quoted."""
    if text.path.endswith(".speaker") and text.text.strip().lower() in words_of(
        "any", "sample_names"
    ):
        yield text.mark_all(
            "note",
            f"“{text.text.strip()}” is only a sample name.",
            "Give the person a name of their own.",
        )


# People may not know yet what they will do; these texts are about them.
OF_PEOPLE = ("problem", "alternative", "customer_quote.text")
NAMES = (".speaker", ".role")
# Half of it is about people, half about the product; there "we" is the company.
OURS_TOO = "alternative"
WE = re.compile(r"(?:we|let)\b", re.IGNORECASE)
# How many characters may stand between "we decide" and "later".
DEFERRAL_REACH = 50


def check_no_later(reading: Reading) -> Iterator[Mark]:
    """Mark what is put off; in the internal FAQ only where nobody settles it by a day."""
    for text in reading.release:
        fix = "Decide it, or leave it out of the release."
        if text.path not in OF_PEOPLE and not text.path.endswith(NAMES):
            yield from _put_off(text, fix)
        elif text.path == OURS_TOO:
            yield from _put_off(text, fix, is_ours_only=True)
    for entry in reading.external:
        yield from _put_off(entry.answer, "Decide it, or remove the question.")
    for entry in reading.internal:
        if not _is_settled(entry.question.open):
            yield from _put_off(entry.answer, "Say who’ll find out, by when, and how.")


def _is_settled(unknown: OpenQuestion | None) -> bool:
    if unknown is None:
        return False
    return all(part.strip() for part in (unknown.owner, unknown.until, unknown.settled_by))


def _put_off(text: Text, fix: str, *, is_ours_only: bool = False) -> Iterator[Mark]:
    if is_ours_only:
        found = [place for place in _decided_later(text) if WE.match(text.text, place.start)]
    else:
        found = [
            *{*find_listed(text, "later"), *notes_in(text, "later_alone"), *_decided_later(text)}
        ]
    if not found:
        return
    quoted = spans_of(quotations_in(text.text))
    for place in without_overlaps(place for place in found if not quoted.covers(place.start)):
        yield text.mark(place, "stop", "“{}” decides nothing.", fix)


def _decided_later(text: Text) -> Iterator[Place]:
    """Where a verb of deciding and a time that is none stand together in a sentence."""
    times = find_listed(text, "later_when")
    if not times:
        return
    sentences = spans_of(text.sentences)
    theirs = [place.start for place in find_listed(text, "later_yours")]
    starts = [time.start for time in times]
    verbs = [(verb, False) for verb in find_listed(text, "later_verbs")]
    verbs += [(verb, True) for verb in find_listed(text, "later_weak")]
    for verb, is_weak in verbs:
        index = bisect_left(starts, verb.end)
        if index == len(times):
            continue
        time = times[index]
        is_near = time.start - verb.end <= DEFERRAL_REACH
        is_same = sentences.index(verb.start) == sentences.index(time.start)
        is_yours = bisect_left(theirs, verb.end) < bisect_left(theirs, time.start)
        is_vague = not is_weak or " " in text.text[time.start : time.end]
        if is_near and is_same and is_vague and not is_yours:
            yield Place(verb.start, time.end)


FEWEST_BULLETS = 3
FEWEST_ROWS = 2
_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(
    r"[ \t]*(?:[-*+•–‣▪▸◦●○■□✓✔✅➤►→][ \t]+\S|[・•●]\S|\(?[\d]{1,2}[.)）][ \t]+\S)"
)
# French and Spanish begin what somebody says with a dash.
_DIALOGUE = re.compile(r"[ \t]*–")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n?", re.MULTILINE)
_INLINE = re.compile(r"(?<![\w`])`[^`\n]{1,200}`(?![\w`])")
_INDENTED = re.compile(r"(?: {4}|\t)\s{0,20}\S")
_CODE = re.compile(r"[{};=<>$]|\(\)|//|\w\(|</")
BARS_A_ROW = 2


def check_prose(reading: Reading) -> Iterator[Mark]:
    """Mark each block of three bullets or more, of code, and each table."""
    for text in reading.prose:
        code = (*_fences(text.text), *_runs(text.text, _is_code, 1), *_inline(text.text))
        tables = _runs(text.text, _is_row, FEWEST_ROWS)
        blocks = [
            *((place, "This is code.", "Say what it does for the customer.") for place in code),
            *((place, "This is a table.", "Say the one line that matters.") for place in tables),
            *((place, f"This is a list of {count}.", "") for place, count in _bullets(text)),
        ]
        reach = 0
        for place, message, fix in sorted(blocks, key=lambda block: block[0]):
            if place.start >= reach:
                reach = place.end
                yield text.mark(place, "warn", message, fix)


def _fences(text: str) -> Iterator[Place]:
    """What stands between two fences, or behind one that is not closed."""
    fences = list(_FENCE.finditer(text))
    for opening, closing in zip(fences[::2], [*fences[1::2], None], strict=False):
        end = closing.end() if closing else len(text)
        yield Place(opening.start(), opening.start() + len(text[opening.start() : end].rstrip()))


def _bullets(text: Text) -> Iterator[tuple[Place, int]]:
    def is_bullet(line: str) -> bool:
        return bool(_BULLET.match(line)) and not (
            text.language in ("fr", "es", "pt", "it") and _DIALOGUE.match(line)
        )

    for place in _runs(text.text, is_bullet, FEWEST_BULLETS):
        lines = text.text[place.start : place.end].split("\n")
        yield place, sum(1 for line in lines if line.strip())


def _runs(text: str, is_one: Callable[[str], bool], fewest: int) -> Iterator[Place]:
    """Lines of one kind that follow each other, empty lines between them or not."""
    run: list[re.Match[str]] = []
    for line in _LINE.finditer(text):
        if is_one(line[0]):
            run.append(line)
            continue
        if line[0].strip():
            if len(run) >= fewest:
                yield Place(run[0].start(), run[-1].end())
            run = []
    if len(run) >= fewest:
        yield Place(run[0].start(), run[-1].end())


def _is_row(line: str) -> bool:
    return line.count("|") >= BARS_A_ROW


def _is_code(line: str) -> bool:
    return bool(_INDENTED.match(line)) and bool(_CODE.search(line))


def _inline(text: str) -> Iterator[Place]:
    for found in _INLINE.finditer(text):
        yield Place(found.start(), found.end())
