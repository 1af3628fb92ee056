"""Forms that hold something of what nobody types, for Hypothesis to draw."""

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.fuzz.filling import Part, otherwise
from tests.fuzz.nasty import (
    BOUNDARY,
    EXTRA,
    HEADERS,
    KINDS,
    LONG,
    NASTY,
    PARTS,
    QUERIES,
)
from tests.fuzz.pages import Field, Form

_texts = st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
_values = st.one_of(
    st.sampled_from(NASTY), _texts, st.binary(max_size=30), st.integers().map(lambda n: b"%d" % n)
)
_rarely = st.integers(0, 11)


class Sent(NamedTuple):
    """A form on its way. ``is_whole``: nothing was cut off, and it is sent as its page says."""

    parts: list[Part]
    body: bytes
    kind: str
    query: str
    headers: tuple[tuple[str, str], ...]
    is_whole: bool


@st.composite
def forms(draw: Any, form: Form, base: list[Part]) -> Sent:
    """A form as somebody sends it, with up to four things changed.

    The smallest of them is the form as a person fills it in.
    """
    parts = list(base)
    for _ in range(draw(st.integers(0, 4))):
        change = draw(st.sampled_from(CHANGES))
        change(draw, form, parts)
    kind = draw(st.sampled_from(KINDS)) if draw(_rarely) == 11 else form.kind
    query = draw(st.sampled_from(QUERIES)) if draw(_rarely) == 11 else ""
    headers = draw(st.sampled_from(HEADERS)) if draw(_rarely) == 11 else ()
    whole, kind_sent = encoded(parts, kind)
    body = whole[: draw(st.integers(0, len(whole)))] if draw(_rarely) == 11 else whole
    is_whole = len(body) == len(whole) and kind == form.kind
    return Sent(parts, body, kind_sent, query, (headers,) if headers else (), is_whole)


def encoded(parts: list[Part], kind: str) -> tuple[bytes, str]:
    """Return the body of a form and its content type, with the boundary where it has one."""
    if kind != PARTS:
        pairs = (f"{_quoted(each.name)}={_quoted(each.value)}" for each in parts)
        return "&".join(pairs).encode(), kind
    lines = []
    for name, value, file in parts:
        named = b'; filename="%s"' % file if file is not None else b""
        lines.append(
            b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
            % (BOUNDARY.encode(), name, named, value)
        )
    return b"".join([*lines, b"--%s--\r\n" % BOUNDARY.encode()]), f"{PARTS}; boundary={BOUNDARY}"


@lru_cache(maxsize=64)
def _quoted(text: bytes) -> str:
    """Some forms hold the same thousands of times."""
    return quote_from_bytes(text)


def _type_otherwise(draw: Any, form: Form, parts: list[Part]) -> None:
    """Put something else into a field that may well stand there."""
    if fields := [each for each in form.fields if each.kind != "hidden"]:
        chosen: Field = draw(st.sampled_from(fields))
        name = chosen.name.encode()
        value = draw(st.sampled_from(otherwise(chosen)))
        _put(parts, name, value, b"file.md" if chosen.kind == "file" else None)


def _spoil(draw: Any, _form: Form, parts: list[Part]) -> None:
    """Put into a field what nobody types."""
    if parts:
        place = draw(st.integers(0, len(parts) - 1))
        value = draw(st.sampled_from(LONG)) if draw(_rarely) == 11 else draw(_values)
        parts[place] = parts[place]._replace(value=value)


def _send_as_file(draw: Any, _form: Form, parts: list[Part]) -> None:
    """Send a text as a file, or the text of a file as one that is typed."""
    if parts:
        place = draw(st.integers(0, len(parts) - 1))
        file = b"x.txt" if parts[place].file is None else None
        parts[place] = parts[place]._replace(file=file)


def _leave_out(draw: Any, _form: Form, parts: list[Part]) -> None:
    if parts:
        del parts[draw(st.integers(0, len(parts) - 1))]


def _repeat(draw: Any, _form: Form, parts: list[Part]) -> None:
    """Send a field twice, or under a name that some frameworks read as a list."""
    if parts:
        part = draw(st.sampled_from(parts))
        after = draw(st.sampled_from((b"", b"[]", b"[a]", b"-0", b".x", b"-9999999999", b"\0")))
        parts.append(
            part._replace(
                name=part.name + after, value=draw(st.one_of(st.just(part.value), _values))
            )
        )


def _add(draw: Any, _form: Form, parts: list[Part]) -> None:
    """Send a field that this form does not have."""
    name, value = draw(st.one_of(st.sampled_from(EXTRA), st.tuples(_values, _values)))
    parts.append(
        Part(name, value, draw(st.sampled_from((None, None, b"x.png", b"../../a\0.html"))))
    )


CHANGES = (
    *(_type_otherwise, _type_otherwise, _spoil, _spoil),
    *(_leave_out, _repeat, _add, _send_as_file),
)


def _put(parts: list[Part], name: bytes, value: bytes, file: bytes | None) -> None:
    for place, part in enumerate(parts):
        if part.name == name:
            parts[place] = part._replace(value=value)
            return
    parts.append(Part(name, value, file))
