"""Two texts of a release compared: part by part, question by question, and in one line. Pure.

Any part of a document is compared by its shape (a text, named texts, a list), so a new one needs
at most a name in ``PART_LABELS``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from wbtest.writing import document as documents
from wbtest.writing.document import AUDIENCES, PARTS, Document, Form
from wbtest.writing.text_diff import DiffKind, DiffRun, Row, RowMatch, diff_words, match_rows
from wbtest.writing.text_rules import is_day, joined, spelled, words

ChangeState = Literal["added", "removed", "changed", "same"]
PART_LABELS = {part.name: part.label for part in PARTS["full"]} | {
    "faq": "Questions",
    "segment": "Who it is for",
    "dateline": "Date line",
    "company_quote.text": "What they say",
    "customer_quote.text": "What they say",
    "speaker": "Name",
    "role": "Who they are",
    "call_to_action.text": "Sentence",
    "call_to_action.label": "Words on the button",
    "open.owner": "Who finds out",
    "open.until": "By",
    "open.settled_by": "What settles it",
}


class FieldDiff(NamedTuple):
    """One text of a part; ``name`` is its path inside the part, '' where it is all of it."""

    name: str
    label: str
    runs: tuple[DiffRun, ...]

    @property
    def is_changed(self) -> bool:
        """Whether a word differs."""
        return any(run.kind != "equal" for run in self.runs)


class EntryDiff(NamedTuple):
    """One entry of a list, such as a question, and its numbers there before and after, from 1."""

    old: int | None
    new: int | None
    is_moved: bool
    fields: tuple[FieldDiff, ...]

    @property
    def state(self) -> ChangeState:
        """What became of its words; it may be moved besides."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "changed" if any(field.is_changed for field in self.fields) else "same"

    @property
    def is_changed(self) -> bool:
        """Whether it differs in words or in place."""
        return self.is_moved or self.state != "same"


class PartDiff(NamedTuple):
    """One part: its fields or, for a list, its entries in the new order."""

    name: str
    label: str
    fields: tuple[FieldDiff, ...] = ()
    entries: tuple[EntryDiff, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether anything in it differs."""
        has_other_words = any(field.is_changed for field in self.fields)
        return has_other_words or any(entry.is_changed for entry in self.entries)


def compare(
    old: Document, new: Document, forms: tuple[Form, Form] = ("full", "full")
) -> tuple[PartDiff, ...]:
    """Every part that says something in either text, in the order of the page."""
    before, after = ({"form": form} for form in forms)
    before |= documents.to_json(old)
    after |= documents.to_json(new)
    parts = (part for name in after for part in _parts(name, before.get(name), after[name]))
    return tuple(part for part in parts if part.fields or part.entries)


def changes_between(
    old: Document, new: Document, forms: tuple[Form, Form] = ("full", "full")
) -> tuple[PartDiff, ...]:
    """The parts in which two texts differ."""
    return tuple(part for part in compare(old, new, forms) if part.is_changed)


def label_of(name: str) -> str:
    """What a part or a field is called on the page.

    >>> label_of("why_now"), label_of("open.owner"), label_of("a_part_to_come")
    ('Why now', 'Who finds out', 'A part to come')
    """
    last = name.rpartition(".")[2]
    return PART_LABELS.get(name) or PART_LABELS.get(last) or last.replace("_", " ").capitalize()


def _parts(name: str, old: Any, new: Any) -> Iterator[PartDiff]:
    if not isinstance(new, list):
        yield PartDiff(name, label_of(name), fields=tuple(_fields(name, _flat(old), _flat(new))))
        return
    sides = AUDIENCES if name == "faq" else ("",)
    for side in sides:
        entries = _entries(*(_side(rows or [], side) for rows in (old, new)))
        yield PartDiff(side or name, label_of(side or name), entries=tuple(entries))


def _side(rows: list[Any], audience: str) -> list[Row]:
    """The entries of one audience, or all; those without a word are none."""
    if audience:
        rows = [
            {name: value for name, value in row.items() if name != "audience"}
            for row in rows
            if row["audience"] == audience
        ]
    return [entry for entry in map(_flat, rows) if entry]


def _entries(old: Sequence[Row], new: Sequence[Row]) -> Iterator[EntryDiff]:
    for match in match_rows(old, new):
        yield _entry(match, old, new)


def _entry(match: RowMatch, old: Sequence[Row], new: Sequence[Row]) -> EntryDiff:
    before: Row = {} if match.old is None else old[match.old]
    after: Row = {} if match.new is None else new[match.new]
    fields = tuple(_fields("", before, after))
    return EntryDiff(_number(match.old), _number(match.new), match.is_moved, fields)


def _number(place: int | None) -> int | None:
    return None if place is None else place + 1


def _fields(part: str, old: Row, new: Row) -> Iterator[FieldDiff]:
    for name in {**new, **old} if len(old) > len(new) else {**old, **new}:
        label = label_of(f"{part}.{name}" if part else name) if name else ""
        yield FieldDiff(name, label, _runs(old.get(name, ""), new.get(name, "")))


def _runs(old: str, new: str) -> tuple[DiffRun, ...]:
    if old != new and is_day(old) and is_day(new):
        # Half of a date tells nothing.
        return DiffRun("delete", old), DiffRun("insert", new)
    return diff_words(old, new)


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """The texts inside a value by their paths, without empty ones; what a list holds is one text.

    >>> _flat({"owner": "Priya", "days": ["Mon", "Tue"], "note": ""})
    {'owner': 'Priya', 'days': 'Mon\\nTue'}
    """
    if isinstance(value, Mapping):
        inner = (_flat(part, f"{path}.{name}" if path else name) for name, part in value.items())
        return {name: text for texts in inner for name, text in texts.items()}
    if isinstance(value, list | tuple):
        value = "\n".join(text for part in value for text in _flat(part).values())
    return {} if value in (None, "") else {path: str(value)}


NOUNS = {"external": "customer question", "internal": "internal question"}
# Parts whose words are not counted: they are facts, not prose.
FACTS = ("product", "language", "dateline")
NOTHING = "No word changed."
# A part that keeps fewer of its words than this share was rewritten.
REWRITTEN = 1 / 3
# A line holds so many names of parts, and so many parts with their words counted.
MOST_NAMES = 4
MOST_COUNTS = 3
ChangeVerb = Literal["written", "rewritten", "removed", "changed", "counted"]
VERBS: tuple[ChangeVerb, ...] = ("written", "rewritten", "removed", "changed")
ENTRY_VERBS = ("added", "removed", "changed", "moved")


def summarise_changes(parts: Iterable[PartDiff]) -> str:
    """Return the line for these parts: what was written, words added and removed, questions.

    >>> old, new = Document(problem="Food is lost."), Document(problem="Food rots.")
    >>> summarise_changes(changes_between(old, new))
    'Problem: 1 word added, 2 removed.'
    """
    changed = [part for part in parts if part.is_changed]
    return " ".join(_sentences(changed)) or NOTHING


def count_words(fields: Iterable[FieldDiff], kind: DiffKind) -> int:
    """How many words these fields share, gained or lost."""
    return sum(words(run.text) for field in fields for run in field.runs if run.kind == kind)


def _sentences(changed: Sequence[PartDiff]) -> Iterator[str]:
    if any(part.name == "form" for part in changed):
        yield "Grown into the full form." if _grew(changed) else "Form changed."
    texts = [part for part in changed if part.fields and part.name != "form"]
    done = {part.name: _verb_of(part) for part in texts}
    for verb in VERBS:
        if names := [part.label for part in texts if done[part.name] == verb]:
            yield f"{_list_names(names)} {verb}."
    counted = [part for part in texts if done[part.name] == "counted"]
    for part in counted[:MOST_COUNTS]:
        yield f"{part.label}: {_words_added_and_removed(part.fields)}."
    more = len(counted) - MOST_COUNTS
    if more > 0:
        yield f"{spelled(more).capitalize()} more part{_plural(more)} changed."
    for part in changed:
        if part.entries:
            yield _entries_sentence(part)


def _grew(changed: Sequence[PartDiff]) -> bool:
    [form] = [part for part in changed if part.name == "form"]
    return form.fields[0].runs[-1].text == "full"


def _verb_of(part: PartDiff) -> ChangeVerb:
    if part.name in FACTS:
        return "changed"
    kept, gone, come = (count_words(part.fields, kind) for kind in ("equal", "delete", "insert"))
    if not kept and not gone and come:
        return "written"
    if not kept and not come and gone:
        return "removed"
    is_rewritten = bool(gone and come) and kept < REWRITTEN * (kept + max(gone, come))
    return "rewritten" if is_rewritten else "counted"


def _words_added_and_removed(fields: Iterable[FieldDiff]) -> str:
    fields = tuple(fields)
    come, gone = count_words(fields, "insert"), count_words(fields, "delete")
    if come and gone:
        return f"{come:,} word{_plural(come)} added, {gone:,} removed"
    if come or gone:
        return f"{come or gone:,} word{_plural(come or gone)} {'added' if come else 'removed'}"
    return "only punctuation or spaces"


def _entries_sentence(part: PartDiff) -> str:
    """“Two customer questions added, one moved.”"""
    noun = NOUNS.get(part.name)
    counts = [(count, verb) for verb in ENTRY_VERBS if (count := _count(part.entries, verb))]
    said = [f"{spelled(count)} {verb}" for count, verb in counts]
    if noun is None:
        return f"{part.label}: {', '.join(said)}."
    (first, verb), *_ = counts
    said[0] = f"{spelled(first).capitalize()} {noun}{_plural(first)} {verb}"
    return f"{', '.join(said)}."


def _count(entries: Iterable[EntryDiff], verb: str) -> int:
    return sum(entry.is_moved if verb == "moved" else entry.state == verb for entry in entries)


def _list_names(names: Sequence[str]) -> str:
    """
    >>> _list_names(["Headline", "Problem", "Why now"])
    'Headline, Problem and Why now'
    """
    if len(names) > MOST_NAMES:
        more = len(names) - MOST_NAMES + 1
        names = [*names[: MOST_NAMES - 1], f"{spelled(more)} more parts"]
    return joined(names)


def _plural(count: int) -> str:
    return "" if count == 1 else "s"
