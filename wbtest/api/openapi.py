"""The description of the API, made of its routes, types and docstrings: OpenAPI 3.1, and a page."""

import inspect
import json
import re
from functools import cache
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from wbtest.api.dispatch import bp
from wbtest.api.routes import BEGINS, ROUTES, Route
from wbtest.api.serialization import shape_of
from wbtest.team import access

REFERENCE = "#/components/schemas/{name}"
# Said once for all addresses: written out at each, they were most of the document.
FAILURE = "#/components/responses/{status}"
_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_ABOUT = """Programs can do everything here that people can.

Send a token with each request: `Authorization: Bearer wbt_…`. An owner creates one under Settings,
Developers. It acts in that owner's name, within its scopes.

Errors are problem details (RFC 9457): `detail` is a sentence that says what to do, `errors` lists
them by field. Lists come in pages: `next` is the `cursor` of the next one, or null. A token can
make 600 requests a minute; `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) say how many are
left. A POST with an `Idempotency-Key` runs once, and its answer is repeated for 24 hours."""
_FAILURES = {
    400: "The request cannot be read, or asks for something unknown",
    401: "No token, or one that doesn’t work",
    403: "The token's scopes or its creator's role don’t allow this",
    404: "Not here, or not yours",
    406: "Accept names no kind of file that this makes",
    409: "Not now: the sentence says what has to come first",
    412: "Changed since the version in If-Match",
    413: "Too long",
    415: "Not JSON",
    422: "A field can’t be kept, or an Idempotency-Key was used with another request",
    429: "Too many requests in a minute; Retry-After says when to try again",
    503: "Nothing was stored; Retry-After says when to try again",
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
_ALWAYS = (400, 401, 403, 404, 409, 429, 503)
_WRITING = (413, 415, 422)
# A page of ours, with our cookies and our error pages.
docs_bp = Blueprint("api_docs", __name__)


class Problem(msgspec.Struct, kw_only=True):
    """Why a request was refused; `errors` names the fields at fault, `error_id` a fault of ours."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | msgspec.UnsetType = msgspec.UNSET
    error_id: str | msgspec.UnsetType = msgspec.UNSET


@cache
def as_json() -> bytes:
    """The document as JSON."""
    return json.dumps(document(), ensure_ascii=False, indent=1).encode()


@cache
def document() -> dict[str, Any]:
    """The document as values, which nobody may change."""
    shapes = {route: shape_of(route.function) for route in ROUTES}
    kinds = [Problem]
    for shape in shapes.values():
        kinds += [kind for kind in (shape.body, shape.returns) if _is_json(kind)]
    # A type that is asked for twice would have two names.
    _, components = msgspec.json.schema_components(dict.fromkeys(kinds), ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        path = _PLACE.sub(r"{\2}", route.address)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "wbtest", "version": "1", "description": _ABOUT},
        "servers": [{"url": BEGINS}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {str(status): _problem(status) for status in _FAILURES},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    shape = shape_of(route.function)
    summary, _, more = inspect.cleandoc(route.function.__doc__).partition("\n")
    role = access.PERMISSIONS[route.permission]
    needs = f"Scope: {route.scope}. Role: {role}{'' if role == 'owner' else ' or higher'}."
    operation: dict[str, Any] = {
        "operationId": route.name,
        "tags": [route.area],
        "summary": summary,
        "description": f"{more.strip()}\n\n{needs}".strip(),
        "security": [{"bearer": [route.scope]}],
        "parameters": [*_places(route), *_queries(shape.query), *_headers(route)],
        "responses": _responses(route, shape.returns),
    }
    if shape.body is not None:
        body = {"schema": _reference(shape.body)}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    if shape.takes_file:
        content = dict.fromkeys(route.function.takes, _FILE)
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _places(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if kind == "int" else {"type": "string"},
        }
        for kind, name in _PLACE.findall(route.address)
    ]


def _queries(query: Any) -> list[dict[str, Any]]:
    if query is None:
        return []
    [_], components = msgspec.json.schema_components([query], ref_template=REFERENCE)
    schema = components[query.__name__]
    needed = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": inner}
        for name, inner in schema["properties"].items()
    ]


def _headers(route: Route) -> list[dict[str, Any]]:
    headers = []
    if route.method == "POST":
        told = (
            "Any unique text for each request. Send it again, and the request still runs only once."
        )
        schema = {"type": "string", "minLength": 1, "maxLength": 255}
        headers.append(_header("Idempotency-Key", told, schema))
    if _reads_if_match(route):
        told = "The ETag of the version that you read."
        headers.append(_header("If-Match", told, {"type": "string"}))
    return headers


def _reads_if_match(route: Route) -> bool:
    return getattr(route.function, "reads_if_match", False)


def _header(name: str, told: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": told, "schema": schema}


def _responses(route: Route, returns: Any) -> dict[str, Any]:
    failures = [*_ALWAYS]
    content: dict[str, Any] = {}
    if _is_json(returns):
        content = {"application/json": {"schema": _reference(returns)}}
    elif returns is Response:
        kinds = route.function.media_types
        content = {kind: {"schema": {"type": "string"}} for kind in kinds}
        failures.append(406)
    answer = {"description": "Done", "content": content} if content else {"description": "Done"}
    if route.method != "GET":
        failures += _WRITING
    if _reads_if_match(route):
        failures.append(412)
    told = {str(status): {"$ref": FAILURE.format(status=status)} for status in sorted(failures)}
    return {str(route.status): answer} | told


def _problem(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _reference(Problem)}}
    return {"description": _FAILURES[status], "content": content}


def _is_json(kind: Any) -> bool:
    return kind not in (None, type(None), Response)


def _reference(kind: Any) -> dict[str, Any]:
    return {"$ref": REFERENCE.format(name=kind.__name__)}


@bp.get("/openapi.json")
@access.public
def openapi() -> ResponseReturnValue:
    """The API as OpenAPI 3.1."""
    return Response(as_json(), mimetype="application/json")


@docs_bp.get("/api/docs")
@access.public
def docs() -> ResponseReturnValue:
    """The same, to read."""
    return render_template("api/docs.html", api=document())
