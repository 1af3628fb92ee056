"""Every field of text in the bodies that programs send, found in the description of the API. Pure.

A field is the way to it: ``("faq", "[]", "question")``. What stands before a list's ``[]`` is a
list, and before ``*`` an object whose keys are words of its own.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

ITEM, ANY_KEY = "[]", "*"
FREE: dict[str, Any] = {"type": "string"}


class Operation(NamedTuple):
    """What a program may send, and ``shape``, the schema of its body."""

    name: str
    area: str
    method: str
    address: str
    shape: dict[str, Any]


class Shapes:
    """The schemas of a description, by which bodies are read and made."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._named: dict[str, Any] = document["components"]["schemas"]

    def operations(self) -> Iterator[Operation]:
        """Yield those that take JSON."""
        for address, methods in self._document["paths"].items():
            for method, told in methods.items():
                kinds = told.get("requestBody", {}).get("content", {})
                if "application/json" in kinds:
                    shape = kinds["application/json"]["schema"]
                    yield Operation(
                        told["operationId"], told["tags"][0], method.upper(), address, shape
                    )

    def fields(self, shape: dict[str, Any]) -> Iterator[tuple[str, ...]]:
        """Yield the way to each text in it that is not one of a few words of ours."""
        shape = self._whole(shape)
        if shape.get("type") == "string":
            if "enum" not in shape:
                yield ()
            return
        inner = dict(shape.get("properties", {}))
        if "items" in shape:
            inner[ITEM] = shape["items"]
        if self._takes_any_key(shape):
            inner[ANY_KEY] = shape.get("additionalProperties", FREE)
        for name, each in inner.items():
            for way in self.fields(each):
                yield (name, *way)

    def with_text(
        self, shape: dict[str, Any], body: Any, way: tuple[str, ...], text: str, key: str = ""
    ) -> Any:
        """Return the body with this text in the field, and whatever must stand around it.

        ``key`` stands for a key that is not named by the description.
        """
        if not way:
            return text
        shape, name = self._whole(shape), way[0]
        if name == ITEM:
            first = body[0] if body else self._least(shape["items"])
            return [self.with_text(shape["items"], first, way[1:], text, key), *(body or [])[1:]]
        made = deepcopy(body) if body else self._least(shape)
        if name == ANY_KEY:
            inner, name = shape.get("additionalProperties", FREE), key
        else:
            inner = shape["properties"][name]
        made[name] = self.with_text(inner, made.get(name), way[1:], text, key)
        return made

    def _takes_any_key(self, shape: dict[str, Any]) -> bool:
        is_object = shape.get("type") == "object"
        return is_object and (
            isinstance(shape.get("additionalProperties"), dict) or "properties" not in shape
        )

    def _whole(self, shape: dict[str, Any]) -> dict[str, Any]:
        """The schema itself, for one that is named or may be left out; anything may be a text."""
        if "$ref" in shape:
            return self._whole(self._named[shape["$ref"].rpartition("/")[2]])
        if "anyOf" in shape:
            return self._whole(next(each for each in shape["anyOf"] if each != {"type": "null"}))
        return shape if shape.keys() & {"type", "enum", "properties"} else FREE

    def _least(self, shape: dict[str, Any]) -> Any:
        """The least that fits it."""
        shape = self._whole(shape)
        if "enum" in shape:
            return shape["enum"][0]
        if shape["type"] == "object":
            return {
                name: self._least(shape["properties"][name]) for name in shape.get("required", ())
            }
        least = {"string": "x", "array": [], "integer": 1, "number": 0.5, "boolean": False}
        return least[shape["type"]]
