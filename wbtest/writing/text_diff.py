"""What changed between two texts by word, and between two releases part by part. Pure.

Any part of a document is compared by its shape (a text, named texts, a list), so a new one needs
at most a name in ``PART_LABELS``.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any, Literal, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from wbtest.writing import document as documents
from wbtest.writing.text_rules import is_day, joined, spelled, words

DiffKind = Literal["equal", "delete", "insert"]
# Scripts that put no space between words are compared character by character: Thai, Lao, Myanmar,
# Khmer, and the characters of Chinese, Japanese and Korean.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
)
# An island that ends a line or a sentence keeps what is before it apart from what is after.
_APART = re.compile(r"\n|[.!?…]\s|[。！？]")
# So few words that stayed between two larger changes are there by chance.
ISLAND_WORDS = 3
_LONGEST_ISLAND = 60


@cache
def _token() -> re.Pattern[str]:
    """What is compared as one. Made when texts are first compared: it looks at every character."""
    # Signs that stand on the letter before them, and joiners: no cut falls before one.
    signs = "\u200c\u200d" + "".join(
        sign for sign in map(chr, range(0x300, 0x20000)) if unicodedata.category(sign)[0] == "M"
    )
    letter = rf"(?![{_DENSE}])\w[{signs}]*"
    return re.compile(rf"\s+|[{_DENSE}][{signs}]*|{letter}(?:['’]?{letter})*|[^\w\s][{signs}]*")


class DiffRun(NamedTuple):
    """A piece of text: in both texts, only in the old one, or only in the new one."""

    kind: DiffKind
    text: str


class _Change(NamedTuple):
    """Characters ``start`` to ``end`` of the old text that became those of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int

    @property
    def size(self) -> int:
        return max(self.end - self.start, self.new_end - self.new_start)


def diff_words(old: str, new: str) -> tuple[DiffRun, ...]:
    """Return the runs that lead from ``old`` to ``new``.

    The equal and deleted ones together are the old text, the equal and inserted ones the new text.
    Between two equal runs stand one deletion at most and then one insertion at most.

    >>> diff_words("two cold dinners", "two warm dinners")[1:3]
    (DiffRun(kind='delete', text='cold'), DiffRun(kind='insert', text='warm'))
    """
    if old == new:
        return (DiffRun("equal", old),) if old else ()
    changes = _changes(_token().findall(old), _token().findall(new))
    return tuple(run for run in _runs(old, new, _smooth(old, changes)) if run.text)


def _changes(before: list[str], after: list[str]) -> list[_Change]:
    """Where the shortest way from one list of pieces to the other changes something."""
    old, new = ([0, *accumulate(map(len, pieces))] for pieces in (before, after))
    return [
        _Change(old[step.src_start], old[step.src_end], new[step.dest_start], new[step.dest_end])
        for step in Levenshtein.opcodes(before, after)
        if step.tag != "equal"
    ]


def _smooth(old: str, changes: Iterable[_Change]) -> list[_Change]:
    """The changes, those made one between which only a tiny island stayed the same.

    A change that grew so may swallow the island before it, too.
    """
    found: list[_Change] = []
    for change in changes:
        found.append(change)
        while len(found) > 1 and _is_tiny(old[found[-2].end : found[-1].start], *found[-2:]):
            last, before = found.pop(), found.pop()
            found.append(_Change(before.start, last.end, before.new_start, last.new_end))
    return found


def _is_tiny(island: str, before: _Change, after: _Change) -> bool:
    if not island:
        return True
    if len(island) > _LONGEST_ISLAND or _APART.search(island):
        return False
    words = sum(token[0].isalnum() for token in _token().findall(island))
    return not words or (words <= ISLAND_WORDS and len(island) <= min(before.size, after.size))


def _runs(old: str, new: str, changes: list[_Change]) -> Iterator[DiffRun]:
    at = 0
    for change in changes:
        yield DiffRun("equal", old[at : change.start])
        yield DiffRun("delete", old[change.start : change.end])
        yield DiffRun("insert", new[change.new_start : change.new_end])
        at = change.end
    yield DiffRun("equal", old[at:])


# The texts of an entry by their names, without empty ones.
Row = Mapping[str, str]
# Percent of the letters that must stay where an entry was rewritten.
MATCH_SHARE = 60.0
# As much again for standing under the same topic.
SAME_TOPIC_SHARE = 20.0
# Characters that are compared: what begins alike for so long is alike.
_COMPARED = 400


class RowMatch(NamedTuple):
    """An entry's places in both lists, from 0; None where it is missing.

    It is moved when it left the order that the most entries kept.
    """

    old: int | None
    new: int | None
    is_moved: bool = False


def match_rows(old: Sequence[Row], new: Sequence[Row]) -> tuple[RowMatch, ...]:
    """Return every entry of both lists once, in the new order.

    The same words are matched first, then the same first text, then what is alike. An entry that
    was removed stands after the one that it stood after.
    """
    found: dict[int, int] = {}
    for key in (_whole, _first):
        _pair_same(old, new, key, found)
    _pair_alike(old, new, found)
    kept = _in_order([found[place] for place in sorted(found)])
    matches = [
        RowMatch(found.get(i), i, i in found and found[i] not in kept) for i in range(len(new))
    ]
    removed = sorted(set(range(len(old))) - set(found.values()))
    return tuple(_placed(matches, removed, kept))


def _whole(entry: Row) -> Hashable:
    return tuple(sorted(entry.items()))


def _first(entry: Row) -> Hashable:
    return " ".join(next(iter(entry.values()), "").casefold().split())


def _pair_same(
    old: Sequence[Row],
    new: Sequence[Row],
    key: Callable[[Row], Hashable],
    found: dict[int, int],
) -> None:
    """Pair what has the same key, in order; ``found`` holds the old place by the new one."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    for place in _free(old, found.values()):
        waiting[key(old[place])].append(place)
    for place in _free(new, found):
        if waiting[key(new[place])]:
            found[place] = waiting[key(new[place])].popleft()


def _pair_alike(old: Sequence[Row], new: Sequence[Row], found: dict[int, int]) -> None:
    """Pair what is alike, the most alike first, and of equals what stands closer."""
    pairs = [
        (-likeness, abs(i - j), i, j)
        for i in _free(old, found.values())
        for j in _free(new, found)
        if (likeness := _likeness(old[i], new[j])) >= MATCH_SHARE
    ]
    taken: set[int] = set()
    for _, _, i, j in sorted(pairs):
        if i not in taken and j not in found:
            taken.add(i)
            found[j] = i


def _free(entries: Sequence[Row], taken: Iterable[int]) -> list[int]:
    paired = set(taken)
    return [place for place in range(len(entries)) if place not in paired]


def _likeness(old: Row, new: Row) -> float:
    """How much of two entries is the same, in percent of their letters."""
    is_same_topic = bool(old.get("topic")) and old.get("topic") == new.get("topic")
    if is_same_topic and 1 in (len(old), len(new)):
        # A row that waited for its question has nothing but the topic.
        return 100.0
    bonus = SAME_TOPIC_SHARE if is_same_topic else 0.0
    texts = (" ".join(entry.values())[:_COMPARED] for entry in (old, new))
    return bonus + fuzz.ratio(*texts, score_cutoff=MATCH_SHARE - bonus)


def _in_order(places: Sequence[int]) -> set[int]:
    """The longest run of rising places: what kept its order when the rest moved.

    >>> sorted(_in_order([3, 0, 1, 2]))
    [0, 1, 2]
    """
    ends: list[int] = []
    lasts: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        length = bisect_left(lasts, place)
        before[place] = ends[length - 1] if length else None
        lasts[length:] = [place, *lasts[length + 1 :]]
        ends[length:] = [place, *ends[length + 1 :]]
    kept: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return kept


def _placed(matches: list[RowMatch], removed: list[int], kept: set[int]) -> Iterator[RowMatch]:
    """The matches, each removed entry before the next one that kept its order."""
    waiting = deque(removed)
    for match in matches:
        while waiting and match.old in kept and match.old is not None and waiting[0] < match.old:
            yield RowMatch(waiting.popleft(), None)
        yield match
    yield from (RowMatch(place, None) for place in waiting)


ChangeState = Literal["added", "removed", "changed", "same"]
PART_LABELS = documents.PART_LABELS | {
    "faq": "Questions",
    "segment": "Who it is for",
    "dateline": "Dateline",
    "company_quote.text": "What they say",
    "customer_quote.text": "What they say",
    "speaker": "Name",
    "role": "Who they are",
    "call_to_action.text": "Sentence",
    "call_to_action.label": "Button text",
    "open.owner": "Who’ll find out",
    "open.until": "By",
    "open.settled_by": "What will settle it",
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
    old: documents.Document,
    new: documents.Document,
    forms: tuple[documents.Form, documents.Form] = ("full", "full"),
) -> tuple[PartDiff, ...]:
    """Every part that says something in either text, in the order of the page."""
    before, after = ({"form": form} for form in forms)
    before |= documents.to_json(old)
    after |= documents.to_json(new)
    parts = (part for name in after for part in _parts(name, before.get(name), after[name]))
    return tuple(part for part in parts if part.fields or part.entries)


def label_of(name: str) -> str:
    """What a part or a field is called on the page.

    >>> label_of("why_now"), label_of("open.owner"), label_of("a_part_to_come")
    ('Why now', 'Who’ll find out', 'A part to come')
    """
    last = name.rpartition(".")[2]
    return PART_LABELS.get(name) or PART_LABELS.get(last) or last.replace("_", " ").capitalize()


def _parts(name: str, old: Any, new: Any) -> Iterator[PartDiff]:
    if not isinstance(new, list):
        yield PartDiff(
            name, label_of(name), fields=tuple(_fields(name, texts_in(old), texts_in(new)))
        )
        return
    sides = documents.AUDIENCES if name == "faq" else ("",)
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
    return [entry for entry in map(texts_in, rows) if entry]


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
        before, after = old.get(name, ""), new.get(name, "")
        if name == "topic":
            before, after = documents.topic_name(before), documents.topic_name(after)
        yield FieldDiff(name, label, _changed_runs(before, after))


def _changed_runs(old: str, new: str) -> tuple[DiffRun, ...]:
    if old != new and is_day(old) and is_day(new):
        # Half of a date tells nothing.
        return DiffRun("delete", old), DiffRun("insert", new)
    return diff_words(old, new)


def texts_in(value: Any, path: str = "") -> dict[str, str]:
    """The texts inside a value by their paths, without empty ones; what a list holds is one text.

    >>> texts_in({"owner": "Priya", "days": ["Mon", "Tue"], "note": ""})
    {'owner': 'Priya', 'days': 'Mon\\nTue'}
    """
    if isinstance(value, Mapping):
        inner = (texts_in(part, f"{path}.{name}" if path else name) for name, part in value.items())
        return {name: text for texts in inner for name, text in texts.items()}
    if isinstance(value, list | tuple):
        value = "\n".join(text for part in value for text in texts_in(part).values())
    return {} if value in (None, "") else {path: str(value)}


NOUNS = {"external": "customer question", "internal": "internal question"}
# Parts whose words are not counted: they are facts, not prose.
FACTS = ("product", "language", "dateline")
NOTHING = "No words changed."
# A part that keeps fewer of its words than this share was rewritten.
REWRITTEN = 1 / 3
# A line holds so many names of parts, and so many parts with their words counted.
MOST_NAMES = 4
MOST_COUNTS = 3
ChangeVerb = Literal["added", "rewritten", "removed", "changed", "counted"]
VERBS: tuple[ChangeVerb, ...] = ("added", "rewritten", "removed", "changed")
ENTRY_VERBS = ("added", "removed", "changed", "moved")


def summarise_changes(parts: Iterable[PartDiff]) -> str:
    """Return the line for these parts: parts, words and questions added and removed.

    >>> old, new = (documents.Document(problem=text) for text in ("Food is lost.", "Food rots."))
    >>> summarise_changes(compare(old, new))
    'Problem: 1 word added, 2 removed.'
    """
    changed = [part for part in parts if part.is_changed]
    return " ".join(_sentences(changed)) or NOTHING


def count_words(fields: Iterable[FieldDiff], kind: DiffKind) -> int:
    """How many words these fields share, gained or lost."""
    return sum(words(run.text) for field in fields for run in field.runs if run.kind == kind)


def _sentences(changed: Sequence[PartDiff]) -> Iterator[str]:
    if any(part.name == "form" for part in changed):
        yield "Changed to the full form." if _grew(changed) else "Form changed."
    texts = [part for part in changed if part.fields and part.name != "form"]
    done = {part.name: _verb_of(part) for part in texts}
    for verb in VERBS:
        if names := [part.label for part in texts if done[part.name] == verb]:
            yield f"{_list_names(names)}: {verb}."
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
        return "added"
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
