"""What a reader typed, as it is kept: trimmed, checked, and nothing that says nothing."""

from collections.abc import Mapping, Sequence

from wbtest.review.questions import VERDICTS, Asked, longest_of
from wbtest.store import Invalid
from wbtest.writing.typed import kept_text
from wbtest.writing.wording import on_one_line

MISSING = {
    "customer": "Name one person. A guess will do: it shows what comes across.",
    "problem": "Say what bothers them, as far as you know.",
    "why_this": "Say why, or that you see no reason yet.",
    "another": "Write what must change in the next draft.",
    "stop": "Write why this should stop.",
}


def texts_of(
    given: Mapping[str, str], questions: Sequence[Asked], needed: Sequence[str] = ()
) -> dict[str, str]:
    """The answers to keep, by question; empty ones are left out.

    Raises Invalid at the first that cannot be kept, or that is ``needed`` and missing.
    """
    texts = {}
    for asked in questions:
        if text := text_of(asked.name, given.get(asked.name, "")):
            texts[asked.name] = text
        elif asked.name in needed:
            raise Invalid(asked.name, MISSING[asked.name])
    return texts


def reason_of(verdict: str, typed: str) -> str:
    """The reason to keep with a verdict. Raises Invalid when either is missing or unusable."""
    if verdict not in VERDICTS:
        raise Invalid("verdict", "Choose one of the three.")
    reason = text_of("reason", typed)
    if not reason and verdict in MISSING:
        raise Invalid("reason", MISSING[verdict])
    return reason


def text_of(name: str, typed: str) -> str:
    """The answer to this question as it is kept. Raises Invalid when it cannot be."""
    text = kept_text(name, typed, longest_of(name))
    # It becomes a question of the FAQ, and that is one line.
    return on_one_line(text) if name == "afraid" else text
