"""What a typed text may hold, and how many words it has, in any script. Pure."""

import re
import unicodedata
from collections.abc import Iterable

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
    'This is 6 characters long; 3 are the most.'
    """
    if _FORBIDDEN.search(text):
        return "This has a character that cannot be shown, such as \ufffd. Take it out."
    if len(text) > longest:
        return f"This is {len(text):,} characters long; {longest:,} are the most."
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
