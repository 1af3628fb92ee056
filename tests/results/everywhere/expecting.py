"""The tables that every form of the results must hold, made from what was counted by hand."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tests.results.everywhere.happenings import Part
from tests.results.everywhere.reading import Reader
from tests.results.everywhere.recount import COLUMNS, NOTHING, Fact, Numbers, Recount

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FAQ = ("For whom is it?", "What does it cost?", "How do I start?")
STEPS = {
    ("depth", "25"): "Read a quarter",
    ("depth", "50"): "Read half",
    ("depth", "75"): "Read three quarters",
    ("depth", "100"): "Read to the end",
    ("focus", "top"): "Started the first form",
    ("click", "top"): "Pressed the first form’s button",
    ("focus", "end"): "Started the form at the end",
    ("click", "end"): "Pressed the button at the end",
}
LATER = {
    "confirmed": "Confirmed",
    "answered": "Answered",
    "price": "Yes to the price",
    "call": "Yes to a call",
    "preorder": "On to the pre-order",
}
Days = dict[date, list[Numbers]]
# So many of so many.
Share = tuple[int, int]


class Group(NamedTuple):
    """Who has something in common: the numbers of each variant."""

    name: str
    row: list[Numbers]
    is_counted: bool = True

    @property
    def all(self) -> Numbers:
        return added(self.row)


class Asked(NamedTuple):
    """A part of the figures: the address that asks for it, and whether a fact is in it."""

    address: dict[str, str]
    source: str
    is_in: Callable[[Fact], bool]


def added(rows: list[Numbers]) -> Numbers:
    return tuple(map(sum, zip(*rows, strict=True))) if rows else NOTHING


def asked(reader: Reader, part: Part) -> Asked:
    """What a part asks for, of what can be chosen."""
    plan = reader.plan
    sources = reader.told.only(lambda fact: fact.reason == "").values("source")
    source = sources[part.source % len(sources)] if part.source is not None and sources else ""
    first = plan.day_of(plan.start).toordinal()
    span = sorted(date.fromordinal(first + k) for k in part.days or ())
    address = {"source": source, "device": part.device}
    address |= {name: day.isoformat() for name, day in zip(("from", "to"), span, strict=False)}

    def is_in(fact: Fact) -> bool:
        return (
            fact.reason == ""
            and source in ("", fact.source)
            and part.device in ("", fact.device)
            and (not span or span[0] <= fact.day <= span[1])
        )

    return Asked({name: value for name, value in address.items() if value}, source, is_in)


def in_part(reader: Reader, part: Asked) -> Recount:
    """What is counted in a part; a source that is asked for is shown, counted or not."""
    everybody = reader.told.only(part.is_in)
    return everybody if part.source else everybody.counting(reader.plan)


def groups(reader: Reader, counted: Recount, name: str) -> list[Group]:
    """Groups of those who have a part in common, the one with most visits first."""
    by = counted.by(name, "variant")
    rows = [
        Group(value or "not stated", [by.get((value, key), NOTHING) for key in reader.plan.keys])
        for value in counted.values(name)
    ]
    return sorted(rows, key=lambda group: (-group.all[0], group.name))


def segments(reader: Reader, part: Asked) -> dict[str, list[Group]]:
    """The five tables of who came, by their kind."""
    counted, keys = in_part(reader, part), reader.plan.keys
    hours, days = counted.by("hour", "variant"), counted.by("day", "variant")

    def of_weekday(number: int, key: str) -> Numbers:
        return added(
            [row for (day, of), row in days.items() if (day.weekday(), of) == (number, key)]
        )

    sources = groups(reader, reader.told.only(part.is_in), "source")
    return {
        "source": [each._replace(is_counted=reader.plan.counts(each.name)) for each in sources],
        "device": groups(reader, counted, "device"),
        "language": groups(reader, counted, "language"),
        "weekday": [
            Group(name, [of_weekday(k, key) for key in keys]) for k, name in enumerate(WEEKDAYS)
        ],
        "hour": [
            Group(f"{k}:00", [hours.get((k, key), NOTHING) for key in keys]) for k in range(24)
        ],
    }


def days(reader: Reader, part: Asked) -> Days:
    """Each local day on which something happened, in order."""
    counted = in_part(reader, part)
    by = counted.by("day", "variant")
    return {
        day: [by.get((day, key), NOTHING) for key in reader.plan.keys]
        for day in counted.values("day")
    }


def stages(reader: Reader) -> list[tuple[str, list[int]]]:
    """The steps from served to the last one that the page asks for."""
    plan, rows = reader.plan, reader.rows
    found = [("Page loaded", [row[0] for row in rows]), ("Seen", [row[1] for row in rows])]
    signed = [row[2] if plan.conversion == "signup" else row[4] - row[5] for row in rows]
    if reader.told.acts:
        began = [
            max(number, *(acts(reader, key, "focus", form) for form in ("top", "end")))
            for key, number in zip(plan.keys, signed, strict=True)
        ]
        found.append(("Started the form", began))
    found.append(("Signed up", signed))
    asked = [*(["confirmed"] * plan.confirms), *(["answered"] if plan.question else [])]
    found += [
        (LATER[column], [row[COLUMNS.index(column)] for row in rows])
        for column in (*asked, *plan.asks_for)
        if column != plan.conversion
    ]
    if plan.conversion != "signup":
        found.append((f"{LATER[plan.conversion]} in time", [row[2] for row in rows]))
    return found


def marked(reader: Reader) -> list[tuple[str, list[int]]]:
    """The same as the page shows them: marked where it counts, without what nobody was asked."""
    did = LATER.get(reader.plan.conversion)
    counts = f"{did} in time" if did else "Signed up"
    reasons = {check["check"]: check["reason"] for check in reader.first["trust"]}
    return [
        (f"{name} (counted)" if name == counts else name, row)
        for name, row in stages(reader)
        if name != "Confirmed" or "nobody was asked" not in reasons["confirmed"]
    ]


def acts(reader: Reader, key: str, kind: str, item: str) -> int:
    """How many of those who saw a variant did something."""
    return sum(reader.told.acts[key, kind, item, yes] for yes in (True, False))


def questions(reader: Reader) -> list[tuple[str, Share, Share]]:
    """Each question with who opened it: of those who signed up, and of the others."""
    everybody = reader.told.only(lambda fact: fact.reason == "")
    keys = reader.plan.keys
    total = added([everybody.numbers(variant=key) for key in keys])
    found = []
    for number, question in enumerate(FAQ):
        yes, no = (
            sum(reader.told.acts[key, "faq", str(number), is_converted] for key in keys)
            for is_converted in (True, False)
        )
        found.append((question, (yes, total[2]), (no, total[1] - total[2])))
    return found


def steps(reader: Reader) -> list[tuple[str, str, list[Share]]]:
    """What those seen did, of each variant: its name in the file and on the page."""
    everybody = reader.told.only(lambda fact: fact.reason == "")
    seen = {key: everybody.numbers(variant=key)[1] for key in reader.plan.keys}
    return [
        (" ".join(act), name, [(acts(reader, key, *act), of) for key, of in seen.items()])
        for act, name in STEPS.items()
    ]


def machines(reader: Reader) -> dict[str, list[int]]:
    """Requests of machines for each variant, by reason."""
    found = reader.told.machines
    reasons = sorted({why for (why, _), number in found.items() if number})
    return {why: [found[why, key] for key in reader.plan.keys] for why in reasons}


def left_out(reader: Reader) -> dict[str, list[Share]]:
    """Visits and addresses of people who do not count, for each variant."""

    def row(counted: Recount) -> list[Share]:
        rows = [counted.numbers(variant=key) for key in reader.plan.keys]
        return [(each[0], each[4]) for each in rows]

    told = reader.told.only(lambda fact: fact.column in ("served", "signups"))
    reasons: list[Any] = [why for why in told.values("reason") if why]
    found = {why: row(told.only(lambda fact, why=why: fact.reason == why)) for why in reasons}
    elsewhere = told.only(lambda f: f.reason == "" and not reader.plan.counts(f.source))
    found |= {"source": row(elsewhere)} if elsewhere.facts else {}
    return dict(sorted(found.items()))


def beside(reader: Reader) -> Iterator[tuple[Numbers, Numbers]]:
    """The sealed numbers of each variant, and those without and with the groups."""
    plan = reader.plan
    out = {group.value for group in plan.aside if group.direction == "out"}
    reasons = {"", *(group.value for group in plan.aside if group.direction == "in")}
    left = reader.told.only(
        lambda fact: fact.reason in reasons and plan.counts(fact.source) and fact.source not in out
    )
    for key, numbers in zip(plan.keys, reader.rows, strict=True):
        yield numbers, left.numbers(variant=key)
