"""What the parts of a memo's file say of each other. Each difference is its part and a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wbtest.publishing import rule as rules
from wbtest.results.deciding import data
from wbtest.results.deciding.comparing import printable, shown
from wbtest.results.deciding.recomputing import names_of
from wbtest.results.deciding.version import made_by
from wbtest.results.decisions import CHOICES
from wbtest.writing import document as documents
from wbtest.writing.document import NotADocument

Export = Mapping[str, Any]
Said = Iterator[tuple[str, str]]


def of_digests(export: Export) -> Said:
    """Yield where a digest is not that of what it names."""
    memo, digests = export["memo"], export["memo"]["digests"]
    # Only a memo from before counts were kept has no digest; it names no program that made it.
    if export["digest"] or memo["made_by"] or export["data"] is not None:
        yield from _digest("memo", "the memo", export["digest"], data.digest(memo))
    try:
        found = documents.digest(documents.from_json(export["revision"]))
        yield from _digest("revision", "the approved text", digests["revision"], found)
    except NotADocument as error:
        yield "revision", f"the text is no release: {printable(str(error))}"
    seal = rules.digest(export["sealed"])
    yield from _digest("rule", "the sealed rule", digests["seal"], seal)
    if export["data"] is not None:
        yield from _digest("data", "the counts", digests["data"], data.digest(export["data"]))
    elif export["digest"] or memo["made_by"] or digests["data"]:
        yield "data", "it has no counts, and only a memo without any digest may lack them"


def of_contents(export: Export) -> Said:
    """Yield where parts that are whole do not fit each other."""
    sealed = json.loads(export["sealed"])
    if sealed["revision"] != export["memo"]["digests"]["revision"]:
        yield "revision", "the rule was sealed for another text"
    yield from _signatures(export)
    if export["data"] is not None:
        yield from _counts(export, sealed)


def _signatures(export: Export) -> Said:
    decision = export["memo"]["decision"]
    second, is_new = decision["second"], export["data"] is not None
    if decision["choice"] not in CHOICES:
        yield "decision", "it chose neither go nor iterate nor stop"
    if isinstance(second, dict) and second["id"] == decision["by"]["id"]:
        yield "decision", "who decided and the second person are the same"
    if decision["against"] and not second and not decision["is_alone"] and is_new:
        yield "decision", "it is against the verdict, and no second person signed"


def _counts(export: Export, sealed: dict[str, Any]) -> Said:
    counts = export["data"]
    if set(counts["variants"]) != set(names_of(sealed)):
        yield "data", "its variants are not those that were sealed"
    is_ours = export["memo"]["made_by"] == made_by()
    if is_ours and tuple(counts["totals"]) != data.TOTALS:
        yield "data", "its totals are not those that this version counts"
    weights = {variant["key"]: variant["weight"] for variant in sealed["variants"]}
    if counts["weights"] != [weights.get(key) for key in counts["variants"]]:
        yield "data", "the rule was sealed with other weights than the counts have"
    try:
        if quarrel := data.find_quarrel(data.counted_from(counts), sealed["time_zone"]):
            yield "data", quarrel
    except (ValueError, ArithmeticError) as error:
        yield "data", f"the counts cannot be: {printable(str(error))}"


def _digest(part: str, what: str, stated: str, found: str) -> Said:
    if stated != found:
        yield part, f"{what} has the digest {found}, not {shown(stated)}"
