"""To which part of a memo each leaf belongs, and what it means where it does not follow. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wbtest.results.deciding.comparing import MISSING, Leaf, leaves

# The parts in the order in which they are told, and how each is checked.
HOW = {
    "memo": "by its digest",
    "revision": "by its digest, which the sealed rule names",
    "rule": "by its digest, which was mailed when it was sealed",
    "decision": "computed anew: against the verdict or not, and who had to sign",
    "forecasts": "computed anew: what came, and whose range held it",
    "open": "computed anew from the approved text",
    "attempts": "computed anew: their numbers",
    "data": "by its digest; hours and days tell the same",
    "verdict": "computed anew from counts and rule, with its words",
    "trust": "computed anew where counts tell",
    "figures": "computed anew from counts and rule",
}
# Those that rest on counts: without counts nothing is said of their leaves.
COUNTED = ("verdict", "trust", "figures")
VERDICT = frozenset({"verdict", "recommendation", "withheld", "reached_at", "final", "why"})
PARTS = {"experiment": "rule", "digests": "memo", "made_by": "memo", "number": "memo"}
# What another version of the program may word otherwise.
WORDS = re.compile(
    r"figures\.(why|trust\[\d+\]\.reason)|trust\[\d+\]\.(title|value|reason)|decision\.against"
    r"|verdict\.(badge\.text|headline|evidence|attempt|standing\b.*)|open\b.*"
)


@dataclass(frozen=True, slots=True)
class Sorted:
    """Lines about leaves: those that differ by part, those of other words, those only stated."""

    differs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    words: list[str] = field(default_factory=list)
    stated: list[str] = field(default_factory=list)


def sort_leaves(
    memo: Mapping[str, Any], follows: Mapping[str, Any], *, is_ours: bool, is_counted: bool
) -> Sorted:
    """Return every leaf of the memo that is not as it follows.

    Of another version's memo (not ``is_ours``) words may differ, and it may say more or less. Of
    one without counts (not ``is_counted``) nothing is said about what rests on them.
    """
    found = Sorted()
    for leaf in leaves(memo, follows):
        part = part_of(leaf.path)
        if part in COUNTED and not is_counted:
            continue
        if leaf.is_stated:
            found.stated.append(str(leaf))
        elif not is_ours and _is_worded(leaf):
            found.words.append(str(leaf))
        else:
            found.differs[part].append(str(leaf))
    return found


def part_of(path: str) -> str:
    """Return the part to which a place in the memo belongs.

    >>> part_of("figures.variants[0].rate"), part_of("figures.trust[3].reason")
    ('figures', 'trust')
    """
    first, second, *_ = [*re.split(r"[.\[]", path), ""]
    if first == "figures":
        return "verdict" if second in VERDICT else "trust" if second == "trust" else "figures"
    return PARTS.get(first, first if first in HOW else "memo")


def _is_worded(leaf: Leaf) -> bool:
    """Whether another version may say so, and be right."""
    if leaf.path == "decision.against" and not (leaf.says and leaf.follows):
        return False
    return MISSING in (leaf.says, leaf.follows) or bool(WORDS.fullmatch(leaf.path))
