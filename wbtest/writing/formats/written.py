"""An adapted release as text that a person pastes elsewhere: Markdown, or plain. Pure."""

import re

from wbtest.writing.formats.pieces import Adapted, Button, Heading, Paragraph, Piece, Points, Quote

# An ampersand is a mark where it names a letter, such as &lt;.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>~]|&(?=#?\w+;)")
_AT_START = re.compile(r"^(\s*(?:[0-9]+(?=[.)]))?)([#+=|.)-])", re.MULTILINE)


def as_markdown(adapted: Adapted) -> str:
    """Return the pieces as Markdown; no letter of the release is taken for a mark of it."""
    return "\n\n".join(map(_markdown, adapted.pieces)) + "\n"


def as_text(adapted: Adapted) -> str:
    """Return the pieces as plain text with empty lines between them."""
    return "\n\n".join(map(_text, adapted.pieces)) + "\n"


def _markdown(piece: Piece) -> str:
    match piece:
        case Heading(text, level):
            return f"{'#' * level} {_on_one_line(_escaped(text))}"
        case Paragraph(text, lead):
            return f"**{_escaped(lead)}** {_escaped(text)}".rstrip() if lead else _escaped(text)
        case Points(items):
            return "\n".join(f"- {_on_one_line(_escaped(item))}" for item in items)
        case Quote(paragraphs):
            said = "\n\n".join(map(_escaped, paragraphs))
            by = _signed(piece)
            lines = (f"{said}\n\n— {_escaped(by)}" if by else said).split("\n")
            return "\n".join(f"> {line}".rstrip() for line in lines)
        case Button(label):
            return f"**{_escaped(label)}**"


def _text(piece: Piece) -> str:
    match piece:
        case Heading(text) | Button(text):
            return text
        case Paragraph(text, lead):
            return f"{lead} {text}".strip()
        case Points(items):
            return "\n".join(f"• {item}" for item in items)
        case Quote(paragraphs):
            by = _signed(piece)
            return "\n\n".join([*paragraphs, *([f"— {by}"] if by else [])])


def _signed(quote: Quote) -> str:
    label = f"({quote.imagined})" if quote.imagined else ""
    return " ".join(words for words in (quote.by, label) if words)


def _escaped(text: str) -> str:
    return _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\g<0>", text))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
