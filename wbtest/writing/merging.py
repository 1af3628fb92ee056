"""Two texts that were made from one: each keeps what only it changed. Pure.

Texts are the plain values of a document's JSON form. A field that both changed differently is a
collision; there the result is left to a person, so both ways out are returned.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wbtest.writing.document import AUDIENCES, words_key
from wbtest.writing.text_diff import match_rows, texts_in

Values = dict[str, Any]
Rows = list[Values]


class _Entries(dict[str, Any]):
    """A list, while it is merged by the words of its rows."""


class Merged(NamedTuple):
    """Both texts in one. Where they collide ``mine`` holds my words and ``theirs`` the others'."""

    mine: Values
    theirs: Values

    @property
    def collides(self) -> bool:
        """Whether somebody has to choose."""
        return self.mine != self.theirs


def merge(base: Values | None, mine: Values, theirs: Values) -> Merged:
    """Merge by field; ``base`` is the text that both were made from, None when it is not known.

    Questions are merged one by one, as long as only one of the two moved, added or removed any, or
    both only added some at the end.

    >>> merge({"a": "1", "b": "2"}, {"a": "x", "b": "2"}, {"a": "1", "b": "y"}).mine
    {'a': 'x', 'b': 'y', 'faq': []}
    """
    kept: tuple[Values, Values] = ({}, {})
    for name in mine | theirs:
        if name != "faq":
            before = None if base is None else base.get(name)
            texts = (_by_words(each) for each in (before, mine.get(name), theirs.get(name)))
            ways = _merge_value(*texts)
            _put(kept, name, tuple(_as_list(way) for way in ways))
    sides = [_merge_side(audience, base, mine, theirs) for audience in AUDIENCES]
    for side, values in enumerate(kept):
        values["faq"] = [row for rows in sides for row in rows[side]]
    return Merged(*kept)


def _by_words(value: Any) -> Any:
    """A list of entries that name words, such as the evidence, as an object with a part for each.

    Two people who each explain another number do not collide.
    """
    if not isinstance(value, list):
        return value
    return _Entries({words_key(row["words"]): row for row in value})


def _as_list(value: Any) -> Any:
    return list(value.values()) if isinstance(value, _Entries) else value


def _put(kept: tuple[Values, Values], name: str, found: tuple[Any, Any]) -> None:
    for values, value in zip(kept, found, strict=True):
        if value is not None:
            values[name] = value


def _merge_value(base: Any, mine: Any, theirs: Any) -> tuple[Any, Any]:
    """My way out and theirs; the same when nothing collides."""
    if mine == theirs or theirs == base:
        return mine, mine
    if mine == base:
        return theirs, theirs
    if isinstance(mine, dict) and isinstance(theirs, dict):
        inner = (type(mine)(), type(mine)())
        before = base if isinstance(base, dict) else {}
        for name in mine | theirs:
            _put(inner, name, _merge_value(before.get(name), mine.get(name), theirs.get(name)))
        return inner
    return mine, theirs


def _merge_side(
    audience: str, base: Values | None, mine: Values, theirs: Values
) -> tuple[Rows, Rows]:
    my_rows, their_rows = (_rows(values, audience) for values in (mine, theirs))
    if my_rows == their_rows:
        return my_rows, my_rows
    if base is None:
        return my_rows, their_rows
    rows = _rows(base, audience)
    if their_rows == rows:
        return my_rows, my_rows
    if my_rows == rows:
        return their_rows, their_rows
    return _merge_rows(rows, my_rows, their_rows)


def _merge_rows(base: Rows, mine: Rows, theirs: Rows) -> tuple[Rows, Rows]:
    """Both changed this side: the arrangement of one, and the words of both."""
    places, other_places = pairs(base, mine), pairs(base, theirs)
    has_kept, have_kept = (_has_kept_order(found, base) for found in (places, other_places))
    extra = [row for i, row in enumerate(mine) if i not in places.values()]
    if has_kept and have_kept:
        # Nobody moved or removed one: theirs first, then what I added at the end.
        frame = [*theirs, *extra]
        return _with_words(base, frame, mine, places, other_places)
    if has_kept and not extra:
        return _with_words(base, theirs, mine, places, other_places)
    added = [row for i, row in enumerate(theirs) if i not in other_places.values()]
    if have_kept and not added:
        merged = _with_words(base, mine, theirs, other_places, places)
        return merged[1], merged[0]
    return mine, theirs


def _with_words(
    base: Rows, frame: Rows, other: Rows, places: dict[int, int], frame_places: dict[int, int]
) -> tuple[Rows, Rows]:
    """``frame`` with the words that ``other`` changed: its way out, and that of the frame.

    A question that the frame removed while the other changed its words collides as a whole side.
    """
    changed = [i for i, at in places.items() if other[at] != base[i]]
    if any(i not in frame_places for i in changed):
        return other, frame
    ways = [list(frame), list(frame)]
    for i in changed:
        at = frame_places[i]
        merged = _merge_value(base[i], other[places[i]], frame[at])
        for way, row in zip(ways, merged, strict=True):
            way[at] = row
    return ways[0], ways[1]


def pairs(base: Sequence[Values], other: Sequence[Values]) -> dict[int, int]:
    """Which question of ``other`` each one of ``base`` became, as the history tells it, too."""
    matches = match_rows(*([_words_of(row) for row in rows] for rows in (base, other)))
    return {m.old: m.new for m in matches if m.old is not None and m.new is not None}


def _words_of(row: Values) -> dict[str, str]:
    # The question comes first: by it alone a question is known again whose answer changed.
    question = {"question": row.get("question", ""), **row, "audience": ""}
    return texts_in(question)


def _has_kept_order(places: dict[int, int], base: Rows) -> bool:
    """Whether all questions are still there, in their order, before any new one."""
    return all(places.get(i) == i for i in range(len(base)))


def _rows(values: Values, audience: str) -> Rows:
    return [row for row in values.get("faq", []) if row["audience"] == audience]
