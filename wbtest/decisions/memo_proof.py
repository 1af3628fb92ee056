"""Whether a memo's file agrees with itself: its digests, and its figures from its own counts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import isclose
from typing import Any, NamedTuple

from msgspec.structs import replace

from wbtest.audience import group_counts, quality_counts, setting_aside
from wbtest.audience.recording.gate import CROWD
from wbtest.decisions.memo_content import counted_from, digest, made_by, verdict_values
from wbtest.decisions.memo_views import FORMAT
from wbtest.publishing import corrections
from wbtest.publishing import rule as rules
from wbtest.publishing.models import Experiment, Variant
from wbtest.results import figures_json, history, quality_checks, set_aside
from wbtest.results.figures import Results, results_from
from wbtest.store import Refused
from wbtest.writing import document as documents

Export = Mapping[str, Any]
# Another machine may round the last digits otherwise.
TOLERANCE = 1e-9
# What a file raises that is not what it seems.
BROKEN = (LookupError, TypeError, AttributeError, ValueError, ArithmeticError, RecursionError)
# Figures that rest on no count.
STATED = ("as_of", "trust")
MISSING = object()


class Unreadable(Refused):
    """A file that is no memo, or none that can be recomputed; the text says why."""


class Difference(NamedTuple):
    """A value of the file, by its place, and what it should be."""

    place: str
    says: Any
    follows: Any

    def __str__(self) -> str:
        says, follows = (_shown(value) for value in (self.says, self.follows))
        # A name from a file must not move the terminal's cursor.
        return f"{self.place.encode('unicode_escape').decode()}: {says}, recomputed {follows}"


def differences(text: str | bytes) -> list[Difference]:
    """Return where a memo's file says what does not follow from the rest. Raises Unreadable.

    Every digest is compared with what it is of, then the figures, the verdict and, of a memo by
    this version, its sentences with those that follow from the counts by the sealed rule.
    """
    found: list[Difference] = []
    try:
        export = json.loads(text)
        if not isinstance(export, dict) or export.get("format") != FORMAT:
            raise Unreadable(f"This isn’t the memo of a decision: its format isn’t “{FORMAT}”.")
        for check in (_digests, _corrections, _counts, _figures, _beside):
            # One by one, so that what was found stays when the rest cannot be computed.
            for difference in check(export):
                found.append(difference)  # noqa: PERF402
    except BROKEN as error:
        if not found:
            said = " ".join(str(error).split()).encode("unicode_escape").decode()
            raise Unreadable(f"This isn’t a memo, or part of it is broken: {said}.") from error
    return found


def _digests(export: Export) -> Iterator[Difference]:
    memo, sealed = export["memo"], json.loads(export["sealed"])
    yield from _compared(export["digest"], digest(memo), "digest")
    follows = {
        "revision": documents.digest(documents.from_json(export["revision"])),
        "seal": rules.digest(export["sealed"]),
        "data": digest(export["data"]),
    }
    yield from _compared(memo["digests"], follows, "memo.digests")
    yield from _compared(sealed["revision"], memo["digests"]["revision"], "sealed.revision")
    says = memo["experiment"]["started_at"]
    yield from _compared(says, sealed["started_at"], "memo.experiment.started_at")


def _corrections(export: Export) -> Iterator[Difference]:
    """Each says what the text before it did, and its seal covers the seal before it."""
    memo, sealed = export["memo"], json.loads(export["sealed"])
    overrides = {each["key"]: each["overrides"] for each in sealed["variants"]}
    texts = corrections.texts_of(documents.from_json(export["revision"]), overrides)
    # Who it was is sealed by id; the names beside it and the sentence are for readers.
    beside = ("said", "asked_by", "approved_by", "seal")
    seal = memo["digests"]["seal"]
    for index, each in enumerate(memo.get("corrections", ())):
        place = corrections.Place(each["variant"], each["field"])
        where = f"memo.corrections[{index}]"
        seal = corrections.next_seal(
            seal, {name: each[name] for name in each if name not in beside}
        )
        yield from _compared(each["number"], index + 1, f"{where}.number")
        yield from _compared(each["before"], texts.get(place, ""), f"{where}.before")
        yield from _compared(each["seal"], seal, f"{where}.seal")
        texts[place] = each["after"]


def _counts(export: Export) -> Iterator[Difference]:
    """The weights are the sealed ones, and hours add up to days."""
    keys, counted = export["data"]["variants"], counted_from(export["data"])
    weights = {each["key"]: each["weight"] for each in json.loads(export["sealed"])["variants"]}
    sealed = [weights.get(key, 0) for key in keys]
    yield from _compared(list(counted.hours.weights), sealed, "data.weights")
    columns = list(zip(*counted.days.values(), strict=True)) or [()] * len(keys)
    names = ("seen", "arrived", "converted")
    for name in names:
        hours = getattr(counted.hours.running, name)[-1].tolist()
        days = [getattr(history.total(each), name) for each in columns]
        for key, by_hour, by_day in zip(keys, hours, days, strict=True):
            yield from _compared(by_hour, by_day, f"data.{name} of {key}")


def _figures(export: Export) -> Iterator[Difference]:
    memo = export["memo"]
    results = _results(export)
    figures = json.loads(
        json.dumps(figures_json.results_json(results) | {"seal": memo["digests"]["seal"]})
    )
    # Another version may word the same otherwise.
    is_ours = memo["made_by"] == made_by()
    left_out = STATED if is_ours else (*STATED, "why")
    says, follows = (
        {name: value for name, value in values.items() if name not in left_out}
        for values in (memo["figures"], figures)
    )
    yield from _compared(says, follows, "memo.figures")
    if is_ours:
        words = verdict_values(results, memo["verdict"]["standing"])
        yield from _compared(memo["verdict"], words, "memo.verdict")


def _beside(export: Export) -> Iterator[Difference]:
    """The figures beside follow from the counts and from who belongs to the groups."""
    memo, data = export["memo"], export["data"]
    if ("beside" in memo) != ("aside" in data):
        yield Difference("data.aside", data.get("aside", MISSING), memo.get("beside", MISSING))
    if "beside" not in memo:
        return
    says, rows = memo["beside"], set_aside.rows_from(data["aside"])
    yield from _taken(export, rows)
    yield from _taken_in(export, rows)
    directions = {each["number"]: each["direction"] for each in says["groups"]}
    is_without = says["without_networks"]
    found = set_aside.figures_beside(
        _results(export), counted_from(data), rows, directions, is_without_networks=is_without
    )
    groups = [
        each | set_aside.sizes(each["number"], each["direction"], found.keys, rows)
        for each in says["groups"]
    ]
    follows = {"groups": groups, "without_networks": is_without} | found.values()
    if memo["made_by"] != made_by():
        follows["said"] = says["said"]
    yield from _compared(says, follows, "memo.beside")


def _taken(export: Export, rows: Sequence[group_counts.GroupHour]) -> Iterator[Difference]:
    """Where the groups hold more people of those who count than were counted."""
    counted, keys = counted_from(export["data"]).hours, export["data"]["variants"]
    for name in ("seen", "arrived", "converted"):
        taken: Counter[tuple[int, str]] = Counter()
        for row in rows:
            if row.is_counted:
                taken[row.hour, row.variant] += getattr(row, name)
        table = dict(zip(counted.hours.tolist(), getattr(counted, name).tolist(), strict=True))
        for (hour, key), number in taken.items():
            most = table[hour][keys.index(key)] if hour in table else 0
            if not 0 <= number <= most:
                yield Difference(f"data.aside: {name} of {key} at {hour}", number, most)


def _taken_in(export: Export, rows: Sequence[group_counts.GroupHour]) -> Iterator[Difference]:
    """Where more people are taken in than were left out for the reason of their group."""
    data, groups = export["data"], export["memo"]["beside"]["groups"]
    reasons = {each["number"]: _reason_of(each) for each in groups if each["direction"] == "in"}
    numbers = {each["number"] for each in groups}
    taken: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        found = {reasons[number] for number in row.groups if number in reasons}
        # A group that was withdrawn after the purge is no more among those of the memo.
        if row.is_counted or not (found or numbers.issuperset(row.groups)):
            continue
        for name in ("served", "seen", "arrived", "converted"):
            number = getattr(row, name)
            if number < 0:
                yield Difference(f"data.aside: {name} of {row.variant} at {row.hour}", number, 0)
            # Nobody is left out for two reasons at once, or taken in without one.
            reason = found.copy().pop() if len(found) == 1 else ""
            taken[reason, row.variant, name] += number
    for (reason, key, name), number in taken.items():
        place = data["variants"].index(key)
        # Where more came than rows are kept of, all of them are numbers.
        most = (
            data["left_out"][reason][place][0]
            if reason in data["left_out"]
            else data["machines"].get(reason, [0] * len(data["variants"]))[place]
        )
        if number > most:
            why = reason or "no reason"
            yield Difference(f"data.aside: {name} of {key}, taken in as {why}", number, most)


def _reason_of(group: Mapping[str, Any]) -> str:
    """Return for which reason people were left out whom a group takes in."""
    if group["kind"] == "mark":
        return CROWD
    return next(reason for reason, name in setting_aside.REASONS.items() if name == group["name"])


def _results(export: Export) -> Results:
    """Return what follows from the counts; the moment and the end are as stated."""
    memo, sealed = export["memo"], json.loads(export["sealed"])
    facts, figures = memo["experiment"], memo["figures"]
    counted = _with_origin(counted_from(export["data"]), figures["fragility"])
    of_key = {each["key"]: each for each in sealed["variants"]}
    ended_at = facts["ended_at"]
    experiment = Experiment(
        state="ended" if ended_at else "paused" if facts["is_paused"] else "running",
        time_zone=sealed["time_zone"],
        sealed=export["sealed"],
        seal=memo["digests"]["seal"],
        attempt=sealed["attempt"],
        started_at=datetime.fromisoformat(sealed["started_at"]).astimezone(UTC),
        ended_at=datetime.fromisoformat(ended_at) if ended_at else None,
        variants=[
            Variant(
                key=key,
                position=position,
                name=of_key[key]["name"] or key,
                weight=of_key[key]["weight"],
            )
            for position, key in enumerate(export["data"]["variants"])
        ],
    )
    rule = rules.from_json(sealed["rule"])
    # What was changed in the database can't be seen from here, so that is as stated, too.
    faults = [
        each["reason"]
        for each in memo["trust"]
        if each["check"] == "seal" and each["state"] != "ok"
    ]
    if memo["digests"]["seal"] != rules.digest(export["sealed"]):
        faults.append("the sealed text differs from its seal")
    # No other check can withhold a verdict.
    checks = quality_checks.check_measurement(rule, counted, faults)
    return results_from(experiment, counted, checks, datetime.fromisoformat(figures["as_of"]))


def _with_origin(counted: history.History, stated: Mapping[str, Any] | None) -> history.History:
    """The same with the networks and mail domains that the memo states: no file holds them."""
    if stated is None:
        return counted
    origin = quality_counts.Origin(stated["networks"], stated["domains"], stated["known"])
    return replace(
        counted, conversions=quality_counts.Conversions(origins={stated["variant"]: origin})
    )


def _compared(says: Any, follows: Any, place: str) -> Iterator[Difference]:
    """Yield each leaf in which two values differ.

    >>> [str(each) for each in _compared([1, 2.0], [3, 2.0 + 1e-12], "a")]
    ['a[0]: 1, recomputed 3']
    """
    told, found = dict(_leaves(says, place)), dict(_leaves(follows, place))
    for name in dict.fromkeys((*told, *found)):
        pair = told.get(name, MISSING), found.get(name, MISSING)
        if not _is_same(*pair):
            yield Difference(name, *pair)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _leaves(inner, f"{place}[{number}]")
    else:
        yield place, value


def _is_same(says: Any, follows: Any) -> bool:
    kinds = {type(says), type(follows)}
    if float in kinds and kinds <= {int, float}:
        return isclose(says, follows, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return len(kinds) == 1 and bool(says == follows)


def _shown(value: Any) -> str:
    return "nothing" if value is MISSING else json.dumps(value)
