"""What a function of the API returns, where more than its values is to be said."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Answer(Generic[T]):
    """Values with headers, such as ``Location`` and ``ETag``."""

    values: T
    headers: dict[str, str] = field(default_factory=dict)
