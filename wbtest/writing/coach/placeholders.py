"""What is still to be filled in: brackets, XXX, TBD, ``___`` and their like, in any script. Pure.

Written so that a finished text never has a blank: footnotes, links of Markdown, Roman numerals,
things that people add to a quotation in brackets and questions with three marks are none.
"""

import re
from collections.abc import Iterator

from wbtest.writing.coach.document_reader import Text, spans_of
from wbtest.writing.coach.phrase_search import Place
from wbtest.writing.coach.quotes import quotations_in
from wbtest.writing.coach.word_lists import phrases, words_of

_LATIN = "A-Za-zÀ-ɏ0-9_"
_BRACKETED = re.compile(r"[\[［]([^\[\]［］\n]{1,80})[\]］](?![(\[])")
_BRACES = re.compile(
    r"\{\{[^{}\n]{0,80}\}\}|\$?\{[^\W\d_][\w .\-]{0,40}\}|(?<![\w<])<([^\W\d][\w \-]{0,40})>"
)
# Markup that people type; what it means is not the coach's affair.
_TAGS = frozenset(
    re.findall(
        r"\w+",
        "a b blockquote br code div em h1 h2 h3 h4 hr i img li ol p pre q s small span strong"
        " sub sup table td th tr u ul",
    )
)
_EXES = re.compile(rf"(?<![{_LATIN}$€£¥])(?:X{{2,}}|x{{3,}}|Ｘ{{2,}})(?![{_LATIN}])")
_SHARE = re.compile(rf"(?<![{_LATIN}])[XxNn]{{1,4}}[ \u00a0\u202f]?(?:%|٪|％)")
_MONEY = re.compile(rf"[$€£¥₹][ \u00a0]?(?:[Xx]{{1,9}}|[Nn]{{2,9}}|TBC|[Tt][Kk])(?![{_LATIN}])")
# What numbers count: "xx hours", "NN Stunden".
_UNITS = (
    "hours|minutes|days|weeks|months|years|percent|people|customers|families|euros?|pounds|dollars"
    "|Prozent|Stunden|Minuten|Tage|Tagen|Wochen|Monate|Euro|Personen|heures|jours|semaines|mois"
    "|familles|personnes|horas|minutos|días|semanas|meses|personas|uur|minuten|dagen|weken|maanden"
)
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
_LINE = re.compile(r"(?<![\w^-])[$€£¥]?_{2,}(?![\w^-])")
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
    (_LINE, ("__",)),
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
