"""What a person typed, as a verb keeps it: trimmed, with one kind of line break, not too long."""

from wbtest.store import Invalid
from wbtest.writing.text_rules import find_fault, seen, with_plain_breaks


def kept_text(field: str, typed: str, longest: int) -> str:
    """The text as it is kept, maybe empty. Raises Invalid at ``field`` when it cannot be."""
    text = seen(with_plain_breaks(typed))
    if fault := find_fault(text, longest):
        raise Invalid(field, fault)
    return text


def needed_text(field: str, typed: str, longest: int, wanted: str) -> str:
    """The same of a text that must be there; ``wanted`` is what is said when it is not."""
    text = kept_text(field, typed, longest)
    if not text:
        raise Invalid(field, wanted)
    return text
