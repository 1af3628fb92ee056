"""Between JSON and the types of the API: what is sent must fit, and nothing else comes along."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from flask import Request, Response

from wbtest.api.answers import Answer, Told
from wbtest.api.bodies import Unfit, read_json
from wbtest.store import Invalid

_QUOTED = re.compile(r"`([^`]*)`")
_OF_PARTS = {
    re.compile(
        r"Object contains unknown field `(.*)`", re.DOTALL
    ): "Nobody reads this: leave it out.",
    re.compile(r"Object missing required field `(.*)`"): "This must be there.",
}
_PLACE = re.compile(r"(.*?)(?: - at `(.+)`)?", re.DOTALL)


class Shape(NamedTuple):
    """The types of a function: of the body and the query that it takes, and of what it returns.

    One with ``takes_file`` is handed the bytes of the body, whatever they are.
    """

    body: Any
    query: Any
    returns: Any
    takes_file: bool = False


class NoJson(Unfit):
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


def arguments(function: Callable[..., Any], request: Request) -> dict[str, Any]:
    """Return body and query of a request as the function takes them.

    Raises Unfit for what cannot be read or is not asked for, Invalid for what does not fit.
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


def response(made: Any, status: int) -> Response:
    """Return what a function gave as JSON; where it gave nothing there is no body."""
    if made is None:
        nothing = Response(status=status)
        nothing.headers.remove("Content-Type")
        return nothing
    answer = made if isinstance(made, Answer) else Answer(made)
    body = msgspec.json.encode(answer.values)
    told = Told(body, status, answer.headers, mimetype="application/json")
    if answer.again is not None:
        told.again = msgspec.json.encode(answer.again)
    return told


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An object without members."""


def _query(kind: Any, request: Request) -> Any:
    given = request.args.to_dict(flat=False)
    for name, texts in given.items():
        if len(texts) > 1:
            raise Unfit(f"{name[:80]!r} stands twice in the address.")
    flat = {name: text for name, [text] in given.items()}
    try:
        return msgspec.convert(flat, kind or Nothing, strict=False)
    except msgspec.ValidationError as error:
        sentence, place = _told(error)
        raise Unfit(f"{place}: {sentence}" if place else sentence) from error


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
        raise Unfit("Send an object: { … }.")
    try:
        return msgspec.convert(values, kind or Nothing)
    except msgspec.ValidationError as error:
        sentence, place = _told(error)
        raise Invalid(place or "body", sentence) from error


def _file(function: Callable[..., Any], request: Request) -> bytes:
    """The bytes of a body of a kind that the function names."""
    kinds: tuple[str, ...] = vars(function)["takes"]
    if request.mimetype not in kinds:
        raise NoJson(f"Send the file itself, and say what it is: {', '.join(kinds)}.")
    return request.get_data()


def _told(error: msgspec.ValidationError) -> tuple[str, str]:
    """What does not fit, as a sentence, and where: ``faq[2].answer``."""
    found = _PLACE.fullmatch(str(error))
    assert found is not None
    place = (found[2] or "").removeprefix("$").removeprefix(".")
    sentence = _QUOTED.sub(r"“\1”", found[1]) + "."
    for pattern, said in _OF_PARTS.items():
        if part := pattern.fullmatch(found[1]):
            return said, f"{place}.{part[1]}".removeprefix(".")
    return sentence, place
