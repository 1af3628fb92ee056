"""What is refused as a value of a release's JSON form, in words that name the part. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from wbtest.writing.limits import fault_of
from wbtest.writing.wording import with_plain_breaks

_NUMBER = re.compile(r"\[\d+\]")


class NotADocument(ValueError):
    """The input is not a press release; the text names the part, ``part`` holds its name."""

    def __init__(self, part: str, sentence: str) -> None:
        super().__init__(f"{part}: {sentence}")
        self.part = part
        self.sentence = sentence


def mapping_of(part: str, value: Any, known: set[str]) -> Mapping[str, Any]:
    """Return the object. Raises NotADocument when it is none, or has a part nobody knows."""
    if not isinstance(value, Mapping):
        raise NotADocument(part, "must be an object with named parts.")
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown:
        raise NotADocument(part, f"has no part called {unknown[0][:40]!r}.")
    return value


def list_of(part: str, value: Any, most: int, things: str) -> list[Any]:
    """Return the list of ``things``. Raises NotADocument when it is none, or longer than most."""
    if not isinstance(value, list):
        raise NotADocument(part, f"must be a list of {things}.")
    if len(value) > most:
        raise NotADocument(part, f"holds {len(value)} {things}; {most} are the most.")
    return value


def checked_text(part: str, value: Any) -> str:
    """Return the text with plain line breaks. Raises NotADocument when it may not stand there."""
    if not isinstance(value, str):
        raise NotADocument(part, "must be text.")
    text = with_plain_breaks(value)
    if fault := fault_of(_NUMBER.sub("", part), text):
        raise NotADocument(part, fault)
    return text
