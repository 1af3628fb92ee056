"""Between JSON and the types of the API: what is sent must fit, and nothing else comes along.

JSON that two could read in two ways is refused. An ETag names a version or a digest, so that nobody
changes what they have not read. A cursor names where the next page of a list begins; programs hand
it back as it is.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import (
    Annotated,
    Any,
    Generic,
    NamedTuple,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec
from flask import Request, Response

from wbtest.store import Invalid, Refused

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])
_QUOTED = re.compile(r"`([^`]*)`")
_MEMBER_ERRORS = {
    re.compile(
        r"Object contains unknown field `(.*)`", re.DOTALL
    ): "This isn’t a known field: leave it out.",
    re.compile(r"Object missing required field `(.*)`"): "This is missing.",
}
_PLACE = re.compile(r"(.*?)(?: - at `(.+)`)?", re.DOTALL)


class RequestBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An object in which nothing stands that nobody reads."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Values with headers, such as ``Location`` and ``ETag``.

    ``again`` are the values for a repeat of the request under its ``Idempotency-Key``, where
    ``values`` hold a secret: that is told once, and never stored with an answer.
    """

    values: T
    headers: dict[str, str] = field(default_factory=dict)
    again: T | None = None


def shown(kind: type[T], row: object, /, **named: Any) -> T:
    """Return a row as a type of the API: ``named`` members, the others from its attributes.

    One with a default is never read from the row, so that a secret is told by name or not at all.
    """
    members = msgspec.structs.fields(kind)  # type: ignore[arg-type]  # a struct
    wanted = [each.name for each in members if each.required and each.name not in named]
    values = {name: getattr(row, name) for name in wanted}
    return msgspec.convert(values | named, kind, from_attributes=True)


class JsonResponse(Response):
    """An answer in JSON; ``again`` is the body that is kept of it, None for the same."""

    again: bytes | None = None


def reads_if_match(function: Function) -> Function:
    """Declare that a function heeds the header If-Match, for the description."""
    function.reads_if_match = True  # type: ignore[attr-defined]
    return function


class Shape(NamedTuple):
    """The types of a function: of the body and the query that it takes, and of what it returns.

    One with ``takes_file`` is handed the bytes of the body, whatever they are.
    """

    body: Any
    query: Any
    returns: Any
    takes_file: bool = False


class BadRequest(Refused):
    """A request that cannot be read."""

    status = 400


class NoJson(BadRequest):
    """A body of another kind."""

    status = 415


@cache
def shape_of(function: Callable[..., Any]) -> Shape:
    """Return what a function of the API takes and gives."""
    hints = get_type_hints(function)
    returns = hints.get("return")
    if get_origin(returns) is Answer:
        [returns] = get_args(returns)
    return Shape(hints.get("body"), hints.get("query"), returns, "sent" in hints)


def arguments_of(function: Callable[..., Any], request: Request) -> dict[str, Any]:
    """Return body and query of a request as the function takes them.

    Raises BadRequest for what cannot be read or is not asked for, Invalid for what does not fit.
    """
    shape = shape_of(function)
    given: dict[str, Any] = {}
    query = _query(shape.query, request)
    if shape.query is not None:
        given["query"] = query
    if shape.takes_file:
        given["sent"] = _file(function, request)
    elif request.method not in ("GET", "HEAD"):
        body = _body(shape.body, request)
        if shape.body is not None:
            given["body"] = body
    return given


def response_of(made: Any, status: int) -> Response:
    """Return what a function gave as JSON; where it gave nothing there is no body."""
    if made is None:
        nothing = Response(status=status)
        nothing.headers.remove("Content-Type")
        return nothing
    answer = made if isinstance(made, Answer) else Answer(made)
    body = msgspec.json.encode(answer.values)
    told = JsonResponse(body, status, answer.headers, mimetype="application/json")
    if answer.again is not None:
        told.again = msgspec.json.encode(answer.again)
    return told


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An object without members."""


def _query(kind: Any, request: Request) -> Any:
    given = request.args.to_dict(flat=False)
    for name, texts in given.items():
        if len(texts) > 1:
            raise BadRequest(f"{name[:80]!r} is in the address twice.")
    flat = {name: text for name, [text] in given.items()}
    try:
        return msgspec.convert(flat, kind or Nothing, strict=False)
    except msgspec.ValidationError as error:
        sentence, place = _sentence_and_place(error)
        raise BadRequest(f"{place}: {sentence}" if place else sentence) from error


def _body(kind: Any, request: Request) -> Any:
    data = request.get_data()
    # A form was read as one before, and leaves no data behind.
    if not data and kind is None and not request.content_length:
        return None
    if request.mimetype != "application/json":
        raise NoJson("Send JSON, and say so: Content-Type: application/json.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise NoJson("Send the body as it is, not compressed.")
    values = read_json(data)
    if not isinstance(values, dict):
        raise BadRequest("Send an object: { … }.")
    try:
        return msgspec.convert(values, kind or Nothing)
    except msgspec.ValidationError as error:
        sentence, place = _sentence_and_place(error)
        raise Invalid(place or "body", sentence) from error


def _file(function: Callable[..., Any], request: Request) -> bytes:
    """The bytes of a body of a kind that the function names."""
    kinds: tuple[str, ...] = vars(function)["takes"]
    if request.mimetype not in kinds:
        raise NoJson(f"Send the file itself, and say what it is: {', '.join(kinds)}.")
    return request.get_data()


def _sentence_and_place(error: msgspec.ValidationError) -> tuple[str, str]:
    """What does not fit, as a sentence, and where: ``faq[2].answer``."""
    found = _PLACE.fullmatch(str(error))
    assert found is not None
    place = (found[2] or "").removeprefix("$").removeprefix(".")
    sentence = _QUOTED.sub(r"“\1”", found[1]) + "."
    for pattern, said in _MEMBER_ERRORS.items():
        if part := pattern.fullmatch(found[1]):
            return said, f"{place}.{part[1]}".removeprefix(".")
    return sentence, place


@contextmanager
def map_errors(**members: str) -> Iterator[None]:
    """Let a verb's Invalid name the members of the body, given by the names of the fields.

    What is said at an entry of a list, such as ``crowds[0].until``, is said at the member's.
    """
    try:
        yield
    except Invalid as refused:
        field, bracket, entry = refused.field.partition("[")
        if field not in members:
            raise
        raise Invalid(members[field] + bracket + entry, str(refused)) from refused


DEEPEST = 32
_VERSION = re.compile(r'"v(\d{1,9})"')
_DIGEST = re.compile(r'"([0-9a-f]{64})"')
LARGEST = 2**31 - 1


def read_json(data: bytes) -> Any:
    """Return the values in ``data``.

    Raises BadRequest for what is no JSON in UTF-8, for a key that stands twice in an object, for
    NaN, Infinity and numbers too large to be one, for the character NUL and half characters, which
    no database keeps, and for more than 32 levels.

    >>> read_json(b'{"headline": "Dinner", "faq": []}')
    {'headline': 'Dinner', 'faq': []}
    """
    try:
        values = json.loads(
            data.decode(),
            object_pairs_hook=_unique_members,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except UnicodeDecodeError as error:
        raise BadRequest("This is not text in UTF-8.") from error
    except RecursionError as error:
        raise BadRequest(f"This goes more than {DEEPEST} levels deep.") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"This is not JSON: {error}.") from error
    except ValueError as error:
        # Python reads no whole number of more than 4,300 digits.
        raise BadRequest("A number is too long.") from error
    _check(values, 1)
    return values


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, times in counts.items() if times > 1)
        raise BadRequest(f"{twice[:80]!r} is in one object twice.")
    return values


def _no_number(text: str) -> Any:
    raise BadRequest(f"{text} isn’t a JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise BadRequest(f"{text[:20]} is too large a number.")
    return number


def _check(value: Any, level: int) -> None:
    """Raise BadRequest for what lies too deep, or for a text that cannot be stored."""
    if level > DEEPEST:
        raise BadRequest(f"This goes more than {DEEPEST} levels deep.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(name, level)
            _check(inner, level + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, level + 1)
    elif isinstance(value, str) and any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
        raise BadRequest("A text has a character that isn’t allowed: NUL, or half of one.")


def version_etag(version: int) -> str:
    """Return the ETag of a version.

    >>> version_etag(7), version_wanted('"v7"'), version_wanted("*")
    ('"v7"', 7, None)
    """
    return f'"v{version}"'


def digest_etag(digest: str) -> str:
    """Return the ETag of what has no number."""
    return f'"{digest}"'


def version_wanted(if_match: str | None) -> int | None:
    """The version that an ``If-Match`` names; None without one, or for any. Raises BadRequest."""
    found = _tag_wanted(_VERSION, if_match)
    return int(found) if found else None


def digest_wanted(if_match: str | None) -> str:
    """The digest that an ``If-Match`` names; '' without one, or for any. Raises BadRequest."""
    return _tag_wanted(_DIGEST, if_match)


def _tag_wanted(tag: re.Pattern[str], if_match: str | None) -> str:
    if if_match is None or if_match.strip() == "*":
        return ""
    found = tag.fullmatch(if_match.strip())
    if found is None:
        raise BadRequest("If-Match takes the ETag of an answer, unchanged.")
    return found[1]


def cursor_after(number: int) -> str:
    """Return the cursor for what comes after the row of this number.

    >>> cursor_after(41), number_in(cursor_after(41))
    ('YWZ0ZXIgNDE', 41)
    """
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode().rstrip("=")


def number_in(cursor: str) -> int | None:
    """Return the number in a cursor, None in an empty one. Raises BadRequest for any other word."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
        number = int(text.removeprefix("after "))
    except (binascii.Error, ValueError) as error:
        raise BadRequest("This cursor isn’t ours. Start without one.") from error
    if not 0 <= number <= LARGEST or cursor_after(number) != cursor:
        raise BadRequest("This cursor isn’t ours. Start without one.")
    return number


class Numbered(Protocol):
    """A row with a number."""

    @property
    def id(self) -> int: ...


Row = TypeVar("Row", bound=Numbered)


class Page(msgspec.Struct, forbid_unknown_fields=True):
    """``cursor`` is the ``next`` of the page before."""

    cursor: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 50

    @property
    def before(self) -> int | None:
        """The number of the last row of the page before, None on the first."""
        return number_in(self.cursor)

    def cut(self, rows: Sequence[Row]) -> tuple[Sequence[Row], str | None]:
        """Return the page and where it goes on, of one row more than the page holds."""
        some = rows[: self.limit]
        return some, cursor_after(some[-1].id) if len(rows) > self.limit else None
