"""Whether a memo's file agrees with itself: what follows anew, what a digest binds, what is stated.

``following`` says what follows, ``comparing`` finds where the memo says something else.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from wbtest.results.deciding import crosschecks
from wbtest.results.deciding.comparing import printable
from wbtest.results.deciding.following import memo_from
from wbtest.results.deciding.memos import FORMAT, NO_COUNTS
from wbtest.results.deciding.recomputing import Recomputed, recompute
from wbtest.results.deciding.sorting import HOW, sort_leaves
from wbtest.results.deciding.version import made_by
from wbtest.results.deciding.wellformed import demand_form
from wbtest.store import Refused

Export = Mapping[str, Any]
# What a file raises that is not what it seems.
BROKEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
COUNTED = ("data", "verdict", "trust", "figures")
# What rests on texts and counts, and not on a digest alone.
RESTING = tuple(part for part in HOW if part != "memo")
NO_DIGEST = "It has no digest: only a memo from before they were kept may lack it."


class Unreadable(Refused):
    """A file that is no memo; the text says what is wrong with it."""


class Proof(NamedTuple):
    """One part that was checked: ``how``, and in ``said`` the sentences about it."""

    what: str
    state: Literal["agrees", "differs", "unproved", "stated"]
    how: str = ""
    said: tuple[str, ...] = ()


def read_export(text: str) -> dict[str, Any]:
    """Return the values of a memo's file. Raises Unreadable."""
    try:
        export = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This is no JSON: {printable(str(error))}.") from error
    if not isinstance(export, dict) or export.get("format") != FORMAT:
        raise Unreadable(f"This is no memo of a decision: its format is not “{FORMAT}”.")
    return export


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What one reader takes from the first of two entries, another takes from the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("two parts have the same name")
    return found


def prove(export: Export) -> list[Proof]:
    """Return every check of a memo's file. Raises Unreadable where a part of it is missing."""
    try:
        return _prove(export)
    except BROKEN as error:
        said = printable(str(error))
        raise Unreadable(f"A part of this memo is missing or no such part: {said}.") from error


def _prove(export: Export) -> list[Proof]:
    demand_form(export)
    memo = export["memo"]
    is_ours = memo["made_by"] == made_by()
    differs: defaultdict[str, list[str]] = defaultdict(list)
    for part, said in crosschecks.of_digests(export):
        differs[part].append(said)
    unproved = _unproved(export)
    known = None if unproved else _recompute(export, differs, is_ours=is_ours)
    try:
        follows = memo_from(export, known)
        for part, said in crosschecks.of_contents(export):
            differs[part].append(said)
    except BROKEN as error:
        if not differs:
            raise
        # Its digest has told already that somebody changed it.
        rest = (f"Nothing follows from what was changed: {printable(str(error))}",)
        return [_proof(part, differs, dict.fromkeys(RESTING, rest)) for part in HOW]
    sorted_leaves = sort_leaves(memo, follows, is_ours=is_ours, is_counted=known is not None)
    for part, lines in sorted_leaves.differs.items():
        differs[part].extend(lines)
    found = [_proof(part, differs, unproved) for part in HOW]
    if not is_ours and not unproved:
        by = printable(str(memo["made_by"] or "a version that it does not name"))
        said = f"It says that {by} worded it, and this is {made_by()}: ask that one for the words."
        found.append(Proof("words", "unproved", said=(said, *sorted_leaves.words)))
    return [*found, Proof("rest", "stated", said=tuple(sorted_leaves.stated))]


def _unproved(export: Export) -> dict[str, tuple[str, ...]]:
    """What cannot be proved of a memo from before counts were kept; nothing of any other."""
    memo = export["memo"]
    if export["data"] is not None or memo["digests"]["data"] or memo["made_by"] or export["digest"]:
        return {}
    return {"memo": (NO_DIGEST,), **dict.fromkeys(COUNTED, (NO_COUNTS,))}


def _recompute(
    export: Export, differs: dict[str, list[str]], *, is_ours: bool
) -> Recomputed | None:
    """The figures that follow; None, and said of each part that rests on them, when none do."""
    try:
        return recompute(export, is_ours=is_ours)
    except BROKEN as error:
        for part in COUNTED[1:]:
            differs[part].append(f"no figures follow from these counts: {printable(str(error))}")
        return None


def _proof(
    part: str, differs: Mapping[str, list[str]], unproved: Mapping[str, tuple[str, ...]]
) -> Proof:
    if said := differs.get(part):
        return Proof(part, "differs", HOW[part], tuple(said))
    if part in unproved:
        return Proof(part, "unproved", said=unproved[part])
    return Proof(part, "agrees", HOW[part])
