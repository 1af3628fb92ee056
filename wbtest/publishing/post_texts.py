"""A text to post with a tracking link, made from what the page of a test says. Pure.

It says in one sentence that the product doesn't exist yet, unless the page is silent on it before
the sign-up.
"""

import re
import unicodedata
from typing import NamedTuple

from wbtest.publishing.page_copy import PageCopy
from wbtest.publishing.page_strings import PageStrings, strings_of
from wbtest.publishing.sources import CHANNELS, Channel
from wbtest.writing.text_rules import on_one_line

# For a channel of the team's own.
OWN = Channel("", "", length=600)
# X counts every address as so many characters, whatever its length.
SHORT_LINK = 23
# In characters: so much of the headline is there, even beside an address of any length.
SHORTEST = 60
# What X counts as one character; all others are two.
_NARROW = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
# X takes a name like larder.example for an address.
_ADDRESS = re.compile(r"\S+\.[^\W\d_]{2,}\S*")
_QUESTION_MARKS = "?？؟"
# All before the last mark that ends a phrase.
_PHRASE = re.compile(r".*(?=[,;:.]\s|\s[–—-]\s|[、。，])")
JOINER = "\u200d"
# They put no space between sentences.
_UNSPACED = ("ja", "zh")
_ENDS = (".", "!", "?", "…", "。", "！", "？", "؟", ":")


class Post(NamedTuple):
    """A text to post, and its title where the channel asks for one.

    ``length`` is how long the text is as the channel counts, ``longest`` what it may be.
    """

    title: str
    text: str
    length: int
    longest: int


class _Parts(NamedTuple):
    """What a post says, in reading order; a part may be empty."""

    headline: str
    subheading: str = ""
    honest: str = ""
    action: str = ""
    address: str = ""


def write_post(page: PageCopy, source: str, address: str, *, is_told: bool) -> Post:
    """Return the post for the channel of this source, with the address of the link at its end.

    ``is_told``: the page says before the sign-up that the product doesn't exist.
    What fits of the call to action and the subheading is in it, and of the headline at least its
    beginning. Only an address that is longer than all the rest makes a post too long.
    """
    channel, strings = CHANNELS.get(source, OWN), strings_of(page)
    headline = on_one_line(page.headline)
    title = _title(headline, channel, strings, is_told=is_told)
    given = _Parts(
        # What the title says whole, the text needn't repeat.
        headline="" if headline in title else headline,
        subheading=on_one_line(page.subheading),
        honest=strings.post_not_yet if is_told else "",
        action=on_one_line(page.cta_text),
        address=address if channel.has_link else "",
    )
    text = _fit(given, channel, page.language)
    length = _measure(text, given.address, channel)
    return Post(title, text, length, channel.length)


def _title(headline: str, channel: Channel, strings: PageStrings, *, is_told: bool) -> str:
    if not channel.title:
        return ""
    if not (channel.asks and is_told):
        return _shorten_title(headline, channel.title)
    asked = f"Ask HN: {strings.post_ask}"
    mark = next(letter for letter in strings.post_ask if letter in _QUESTION_MARKS)
    itself = f"Ask HN: {headline.rstrip('.。')}{mark}"
    if len(asked.format(headline=headline)) > channel.title >= len(itself):
        return itself
    room = channel.title - len(asked.format(headline=""))
    return asked.format(headline=_shorten_title(headline, room))


def _shorten_title(text: str, room: int) -> str:
    """As much of the text as there is room for, to the end of a phrase where there is one."""
    kept = shorten(text, room)
    phrase = _PHRASE.match(kept) if kept != text else None
    return phrase[0] if phrase and 2 * len(phrase[0]) > len(kept) else kept


def _fit(given: _Parts, channel: Channel, language: str) -> str:
    """The parts in reading order: what must be there, and of the others each that fits."""

    def length(parts: _Parts) -> int:
        return _measure(_join(parts, channel, language), given.address, channel)

    least = given._replace(headline="", subheading="", action="")
    # A letter stands for the headline, with the lines or the full stop after it.
    room = max(channel.length - length(least._replace(headline="x")) + 1, SHORTEST)
    shown = least._replace(headline=shorten(given.headline, room, is_weighted=channel.is_weighted))
    for name in ("action", "subheading"):
        more = shown._replace(**{name: getattr(given, name)})
        if length(more) <= channel.length:
            shown = more
    return _join(shown, channel, language)


def _join(parts: _Parts, channel: Channel, language: str) -> str:
    if not channel.is_paragraph:
        return "\n\n".join(filter(None, parts))
    is_spaced = language.partition("-")[0] not in _UNSPACED
    between, stop = (" ", ".") if is_spaced else ("", "。")
    said = (parts.headline, parts.subheading, parts.honest, parts.action)
    closed = [text if text.endswith(_ENDS) else text + stop for text in said if text]
    return "\n".join(filter(None, (between.join(closed), parts.address)))


def _measure(text: str, address: str, channel: Channel) -> int:
    if not channel.is_weighted:
        return len(text)
    return weight(text.removesuffix(address)) + (SHORT_LINK if address else 0)


def weight(text: str) -> int:
    """Return how long X takes a text to be, at most.

    >>> weight("Five dinners"), weight("五つの夕食"), weight("larder.example")
    (12, 10, 23)
    """
    counted = _ADDRESS.sub(lambda found: found[0].ljust(SHORT_LINK), text)
    return 2 * len(counted) - len(_NARROW.findall(counted))


def shorten(text: str, room: int, *, is_weighted: bool = False) -> str:
    """Return as much of the text as there is room for, to the end of a word, and then "…".

    >>> shorten("Five weeknight dinners", 16), shorten("Five", 4), shorten("五つの夕食", 4)
    ('Five weeknight…', 'Five', '五つの…')
    """
    measure = weight if is_weighted else len
    if measure(text) <= room:
        return text
    end = len(text)
    while end and measure(text[:end] + "…") > room:
        end -= 1
    # No mark is cut off its letter, and no part of an emoji off the others.
    while end and (unicodedata.category(text[end])[0] in "MC" or text[end - 1] == JOINER):
        end -= 1
    kept = text[:end]
    if text[end] != " " and " " in kept.strip():
        kept = kept.rpartition(" ")[0]
    return kept.rstrip(" ,;:–—-") + "…"
