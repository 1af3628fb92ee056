"""The rows of events counted by the words of the definitions: nothing tested takes part in it."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tests.results.everywhere.plan import Plan
from wbtest.extensions import db

COLUMNS = (
    *("served", "seen", "converted", "arrived", "signups", "without_beacon", "confirmed"),
    *("answered", "price", "price_no", "call", "call_no", "preorder"),
)
Numbers = tuple[int, ...]
# Where the columns hold how many did what converts.
ACTED = {"signup": COLUMNS.index("signups")} | {
    name: COLUMNS.index(name) for name in ("confirmed", "price", "call", "preorder")
}
NOTHING: Numbers = (0,) * len(COLUMNS)
MOMENTS = {"signup": "at_us"} | {name: f"{name}_us" for name in ACTED if name != "signup"}
PLACE = "variant, at_us, source, device, language, visitor, excluded_because"


class Fact(NamedTuple):
    """One more in a column: where it stands, and its day and hour on a clock on the wall there."""

    column: str
    variant: str
    day: date
    hour: int
    offset: timedelta | None
    source: str
    device: str
    language: str
    reason: str = ""


@dataclass(frozen=True)
class Recount:
    """How often each fact is found; machines, acts of those seen, and answers beside.

    ``machines`` by reason and variant; ``acts`` by variant, kind, item and whether the visitor
    converted; ``answers`` by what was answered.
    """

    facts: Counter[Fact]
    machines: Counter[tuple[str, str]] = field(default_factory=Counter)
    acts: Counter[tuple[str, str, str, bool]] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    _tables: dict[Any, Any] = field(default_factory=dict)

    def only(self, is_wanted: Callable[[Fact], bool]) -> "Recount":
        """The same of some facts."""
        facts = {fact: number for fact, number in self.facts.items() if is_wanted(fact)}
        return Recount(Counter(facts))

    def counting(self, plan: Plan) -> "Recount":
        """What the sealed rule counts."""
        return self.only(lambda fact: fact.reason == "" and plan.counts(fact.source))

    def by(self, *names: str) -> Mapping[tuple[Any, ...], Numbers]:
        """What the columns hold for each combination of these parts that is found."""
        if names not in self._tables:
            found: defaultdict[tuple[Any, ...], list[int]] = defaultdict(lambda: [*NOTHING])
            for fact, number in self.facts.items():
                parts = tuple(getattr(fact, name) for name in names)
                found[parts][COLUMNS.index(fact.column)] += number
            self._tables[names] = {parts: tuple(row) for parts, row in found.items()}
        table: Mapping[tuple[Any, ...], Numbers] = self._tables[names]
        return table

    def numbers(self, **where: Any) -> Numbers:
        """What the columns hold where these parts are so."""
        return self.by(*where).get(tuple(where.values()), NOTHING)

    def values(self, name: str) -> list[Any]:
        """What a part is anywhere, sorted."""
        return sorted(parts[0] for parts in self.by(name))


def recount(experiment_id: int, plan: Plan, machines: Counter[tuple[str, str]]) -> Recount:
    """Count the rows of a test. ``machines`` leave none, so they are given."""
    rows = {name: _read(name, PLACE, experiment_id) for name in ("visits", "sightings")}
    more = (
        "email_key, confirmed_us, answered_us, price_us, price_no_us, call_us, call_no_us, "
        "preorder_us, answers, left_at"
    )
    signups = _read("signups", f"{PLACE}, {more}", experiment_id)
    facts: Counter[Fact] = Counter()
    where = ZoneInfo(plan.zone)

    def add(row: Any, column: str, at_us: int | None = None) -> None:
        moment = datetime.fromtimestamp((row.at_us if at_us is None else at_us) // 1_000_000, UTC)
        local = moment.astimezone(where)
        at = local.date(), local.hour, local.utcoffset()
        of = row.source, row.device, row.language, row.excluded_because
        facts[Fact(column, row.variant, *at, *of)] += 1

    suspects = {s.visitor for s in rows["sightings"] if s.excluded_because == "suspected"}
    served = [v for v in rows["visits"] if v.excluded_because or v.visitor not in suspects]
    for row in served:
        add(row, "served")
    in_time: set[str] = set()
    # Who counts as seen: by which variant, and whether they converted.
    seen: dict[str, tuple[str, bool]] = {}
    signups_by = _by_visitor(signups)
    for sighting in rows["sightings"]:
        theirs = signups_by.get((sighting.visitor, sighting.excluded_because), ())
        is_machine = sighting.visitor in suspects and sighting.excluded_because in ("", "suspected")
        if is_machine or any(each.at_us <= sighting.at_us for each in theirs):
            continue
        add(sighting, "seen")
        until = sighting.at_us + plan.window_us
        in_time |= {each.email_key for each in theirs if each.at_us <= until}
        moments = [
            moment
            for each in theirs
            if (moment := getattr(each, MOMENTS[plan.conversion])) and each.at_us <= moment <= until
        ]
        if moments:
            add(sighting, "converted")
            add(sighting, "arrived", min(moments))
        if sighting.excluded_because == "":
            seen[sighting.visitor] = sighting.variant, bool(moments)
    for row in signups:
        add(row, "signups")
        said = {
            "without_beacon": row.email_key not in in_time,
            "confirmed": row.confirmed_us is not None,
            "answered": row.answered_us is not None,
            "price": row.price_us is not None,
            "price_no": row.price_no_us is not None,
            "call": row.call_us is not None,
            "call_no": row.call_no_us is not None,
            "preorder": row.preorder_us is not None,
        }
        for column in (name for name, is_so in said.items() if is_so):
            add(row, column)
    acts: Counter[tuple[str, str, str, bool]] = Counter()
    for row in _read("engagements", "visitor, kind, item", experiment_id):
        variant, is_converted = seen[row.visitor]
        acts[variant, row.kind, row.item, is_converted] += 1
    return Recount(
        facts,
        machines,
        acts,
        Counter(_answers_of(signups, plan.question)),
    )


def _read(table: str, columns: str, experiment_id: int) -> list[Any]:
    statement = sa.text(f"SELECT {columns} FROM {table} WHERE experiment_id = :id")
    return list(db.session.execute(statement, {"id": experiment_id}))


def _by_visitor(signups: Iterable[Any]) -> Mapping[tuple[str, str], list[Any]]:
    """The sign-ups of each visitor that count, or that do not for the same reason."""
    found: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in signups:
        if row.visitor:
            found[row.visitor, row.excluded_because].append(row)
    return found


def _answers_of(signups: Iterable[Any], question: str) -> Iterable[str]:
    """What is known of answers: of those who count and have not left."""
    for row in signups:
        if row.excluded_because == "" and row.left_at is None and row.answers:
            said = json.loads(row.answers)
            if question in said:
                yield said[question]
