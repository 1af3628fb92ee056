"""Numbers, money and shares of a hundred in a text, in any script. Pure.

What only names something is none: days, years, times, ordinals, addresses, phone numbers, ``B2B``.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from wbtest.writing.coach.days import days_in
from wbtest.writing.coach.lists import words_of
from wbtest.writing.coach.meanings import meaning
from wbtest.writing.coach.sentences import ORDINAL_DOTS

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
    return re.compile(rf"(?<![A-Za-z])({_either(names)}){_SPACE}?\Z", re.IGNORECASE)


def _may_lead(name: str) -> bool:
    return not name.isalpha() or (name.isascii() and len(name) == len("EUR"))


@cache
def _unit_behind() -> re.Pattern[str]:
    names = _either(pairs_of("any", "currencies"))
    return re.compile(rf"{_SPACE}?({names})(?![A-Za-z])", re.IGNORECASE)


@cache
def _percent() -> re.Pattern[str]:
    names = _either(words_of("any", "percent"))
    return re.compile(rf"{_SPACE}?(?:{names})(?![A-Za-z])", re.IGNORECASE)


@cache
def _multiplier() -> re.Pattern[str]:
    names = pairs_of("any", "multipliers")
    dense = [name for name in names if _CJK.fullmatch(name)]
    spaced = [name for name in names if name not in dense]
    pattern = rf"{_SPACE}?({_either(spaced)})(?![^\W\d_])|({_either(dense)})"
    return re.compile(pattern, re.IGNORECASE)


@cache
def _number_words(language: str) -> re.Pattern[str] | None:
    names = pairs_of(language, "number_words")
    return re.compile(rf"\b(?:{_either(names)})\b", re.IGNORECASE) if names else None


def _either(names: Iterable[str]) -> str:
    """A pattern for any of these, the longest first."""
    return "|".join(re.escape(name) for name in sorted(names, key=lambda n: (-len(n), n)))
