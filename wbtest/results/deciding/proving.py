"""Whether a memo's file agrees with itself: every digest, the verdict and each figure, anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any, Literal

from wbtest.publishing import rule as rules
from wbtest.results.deciding import data
from wbtest.results.deciding.memos import FORMAT, NO_COUNTS
from wbtest.results.deciding.recomputing import figures_from
from wbtest.results.deciding.version import made_by
from wbtest.results.decisions import contradiction_of
from wbtest.store import Refused
from wbtest.writing import document as documents
from wbtest.writing.document import NotADocument

Export = Mapping[str, Any]
# Another machine may round the last digits otherwise.
TOLERANCE = 1e-6
# Sentences, which another version of the program may word otherwise.
WORDED = frozenset({"why", "reason"})
VERDICT = ("verdict", "recommendation", "withheld", "reached_at", "final")


class Unreadable(Refused):
    """A file that is no memo; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was checked; ``said`` are the sentences about it."""

    what: str
    state: Literal["agrees", "differs", "unproved"]
    said: tuple[str, ...] = ()


def read_export(text: str) -> dict[str, Any]:
    """Return the values of a memo's file. Raises Unreadable."""
    try:
        export = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This is no JSON: {error}.") from error
    if not isinstance(export, dict) or export.get("format") != FORMAT:
        raise Unreadable(f"This is no memo of a decision: its format is not “{FORMAT}”.")
    return export


def prove(export: Export) -> list[Proof]:
    """Return every check of a memo's file. Raises Unreadable where a part of it is missing."""
    checks: dict[str, Callable[[Export], Iterator[str]]] = {
        "memo": _memo,
        "revision": _revision,
        "rule": _rule,
        "decision": _decision,
        "forecasts": _forecasts,
    }
    counted = {"data": _data, "verdict": _verdict, "figures": _figures}
    try:
        found = [_proof(what, check(export)) for what, check in checks.items()]
        if export["memo"]["made_by"] not in ("", made_by()):
            said = f"It was worded by {export['memo']['made_by']}, and this is {made_by()}."
            found.append(Proof("words", "unproved", (said,)))
        if export["data"] is None and not export["memo"]["digests"]["data"]:
            return [*found, *(Proof(what, "unproved", (NO_COUNTS,)) for what in counted)]
        return found + [_proof(what, check(export)) for what, check in counted.items()]
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise Unreadable(f"A part of this memo is missing or no such part: {error}.") from error


def _proof(what: str, differences: Iterator[str]) -> Proof:
    said = tuple(differences)
    return Proof(what, "differs" if said else "agrees", said)


def _memo(export: Export) -> Iterator[str]:
    # Only a memo from before counts were kept has no digest; it names no program that made it.
    if export["digest"] or export["memo"]["made_by"]:
        yield from _digests("the memo", export["digest"], data.digest(export["memo"]))


def _revision(export: Export) -> Iterator[str]:
    stated = export["memo"]["digests"]["revision"]
    try:
        found = documents.digest(documents.from_json(export["revision"]))
    except NotADocument as error:
        yield f"the text is no release: {error}"
        return
    yield from _digests("the approved text", stated, found)
    for number, sealed in enumerate(_sealed(export), 1):
        if sealed["revision"] != stated:
            yield f"the rule of phase {number} was sealed for another text"


def _names(export: Export) -> Iterator[str]:
    sealed = {
        variant["key"]: variant["name"] or variant["key"]
        for text in _sealed(export)
        for variant in text["variants"]
    }
    for variant in export["memo"]["experiment"]["variants"]:
        name = sealed.get(variant["key"])
        if variant["name"] != name:
            yield f"variant {variant['key']} was sealed as “{name}”, not as “{variant['name']}”"


def _rule(export: Export) -> Iterator[str]:
    seals, texts = export["memo"]["digests"]["seals"], export["sealed"]
    if len(seals) != len(texts):
        yield f"there are {len(seals)} seals and {len(texts)} sealed texts"
        return
    before, first = "", None
    for number, (seal, text, sealed) in enumerate(
        zip(seals, texts, _sealed(export), strict=True), 1
    ):
        yield from _digests(f"the sealed rule of phase {number}", seal, rules.digest(text))
        if sealed.get("seal_before", "") != before:
            yield f"phase {number} does not follow the one before it"
        if sealed["rule"] != (first := first or sealed["rule"]):
            yield f"phase {number} was sealed with another rule"
        before = seal
    if export["memo"]["figures"]["seal"] != seals[0]:
        yield "the figures name another seal"
    if export["memo"]["experiment"]["slug"] != _sealed(export)[0]["slug"]:
        yield "the rule was sealed for another address"
    yield from _names(export)


def _decision(export: Export) -> Iterator[str]:
    decision = export["memo"]["decision"]
    against = contradiction_of(decision["choice"], export["memo"]["figures"])
    if decision["against"] != against:
        yield f"of the verdict it says “{decision['against']}”; it follows “{against}”"
    second = decision["second"]
    if second and second["id"] == decision["by"]["id"]:
        yield "who decided and the second person are the same"
    is_alone = decision["is_alone"]
    if against and not second and not is_alone and export["data"] is not None:
        yield "it is against the verdict, and no second person signed"


def _forecasts(export: Export) -> Iterator[str]:
    control = export["memo"]["figures"]["variants"][0]
    for guess in export["memo"]["forecasts"]["scored"]:
        came, name = guess["came"], guess["name"]
        if not control["seen"] or not isclose(came, control["converted"] / control["seen"]):
            yield f"{name} is held against {came}, which is not what came"
        if guess["is_held"] != (guess["low"] <= came <= guess["high"]):
            yield f"whether the range of {name} held is not what it says"


def _data(export: Export) -> Iterator[str]:
    yield from _digests(
        "the counts", export["memo"]["digests"]["data"], data.digest(export["data"])
    )
    for number, (phase, sealed) in enumerate(
        zip(export["data"]["phases"], _sealed(export), strict=False), 1
    ):
        weights = {variant["key"]: variant["weight"] for variant in sealed["variants"]}
        if phase["weights"] != [weights.get(key, 0) for key in export["data"]["variants"]]:
            yield f"phase {number} was sealed with other weights than the counts have"
    try:
        if quarrel := data.find_quarrel(data.counted_from(export["data"])):
            yield quarrel
    except (ValueError, ArithmeticError) as error:
        yield f"the counts cannot be: {error}"


def _verdict(export: Export) -> Iterator[str]:
    if missing := [name for name in VERDICT if name not in export["memo"]["figures"]]:
        yield f"it says nothing of {', '.join(missing)}"
    yield from _compare(export, lambda name: name in VERDICT)
    said, why = export["memo"]["verdict"], export["memo"]["figures"]["why"]
    if f"{said['headline']} {said['evidence']}".strip() != why:
        yield f"its sentences are not those of the figures: {_shown(why)}"


def _figures(export: Export) -> Iterator[str]:
    yield from _compare(export, lambda name: name not in VERDICT)
    parts = ("check", "state", "reason")
    told = [{part: check[part] for part in parts} for check in export["memo"]["trust"]]
    if told != export["memo"]["figures"]["trust"]:
        yield "its checks of trust are not those of the figures"


def _compare(export: Export, is_asked: Callable[[str], bool]) -> Iterator[str]:
    stated = export["memo"]["figures"]
    try:
        found = json.loads(json.dumps(figures_from(export)))
    except (ValueError, ArithmeticError) as error:
        yield f"no figures follow from these counts: {error}"
        return
    # A later version may say more, and say the same in other words.
    is_ours = export["memo"]["made_by"] == made_by()
    for name in stated | found if is_ours else stated:
        if is_asked(name) and (is_ours or name not in WORDED):
            yield from _differences(name, stated.get(name), found.get(name), is_ours=is_ours)


def _differences(path: str, stated: Any, found: Any, *, is_ours: bool) -> Iterator[str]:
    if isinstance(stated, dict) and isinstance(found, dict):
        for name in stated | found if is_ours else stated:
            if is_ours or name not in WORDED:
                pair = stated.get(name), found.get(name)
                yield from _differences(f"{path}.{name}", *pair, is_ours=is_ours)
    elif isinstance(stated, list) and isinstance(found, list) and len(stated) == len(found):
        for place, pair in enumerate(zip(stated, found, strict=True)):
            yield from _differences(f"{path}[{place}]", *pair, is_ours=is_ours)
    elif not _is_same(stated, found):
        yield f"{path}: it says {_shown(stated)}; it follows {_shown(found)}"


def _is_same(stated: Any, found: Any) -> bool:
    if isinstance(stated, float) and isinstance(found, int | float):
        return isclose(stated, found, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(stated == found)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _digests(what: str, stated: str, found: str) -> Iterator[str]:
    if stated != found:
        yield f"{what} has the digest {found}, not {stated}"


def _sealed(export: Export) -> list[dict[str, Any]]:
    try:
        return [json.loads(text) for text in export["sealed"]]
    except ValueError as error:
        raise Unreadable(f"A sealed text is no JSON: {error}.") from error
