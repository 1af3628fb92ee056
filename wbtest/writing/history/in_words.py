"""What changed between two texts of a release, in one line of plain English. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from wbtest.writing.history.changes import EntryDiff, FieldDiff, PartDiff
from wbtest.writing.history.word_diff import Kind
from wbtest.writing.wording import joined, spelled, words

NOUNS = {"external": "customer question", "internal": "internal question"}
# Parts whose words are not counted: they are facts, not prose.
FACTS = ("product", "language", "dateline")
NOTHING = "No word changed."
# A part that keeps fewer of its words than this share was rewritten.
REWRITTEN = 1 / 3
# A line holds so many names of parts, and so many parts with their words counted.
MOST_NAMES = 4
MOST_COUNTS = 3
Verb = Literal["written", "rewritten", "taken out", "changed", "counted"]
VERBS: tuple[Verb, ...] = ("written", "rewritten", "taken out", "changed")
ENTRY_VERBS = ("added", "removed", "changed", "moved")


def in_words(parts: Iterable[PartDiff]) -> str:
    """Return the line for these parts: what was written or rewritten, words in and out, questions.

    >>> from wbtest.writing.history.changes import changes_between
    >>> from wbtest.writing.document import Document
    >>> in_words(changes_between(Document(problem="Food is lost."), Document(problem="Food rots.")))
    'Problem: 1 word in, 2 out.'
    """
    changed = [part for part in parts if part.is_changed]
    return " ".join(_sentences(changed)) or NOTHING


def count_words(fields: Iterable[FieldDiff], kind: Kind) -> int:
    """How many words these fields share, gained or lost."""
    return sum(words(run.text) for field in fields for run in field.runs if run.kind == kind)


def _sentences(changed: Sequence[PartDiff]) -> Iterator[str]:
    if any(part.name == "form" for part in changed):
        yield "Grown into the full form." if _grew(changed) else "Form changed."
    texts = [part for part in changed if part.fields and part.name != "form"]
    done = {part.name: _verb(part) for part in texts}
    for verb in VERBS:
        if names := [part.label for part in texts if done[part.name] == verb]:
            yield f"{_listed(names)} {verb}."
    counted = [part for part in texts if done[part.name] == "counted"]
    for part in counted[:MOST_COUNTS]:
        yield f"{part.label}: {_in_and_out(part.fields)}."
    more = len(counted) - MOST_COUNTS
    if more > 0:
        yield f"{spelled(more).capitalize()} more part{_s(more)} changed."
    for part in changed:
        if part.entries:
            yield _about_entries(part)


def _grew(changed: Sequence[PartDiff]) -> bool:
    [form] = [part for part in changed if part.name == "form"]
    return form.fields[0].runs[-1].text == "full"


def _verb(part: PartDiff) -> Verb:
    if part.name in FACTS:
        return "changed"
    kept, gone, come = (count_words(part.fields, kind) for kind in ("equal", "delete", "insert"))
    if not kept and not gone and come:
        return "written"
    if not kept and not come and gone:
        return "taken out"
    is_rewritten = bool(gone and come) and kept < REWRITTEN * (kept + max(gone, come))
    return "rewritten" if is_rewritten else "counted"


def _in_and_out(fields: Iterable[FieldDiff]) -> str:
    fields = tuple(fields)
    come, gone = count_words(fields, "insert"), count_words(fields, "delete")
    if come and gone:
        return f"{come:,} word{_s(come)} in, {gone:,} out"
    if come or gone:
        return f"{come or gone:,} word{_s(come or gone)} {'in' if come else 'out'}"
    return "only punctuation or spaces"


def _about_entries(part: PartDiff) -> str:
    """“Two customer questions added, one moved.”"""
    noun = NOUNS.get(part.name)
    counts = [(count, verb) for verb in ENTRY_VERBS if (count := _count(part.entries, verb))]
    said = [f"{spelled(count)} {verb}" for count, verb in counts]
    if noun is None:
        return f"{part.label}: {', '.join(said)}."
    (first, verb), *_ = counts
    said[0] = f"{spelled(first).capitalize()} {noun}{_s(first)} {verb}"
    return f"{', '.join(said)}."


def _count(entries: Iterable[EntryDiff], verb: str) -> int:
    return sum(entry.is_moved if verb == "moved" else entry.state == verb for entry in entries)


def _listed(names: Sequence[str]) -> str:
    """
    >>> _listed(["Headline", "Problem", "Why now"])
    'Headline, Problem and Why now'
    """
    if len(names) > MOST_NAMES:
        more = len(names) - MOST_NAMES + 1
        names = [*names[: MOST_NAMES - 1], f"{spelled(more)} more parts"]
    return joined(names)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
