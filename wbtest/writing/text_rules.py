"""Which texts can be kept, and how long each part of a release may be; words counted in any script.

Pure.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from wbtest.store import Invalid

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd-\uffff]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]")
# Thai, Lao, Myanmar and Khmer put no space between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
LETTERS_A_WORD = 6
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
# Letters by their name, and blank on every screen: the fillers of Hangul and of Braille.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_UNSEEN = frozenset(("Zs", "Zl", "Zp", "Cf", "Mn", "Mc", "Me"))
FEWEST_WORDS = 3


def find_fault(text: str, longest: int) -> str:
    """Return the sentence that says why ``text`` cannot be kept, or '' when it can.

    ``longest`` is in characters.

    >>> find_fault("Larder", longest=3)
    'This is 6 characters long. Use at most 3.'
    """
    if _FORBIDDEN.search(text):
        return "This has a character that can’t be shown, such as \ufffd. Remove it."
    if len(text) > longest:
        return f"This is {len(text):,} characters long. Use at most {longest:,}."
    return ""


def seen(text: str) -> str:
    r"""Return the text without the space around it, or '' when nothing of it can be seen.

    Spaces of every width, joiners, direction marks and fillers show nothing, and no mark stands
    without a letter.

    >>> seen(" why? "), seen(" \u200b\u3164")
    ('why?', '')
    """
    text = text.strip()
    return "" if all(c in _BLANK or unicodedata.category(c) in _UNSEEN for c in text) else text


def gives_reason(text: str) -> bool:
    """Return whether a text says why: three words or more, in any script.

    >>> gives_reason("Nobody wants it."), gives_reason("お金がない。"), gives_reason("- \u200b -")
    (True, True, False)
    """
    return words(text) >= FEWEST_WORDS


def with_plain_breaks(text: str) -> str:
    r"""Return the text with one kind of line break; browsers send a form's as two characters.

    >>> with_plain_breaks("One.\r\nTwo.")
    'One.\nTwo.'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def on_one_line(text: str) -> str:
    r"""Return the text with its line breaks as spaces, for parts that are one sentence.

    >>> on_one_line("Dinner from\nyour kitchen")
    'Dinner from your kitchen'
    """
    return " ".join(text.splitlines())


def spelled(count: int) -> str:
    """A small count as English writes it, a larger one in figures.

    >>> spelled(2), spelled(1200)
    ('two', '1,200')
    """
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def joined(names: Iterable[str]) -> str:
    """Names as an English sentence has them; '' for none.

    >>> joined(["Mei", "Tom", "Ada"]), joined(["Mei"])
    ('Mei, Tom and Ada', 'Mei')
    """
    *most, last = [*names] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def paragraphs(text: str) -> tuple[str, ...]:
    """Split at empty lines.

    >>> paragraphs("One.\\n\\nTwo.")
    ('One.', 'Two.')
    """
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


def words(text: str) -> int:
    """Count words as they fill a page, in any script.

    Two CJK characters count as one word. Scripts without spaces count one word for six letters,
    as many as an English word takes with its space. Marks above and below letters, and joiners
    between them, do not end a word.

    >>> words("Five weeknight dinners"), words("平日の夕食"), words("हिन्दी में")
    (3, 3, 2)
    """
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFC", text)
        if unicodedata.category(letter) not in ("Mn", "Mc", "Me", "Cf") and letter not in _BLANK
    )
    dense = len(_CJK.findall(letters))
    unspaced = sum(len(run) for run in _UNSPACED.findall(letters))
    rest = _UNSPACED.sub(" ", _CJK.sub(" ", letters))
    return -(-dense // 2) + -(-unspaced // LETTERS_A_WORD) + len(_WORD.findall(rest))


# In characters. Parts that are not named in LONGEST_LINE have several lines and this length.
LONGEST_TEXT = 20_000
LONGEST_LINE = {
    "product": 120,
    "language": 35,
    "segment": 300,
    "headline": 300,
    "subheading": 600,
    "dateline.city": 120,
    "dateline.date": 10,
    "company_quote.speaker": 120,
    "company_quote.role": 200,
    "customer_quote.speaker": 120,
    "customer_quote.role": 200,
    "call_to_action.text": 300,
    "call_to_action.label": 60,
    "call_to_action.price": 120,
    "faq.topic": 80,
    "faq.question": 300,
    "faq.open.owner": 120,
    "faq.open.until": 10,
    "faq.open.settled_by": 300,
    "evidence.words": 120,
    "evidence.source": 600,
    "vision": 600,
    "roadmap": 600,
}
MOST_QUESTIONS = 200
MOST_EVIDENCE = 200
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def fault_of(part: str, text: str) -> str:
    """Return the sentence that says why ``part`` cannot be ``text``, or '' when it can.

    Parts are named by their path: ``headline``, ``dateline.date``, ``faq.answer``.

    >>> fault_of("dateline.date", "next March")
    'This must be a date like 2027-03-01.'
    """
    if fault := find_fault(text, LONGEST_LINE.get(part, LONGEST_TEXT)):
        return fault
    if part in LONGEST_LINE and "\n" in text:
        return "This must be one line."
    if part == "language" and not _LANGUAGE.fullmatch(text):
        return "This must be the code of a language, like en or pt-BR."
    if part in ("dateline.date", "faq.open.until") and text and not is_day(text):
        return "This must be a date like 2027-03-01."
    return ""


def is_day(text: str) -> bool:
    """Whether ``text`` is a day of the calendar, written like 2027-03-01."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None


def kept_text(field: str, typed: str, longest: int) -> str:
    """The text as it is kept, maybe empty. Raises Invalid at ``field`` when it cannot be."""
    text = seen(with_plain_breaks(typed))
    if fault := find_fault(text, longest):
        raise Invalid(field, fault)
    return text


def needed_text(field: str, typed: str, longest: int, wanted: str) -> str:
    """The same of a text that must be there; ``wanted`` is what is said when it is not."""
    text = kept_text(field, typed, longest)
    if not text:
        raise Invalid(field, wanted)
    return text
