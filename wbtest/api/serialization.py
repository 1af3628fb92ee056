"""Between JSON and the types of the API: what is sent must fit, and nothing else comes along."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from flask import Request, Response

from wbtest.api.parsing import BadRequest, read_json
from wbtest.store import Invalid

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])
_QUOTED = re.compile(r"`([^`]*)`")
_MEMBER_ERRORS = {
    re.compile(
        r"Object contains unknown field `(.*)`", re.DOTALL
    ): "Nobody reads this: leave it out.",
    re.compile(r"Object missing required field `(.*)`"): "This must be there.",
}
_PLACE = re.compile(r"(.*?)(?: - at `(.+)`)?", re.DOTALL)


class RequestBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An object in which nothing stands that nobody reads."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Values with headers, such as ``Location`` and ``ETag``.

    ``again`` are the values for whoever repeats the request under its ``Idempotency-Key``, where
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
            raise BadRequest(f"{name[:80]!r} stands twice in the address.")
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
