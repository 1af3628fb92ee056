"""Templates write " · " between two facts, and where a line breaks the dot stays with the first.

No line then begins with a dot. Templates need not care: the space before it is made one at which no
line breaks when a template is compiled, in what they show and in the texts of their expressions.
"""

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# White space, then what opens words of their own, then the dot.
_SPACE = re.compile(r"\s+((?:<(?:a|b|bdi|span)\b[^<>]*>)*·)(?!\S)")


def keep_dots(text: str) -> str:
    r"""Return the text with each dot between facts kept at the fact before it.

    >>> keep_dots("two variants · <b>weight 1</b>\n  <span>· ended</span>")
    'two variants\xa0· <b>weight 1</b>\xa0<span>· ended</span>'
    """
    return _SPACE.sub("\u00a0\\1", text)


class KeptDots(Extension):
    """Keeps dots in all that a template shows. What people typed comes later and stays as it is."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Return the tokens of a template, those of text with their dots kept."""
        return self._kept(stream)

    def _kept(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            is_text = token.type in ("data", "string") and "·" in token.value
            yield Token(token.lineno, token.type, keep_dots(token.value)) if is_text else token
