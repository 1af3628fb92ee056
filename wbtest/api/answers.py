"""What a function of the API returns, where more than its values is to be said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask import Response

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Values with headers, such as ``Location`` and ``ETag``.

    ``again`` are the values for whoever repeats the request under its ``Idempotency-Key``, where
    ``values`` hold a secret: that is told once, and never stored with an answer.
    """

    values: T
    headers: dict[str, str] = field(default_factory=dict)
    again: T | None = None


class Told(Response):
    """An answer in JSON; ``again`` is the body that is kept of it, None for the same."""

    again: bytes | None = None


def reads_if_match(function: Function) -> Function:
    """Declare that a function heeds the header If-Match, for the description."""
    function.reads_if_match = True  # type: ignore[attr-defined]
    return function
