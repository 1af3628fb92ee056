"""What a person types into a form. Pure."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image

from tests.factories import PASSWORD
from tests.fuzz.pages import TICKS, Field, Form


class Part(NamedTuple):
    """A name with what is sent under it; files have a name of their own."""

    name: bytes
    value: bytes
    file: bytes | None = None


# Whose password is PASSWORD.
LOG_IN = "editor@larder.example"
# A person leaves it alone: it is there for machines.
TRAPS = ("website",)
BY_NAME = {
    "password": PASSWORD,
    "old_password": PASSWORD,
    "new_password": "nine quiet hedgehogs",
    "repeated": "nine quiet hedgehogs",
    "team_name": "Larder",
    "slug": "six-dinners",
    "host": "",
    "code": "123456",
    "rate": "8",
    "low": "5",
    "high": "11",
    "amount": "12.50",
    "day": "2027-03-02",
    "first": "2027-03-02",
    "last": "2027-03-03",
    "time": "09:30",
    "product": "Larder",
    "title": "The photo",
    "name": "Mei",
    "reason": "Nine of ten said so.",
    "why": "Nine of ten said so.",
    "what": "The price.",
    "headline": "Soup from what is left",
    "words": "CI",
    "url": "https://hooks.example/in",
    "sites": "https://www.larder.example",
    "text": "# Six dinners\n\n## Problem\n\nThe cabbage rots.",
    "lines": "newsletter,2027-03-02,,12.50",
}
BY_KIND = {
    "email": "mei@example.org",
    "url": "https://hooks.example/in",
    "number": "7",
    "date": "2027-03-20",
    "time": "12:30",
    "color": "#1a6b5a",
    "password": PASSWORD,
    "textarea": "They cook what is there.\n\nThen they rest.",
}
OTHERWISE = "Six dinners"
# Fields of text, where a page that refuses the form shows what was typed.
SHOWN_AGAIN = ("text", "textarea", "email", "search", "url", "number", "date")


def picture() -> bytes:
    """A small picture, as a file."""
    file = BytesIO()
    Image.new("RGB", (16, 16), "teal").save(file, "PNG")
    return file.getvalue()


MARKDOWN = b"# Six dinners\n\nLeeds, 3 March 2027 \xe2\x80\x93 Larder plans dinners.\n"


def filled(form: Form, csrf_token: str) -> list[Part]:
    """Return what is sent when somebody fills in what must be, and presses its button."""
    parts: list[Part] = []
    for each in form.fields:
        if each.kind == "button" and form.has_plain_button:
            continue
        texts = (csrf_token,) if each.name == "csrf_token" else _typed(each)
        if each.name == "email" and "password" in form.names:
            texts = (LOG_IN,)
        parts += [Part(each.name.encode(), _bytes(text), _file_of(each, text)) for text in texts]
    return parts


def otherwise(each: Field) -> list[bytes]:
    """Return what else a person may well put into a field."""
    if each.choices:
        return [_bytes(choice) for choice in each.choices]
    texts = [
        BY_KIND.get(each.kind, OTHERWISE),
        BY_NAME.get(each.name, OTHERWISE),
        "",
        "Ünïcode – ok",
    ]
    return (
        [*map(_bytes, texts), picture(), MARKDOWN] if each.kind == "file" else [*map(_bytes, texts)]
    )


def _typed(each: Field) -> tuple[str | bytes, ...]:
    if each.kind == "file":
        # Most forms with a file are sent without one.
        return (picture(),) if each.is_required else (b"",)
    if each.kind == "button" or (each.kind == "radio" and not each.values):
        return (each.choices or each.values)[:1]
    if each.kind in (*TICKS, "select"):
        return each.values
    if each.kind == "hidden" or each.values != ("",) or each.name in TRAPS:
        return each.values
    if each.name in BY_NAME:
        return (BY_NAME[each.name],)
    return (BY_KIND.get(each.kind, OTHERWISE),) if each.is_required else each.values


def _file_of(each: Field, text: str | bytes) -> bytes | None:
    """The name of the file in a field for one, '' for none."""
    if each.kind != "file":
        return None
    return b"picture.png" if text else b""


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
