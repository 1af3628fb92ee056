"""A release to put words into, and what the coach says of them."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from wbtest.writing import coach
from wbtest.writing.coach import CoachSettings
from wbtest.writing.document import Document, from_json

TODAY = date(2026, 11, 25)
Found = list[tuple[str, str]]


def found_by(
    rule: str,
    *,
    form: str = "full",
    settings: CoachSettings | None = None,
    language: str = "en",
    **parts: Any,
) -> Found:
    """Severity and words of what one rule finds in a release with just these parts.

    ``parts`` are as in the JSON form of a document.
    """
    document = from_json({"product": "Larder", "language": language, **parts})
    return found_in(document, rule, form=form, settings=settings)


def found_in(
    document: Document, rule: str, *, form: str = "full", settings: CoachSettings | None = None
) -> Found:
    """Severity and words of what one rule finds in a document."""
    rules = tuple(known for known in coach.RULES if known.id == rule)
    findings = coach.findings_of(document, form, TODAY, settings, rules)
    return [(f.severity, f.words) for f in findings]


@pytest.fixture
def find() -> Callable[..., Found]:
    """``find("A7", solution="A seamless app.")`` gives ``[("warn", "seamless")]``."""
    return found_by
