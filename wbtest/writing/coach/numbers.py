"""Numbers and dates in a text, in figures and in words. Pure.

What only names something is no number: days, years, times, ordinals, addresses, phone numbers,
``B2B``.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from wbtest.writing.coach.document_reader import ORDINAL_DOTS, Spans, Text, find_listed, spans_of
from wbtest.writing.coach.word_lists import Token, words_of


def meaning(names: Mapping[str, str], found: str) -> str:
    """What stands behind the name; ``names`` are in small letters, and one of them was found.

    Patterns take ſ for s, ı and İ for i, and the sign of the Kelvin for k; small letters alone do
    not, so that the pattern is asked again.

    >>> meaning({"six": "6"}, "ſIX")
    '6'
    """
    plain = names.get(found.lower())
    if plain is not None:
        return plain
    return next(value for name, value in names.items() if _is_same(name, found))


@lru_cache(maxsize=1024)
def _is_same(name: str, found: str) -> bool:
    return re.fullmatch(re.escape(name), found, re.IGNORECASE) is not None


_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_CJK_DATE = re.compile(r"(?:(?<!\d)(\d{4})[年년] ?)?(\d{1,2})[月월](?: ?(\d{1,2})[日일])?")
# Day and month change places from country to country: only that it is a day is certain.
_SLASHES = re.compile(r"(?<!\d)\d{1,2}/\d{1,2}/(\d{4})(?!\d)")
_DOTS = re.compile(r"(?<!\d)(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)")
LAST_MONTH, LAST_DAY = 12, 31


class Day(NamedTuple):
    """Characters ``start`` to ``end``; what is not written is 0."""

    start: int
    end: int
    year: int
    month: int
    day: int


@lru_cache(maxsize=256)
def days_in(text: str, language: str) -> tuple[Day, ...]:
    """The days and months of a text, in order.

    >>> [day[2:] for day in days_in("Since 3 March 2027, and on April 9", "en")]
    [(2027, 3, 3), (0, 4, 9)]
    """
    if not any(map(str.isdecimal, text)):
        return ()
    found = [*_days_in_figures(text), *_days_in_words(text, language)]
    return tuple(sorted(day for day in found if day.month <= LAST_MONTH and day.day <= LAST_DAY))


def _days_in_figures(text: str) -> Iterator[Day]:
    for match in _ISO.finditer(text):
        yield Day(match.start(), match.end(), int(match[1]), int(match[2]), int(match[3]))
    for match in _DOTS.finditer(text):
        yield Day(match.start(), match.end(), int(match[3]), int(match[2]), int(match[1]))
    for match in _CJK_DATE.finditer(text):
        year, month, day = (int(part or 0) for part in match.groups())
        yield Day(match.start(), match.end(), year, month, day)
    for match in _SLASHES.finditer(text):
        yield Day(match.start(), match.end(), int(match[1]), 0, 0)


def _days_in_words(text: str, language: str) -> Iterator[Day]:
    names = months_of(language)
    pattern = _pattern(language)
    for match in pattern.finditer(text) if pattern else ():
        day = int(match["before"] or match["after"] or 0)
        year = int(match["year"] or 0)
        if day or year:
            month = int(meaning(names, match["month"]))
            yield Day(match.start(), match.end(), year, month, day)


@cache
def months_of(language: str) -> dict[str, str]:
    """The number of each month by its names, in small letters; empty without a list."""
    pairs = (line.partition("=>") for line in words_of(language, "months"))
    return {name.strip(): number.strip() for name, _, number in pairs}


@cache
def _pattern(language: str) -> re.Pattern[str] | None:
    """A day before or behind the month, or a year behind it; None where no list names the months.

    A month that is written with a capital letter counts only with it: "may 3" is none.
    """
    names = sorted(months_of(language), key=len, reverse=True)
    if not names:
        return None
    is_capital = language in ("en", "de")
    shown = "|".join(re.escape(name.capitalize() if is_capital else name) for name in names)
    case = "" if is_capital else "(?i:"
    return re.compile(
        r"(?:(?<!\d)(?P<before>\d{1,2})(?:\.|st|nd|rd|th|er|º)? (?:of |de )?)?"
        rf"\b{case}(?P<month>{shown}){'' if is_capital else ')'}\b\.?"
        r"(?: (?P<after>\d{1,2})(?:st|nd|rd|th)?(?![\d:.,]\d)(?!\d))?"
        r"(?:,? (?:de |del )?(?P<year>\d{4})(?!\d))?"
    )


# Between the words "available from" and the day.
DATE_REACH = 12
# A day without its year that lies further back belongs to the next year.
HALF_A_YEAR = 6


def launch_days(text: Text) -> Iterator[Day]:
    """Yield the days behind "available from"; in the call to action behind "from" alone."""
    places = find_listed(text, "launch")
    if text.path == "call_to_action.text":
        places = sorted([*places, *find_listed(text, "starting")])
    ends = [place.end for place in places]
    for day in days_in(text.text, text.language) if ends else ():
        last = bisect_right(ends, day.start) - 1
        if last >= 0 and day.start - ends[last] <= DATE_REACH:
            yield day


def is_earlier(day: Day, launch: date) -> bool:
    """Whether this is surely before the launch.

    >>> is_earlier(Day(0, 1, 0, 11, 10), date(2027, 10, 23))
    False
    """
    if day.year and (day.year != launch.year or not day.month):
        return day.year < launch.year
    if not day.year and launch.month - day.month > HALF_A_YEAR:
        return False
    return (day.month, day.day or launch.day) < (launch.month, launch.day)


Kind = Literal["count", "money", "percent"]
_SPACE = "[ \u00a0\u202f]"
# A space parts thousands only where three digits follow each time.
_DIGITS = re.compile(rf"\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d)|\d+(?:[.,'’٫٬]\d+)*")
# Addresses of the web and of mail, telephone numbers, times, fractions and spans of years.
_NAMES = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]+"
    r"|(?<![\d.,])\+?\d{1,5}(?:[ \-]\d{1,5}){2,}(?!\d|[.,]\d)"
    r"|(?<!\d)\d{1,2}:\d\d(?!\d)"
    r"|(?<!\d)\d+/\d+"
)
_TIME = re.compile(rf"{_SPACE}?(?:h(?:{_SPACE}?\d\d)?\b|[ap]\.?m\b|Uhr\b|o['’]clock|時(?!間)|시\b)")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|ème|è|ª|º)\b")
_ORDINAL_DOT = re.compile(r"\.(?= [^\W\d_])")
_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]{1,12}")
_UNITS = frozenset(re.findall(r"\S+", "km kg g cm mm min s l ml gb mb tb kwh w px x ft lb oz mph"))
_FIRST_YEAR, _LAST_YEAR, _YEAR_DIGITS = 1900, 2099, 4
_MOST_DIGITS, _FEWEST_OF_A_PHONE, _THOUSAND = 15, 7, 3
# Languages whose decimals follow a dot; elsewhere they follow a comma.
_WITH_DOTS = frozenset(["en", "ja", "zh", "ko", "he", "th", "hi"])


class Number(NamedTuple):
    """A number with its sign or unit of money: characters ``start`` to ``end``."""

    start: int
    end: int
    value: Decimal
    kind: Kind
    currency: str = ""


@lru_cache(maxsize=256)
def numbers_in(text: str, language: str) -> tuple[Number, ...]:
    """The numbers of a text, in order, those in words too where the language has a list of them.

    >>> [(str(n.value), n.kind, n.currency) for n in numbers_in("Two of 40 pay £1,200.", "en")]
    [('2', 'count', ''), ('40', 'count', ''), ('1200', 'money', 'gbp')]
    """
    if not any(map(str.isdecimal, text)):
        return tuple(_in_words(text, language))
    names = [(name.start(), name.end()) for name in _NAMES.finditer(text) if _is_name(name[0])]
    names += [(day.start, day.end) for day in days_in(text, language)]
    names.sort()
    found, index, reach = [], 0, 0
    for number in sorted([*_in_digits(text, language), *_in_words(text, language)]):
        while index < len(names) and names[index][0] < number.end:
            reach = max(reach, names[index][1])
            index += 1
        if number.start >= reach:
            found.append(number)
            reach = number.end
    return tuple(found)


@cache
def pairs_of(language: str, name: str) -> dict[str, str]:
    """What stands before and behind ``=>`` in the lines of a list, in small letters."""
    parted = (line.partition("=>") for line in words_of(language, name))
    return {left.strip(): right.strip() for left, _, right in parted}


def _is_name(found: str) -> bool:
    """Whether this is more than three numbers with spaces between: 04 65 71 00 00, 503-555-0119."""
    digits = sum(letter.isdecimal() for letter in found)
    is_row = all(letter.isdecimal() or letter in " -+" for letter in found)
    return not is_row or (digits >= _FEWEST_OF_A_PHONE and (found[0] in "+0" or "-" in found))


def _in_digits(text: str, language: str) -> Iterator[Number]:
    for digits in _DIGITS.finditer(text):
        start, end = digits.span()
        value = _value(digits[0], language)
        sign = _sign_before().search(text, max(0, start - 5), start)
        if value is None or (sign is None and _is_glued(text, start)) or _TIME.match(text, end):
            continue
        factor, end, is_known = _factor(text, end, sign is not None)
        unit = _unit_behind().match(text, end)
        percent = _percent().match(text, end)
        if not (sign or unit or percent or is_known) and _is_label(text, digits, end, language):
            continue
        if sign or unit:
            named = sign[1] if sign else unit[1] if unit else ""
            currency = meaning(pairs_of("any", "currencies"), named)
            start = sign.start() if sign else start
            end = unit.end() if unit and not sign else end
            yield Number(start, end, value * factor, "money", currency)
        elif percent:
            yield Number(start, percent.end(), value, "percent")
        else:
            yield Number(start, end, value * factor, "count")


def _in_words(text: str, language: str) -> Iterator[Number]:
    names = pairs_of(language, "number_words")
    pattern = _number_words(language)
    for word in pattern.finditer(text) if pattern else ():
        value, end = Decimal(meaning(names, word[0])), word.end()
        factor, end, _ = _factor(text, end, False)
        unit = _unit_behind().match(text, end)
        percent = _percent().match(text, end)
        if unit and unit[1].isalpha():
            currency = meaning(pairs_of("any", "currencies"), unit[1])
            yield Number(word.start(), unit.end(), value * factor, "money", currency)
        elif percent:
            yield Number(word.start(), percent.end(), value, "percent")
        else:
            yield Number(word.start(), end, value * factor, "count")


def _value(raw: str, language: str) -> Decimal | None:
    """The number that is written so, or None when it is the number of something: 0071, 2.0.1."""
    groups = re.split(r"[^\d]", raw)
    signs = [letter for letter in raw if not letter.isdecimal()]
    whole, last = groups[0], groups[-1]
    if sum(map(len, groups)) > _MOST_DIGITS or (len(whole) > 1 and int(whole[0]) == 0):
        return None
    if not signs:
        return Decimal(int(whole))
    decimal_sign = "." if language in _WITH_DOTS else ","
    has_decimals = signs[-1] == "٫" or (
        signs.count(signs[-1]) == 1
        and signs[-1] in ".,"
        and (signs[-1] == decimal_sign or len(last) != _THOUSAND)
    )
    thousands = groups[1:-1] if has_decimals else groups[1:]
    if any(len(group) != _THOUSAND for group in thousands):
        return None
    number = str(int("".join([whole, *thousands])))
    return Decimal(f"{number}.{int(last):0{len(last)}}" if has_decimals else number)


def _is_glued(text: str, start: int) -> bool:
    """Whether a letter or sign before it makes it a name: B2, COVID-19, #7, §5."""
    before = text[start - 1 : start]
    if before in ("-", "‑") and start > 1:
        return text[start - 2].isalpha()
    return before in tuple("#§_/&=時第") or before.lower() != before.upper()


def _factor(text: str, end: int, is_money: bool) -> tuple[Decimal, int, bool]:
    """What multiplies the number (thousand, 万), where that ends, and whether there is any."""
    found = _multiplier().match(text, end)
    # "30 m" are metres, "$30m" are millions.
    if found is None or (found[0].strip().lower() == "m" and not is_money):
        return Decimal(1), end, False
    name = found[1] or found[2]
    return Decimal(meaning(pairs_of("any", "multipliers"), name)), found.end(), True


def _is_label(text: str, digits: re.Match[str], end: int, language: str) -> bool:
    """Whether it is an ordinal, a year, or goes on in letters that are no unit: 5G, 3D."""
    if _ORDINAL.match(text, end):
        return True
    if language in ORDINAL_DOTS and _ORDINAL_DOT.match(text, end):
        return True
    letters = _LETTERS.match(text, end)
    if letters and letters[0][0].lower() != letters[0][0].upper():
        return letters[0].lower() not in _UNITS or letters[0] in "GDK"
    is_plain = digits[0].isdecimal() and len(digits[0]) == _YEAR_DIGITS
    return is_plain and _FIRST_YEAR <= int(digits[0]) <= _LAST_YEAR


@cache
def _sign_before() -> re.Pattern[str]:
    """Signs and codes of money that may stand before a number, at the end of the text."""
    names = [name for name in pairs_of("any", "currencies") if _may_lead(name)]
    return re.compile(rf"(?<![A-Za-z])({either(names)}){_SPACE}?\Z", re.IGNORECASE)


def _may_lead(name: str) -> bool:
    return not name.isalpha() or (name.isascii() and len(name) == len("EUR"))


@cache
def _unit_behind() -> re.Pattern[str]:
    names = either(pairs_of("any", "currencies"))
    return re.compile(rf"{_SPACE}?({names})(?![A-Za-z])", re.IGNORECASE)


@cache
def _percent() -> re.Pattern[str]:
    names = either(words_of("any", "percent"))
    return re.compile(rf"{_SPACE}?(?:{names})(?![A-Za-z])", re.IGNORECASE)


@cache
def _multiplier() -> re.Pattern[str]:
    names = pairs_of("any", "multipliers")
    dense = [name for name in names if _CJK.fullmatch(name)]
    spaced = [name for name in names if name not in dense]
    pattern = rf"{_SPACE}?({either(spaced)})(?![^\W\d_])|({either(dense)})"
    return re.compile(pattern, re.IGNORECASE)


@cache
def _number_words(language: str) -> re.Pattern[str] | None:
    names = pairs_of(language, "number_words")
    return re.compile(rf"\b(?:{either(names)})\b", re.IGNORECASE) if names else None


def either(names: Iterable[str]) -> str:
    """A pattern for any of these, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))


class Offer(NamedTuple):
    """A price: characters ``start`` to ``end``; ``period`` is '' where none is said."""

    start: int
    end: int
    amount: Decimal
    currency: str
    period: str


def offers_in(text: str, language: str) -> Iterator[Offer]:
    """Yield the prices of a text, in order.

    >>> [(str(o.amount), o.currency, o.period) for o in offers_in("Free, then £4 a month.", "en")]
    [('4', 'gbp', 'month')]
    """
    for number in numbers_in(text, language):
        if number.kind == "money":
            period = _period(text, number.start, number.end)
            yield Offer(number.start, number.end, number.value, number.currency, period)


def end_of_period(text: str, end: int) -> int:
    """Where "a month" ends that begins after a number which ends at ``end``; else ``end``.

    >>> end_of_period("£4 a month", 2)
    10
    """
    found = _behind().match(text, end)
    return found.end() if found else end


def _period(text: str, start: int, end: int) -> str:
    behind, before = _behind().match(text, end), _before().search(text[max(0, start - 4) : start])
    found = behind or before
    return meaning(pairs_of("any", "periods"), found[1].replace("’", "'")) if found else ""


@cache
def _behind() -> re.Pattern[str]:
    names = either(pairs_of("any", "periods")).replace("'", "['’]")
    return re.compile(rf"\s?({names})(?![A-Za-z])", re.IGNORECASE)


@cache
def _before() -> re.Pattern[str]:
    """Japanese says what a price is for before it: 月額500円, 月¥480."""
    return re.compile(r"(月額|毎月|年額|月|年)\s?\Z")


_NEXT_WORD = re.compile(r"[\s\-‐‑]*[^\W\d_]+")
FEWEST_LETTERS = 3
# How many words may stand between a number and the only thing of its kind: "$50K first prize".
REACH = 3


# In place of a currency, for a number of which nothing says what it counts: "a prize of 50,000".
NO_UNIT = "?"


class Quantity(NamedTuple):
    """A number at characters ``start`` to ``end``, and all that says what it is the number of."""

    start: int
    end: int
    value: Decimal
    key: tuple[str, ...]
    thing: str
    paragraph: int


def things_done(text: Text) -> Iterator[Quantity]:
    """Yield numbers between a word and a thing: (plans, dinners); measures are left out.

    Only in languages with lists of small words and of measures.
    """
    skipped = words_of(text.language, "function_words") | words_of(text.language, "measures")
    if not words_of(text.language, "measures"):
        return
    paragraphs = spans_of(text.paragraphs)
    for number, before, behind in _with_neighbours(text):
        if before and behind:
            verb, thing = before[-1].text, behind[0].text
            words = (verb, thing)
            if not any(word in skipped or len(word) < FEWEST_LETTERS for word in words):
                yield _counted(paragraphs, number, (verb.rstrip("s"), thing), thing)


def things_named(text: Text) -> Iterator[Quantity]:
    """Yield numbers with either of the two words behind them, for a headline: (dinners,)."""
    skipped = words_of(text.language, "function_words") | words_of(text.language, "measures")
    if not words_of(text.language, "measures"):
        return
    paragraphs = spans_of(text.paragraphs)
    for number, _, behind in _with_neighbours(text):
        for token in behind[:2]:
            if token.text not in skipped and len(token.text) >= FEWEST_LETTERS:
                yield _counted(paragraphs, number, (token.text,), token.text)


def paid_for(text: Text) -> Iterator[Quantity]:
    """Yield prices of a thing between a verb and it: "gets £6 a plate" is (get, plate, gbp)."""
    joints = words_of(text.language, "per")
    if not joints:
        return
    measures = words_of(text.language, "measures")
    paragraphs = spans_of(text.paragraphs)
    for number, before, behind in _with_neighbours(text, "money"):
        if before and len(behind) > 1 and behind[0].text in joints:
            verb, thing = before[-1].text, behind[1].text
            if thing not in measures and min(len(verb), len(thing)) >= FEWEST_LETTERS:
                yield _counted(
                    paragraphs, number, (verb.rstrip("s"), thing, number.currency), thing
                )


def only_ones(text: Text) -> Iterator[Quantity]:
    """Yield the sizes of things of which there is one: a prize of $50K, a 14-day trial.

    The key ends in the currency, '' where the number counts something else, and NO_UNIT.
    """
    places = find_listed(text, "only_one")
    if not places:
        return
    small = words_of(text.language, "function_words")
    numbers = numbers_in(text.text, text.language)
    starts = [number.start for number in numbers]
    ends = [number.end for number in numbers]
    tokens, paragraphs = text.tokens, spans_of(text.paragraphs)
    for place in places:
        thing = text.text[place.start : place.end].lower()
        at = bisect_left(tokens, place.start, key=lambda token: token.start)
        left = tokens[max(0, at - REACH) : at]
        # "prize of $50K"
        behind = bisect_left(starts, place.end)
        if behind < len(numbers):
            joint = text.text[place.end : numbers[behind].start].strip().lower()
            if joint in ("of", "is", "von", "de", "est de", "es de", ""):
                which = [token.text for token in left[-1:] if token.text not in small]
                number = numbers[behind]
                unit = _unit_of(number, text, small)
                yield _counted(paragraphs, number, (*which, thing, unit), thing)
                continue
        # "a $50K prize", "a 14-day free trial"
        before = bisect_left(ends, place.start + 1) - 1
        if before >= 0 and left and numbers[before].end > left[0].start:
            number = numbers[before]
            between = [token.text for token in left if token.start >= number.end]
            is_one_phrase = not any(
                sign in text.text[number.end : place.start] for sign in ".,;:()"
            )
            if is_one_phrase and small.isdisjoint(between):
                is_bare = not between and number.kind == "count"
                unit = NO_UNIT if is_bare else number.currency
                yield _counted(paragraphs, number, (*between, thing, unit), thing)


def _unit_of(number: Number, text: Text, small: frozenset[str]) -> str:
    """The currency, or NO_UNIT where the phrase ends behind a number that counts nothing."""
    if number.kind != "count":
        return number.currency
    rest = _NEXT_WORD.match(text.text, number.end)
    is_bare = rest is None or rest[0].strip().lower() in small
    return NO_UNIT if is_bare else ""


def _with_neighbours(
    text: Text, kind: Kind = "count"
) -> Iterator[tuple[Number, list[Token], list[Token]]]:
    """Numbers of a kind with the words that touch them before and behind, at most two."""
    tokens, raw = text.tokens, text.text
    for number in numbers_in(raw, text.language):
        if number.kind != kind:
            continue
        first = bisect_left(tokens, number.start, key=lambda token: token.start)
        after = bisect_left(tokens, number.end, key=lambda token: token.start)
        before = tokens[max(0, first - 1) : first]
        if before and not raw[before[0].end : number.start].isspace():
            before = []
        behind: list[Token] = []
        end = number.end
        for token in tokens[after : after + 2]:
            if not raw[end : token.start].isspace():
                break
            behind.append(token)
            end = token.end
        yield number, before, behind


def _counted(paragraphs: Spans, number: Number, key: tuple[str, ...], thing: str) -> Quantity:
    paragraph = paragraphs.index(number.start)
    return Quantity(number.start, number.end, number.value, key, thing, paragraph)
