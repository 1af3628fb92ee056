"""Every file that the dashboard offers, and its JSON."""

from datetime import datetime
from typing import Any

import pytest
from scipy import stats

from tests.results.everywhere import expecting
from tests.results.everywhere.expecting import Asked, Days, Group
from tests.results.everywhere.reading import Reader, Row, wilson
from tests.results.everywhere.recount import ACTED, COLUMNS, NOTHING, Numbers

INTERVALS = ("decision", "sequence", "wilson", "credible")


def numbers_of(row: Row) -> Numbers:
    return tuple(int(row[column]) for column in COLUMNS)


def ends_of(row: Row, name: str) -> list[float]:
    return [float(row[f"{name}_{end}"]) for end in ("low", "high")]


def check_json(reader: Reader) -> None:
    values, plan = reader.first, reader.plan
    machines, aside = expecting.machines(reader), expecting.left_out(reader)
    for k, (variant, key) in enumerate(zip(values["variants"], plan.keys, strict=True)):
        served, seen, converted, _, signups, unseen, confirmed, answered, *replies = reader.rows[k]
        acted = reader.rows[k][ACTED[plan.conversion]]
        left_out = {why: row[k] for why, row in machines.items()}
        left_out |= {why: max(row[k]) for why, row in aside.items()}
        expected = {
            "key": key,
            "served": served,
            "seen": seen,
            "signups": signups - unseen,
            "converted": converted,
            "without_beacon": unseen,
            "confirmed": confirmed,
            "answered": answered,
            **dict(zip(COLUMNS[8:], replies, strict=True)),
            "excluded": {why: number for why, number in left_out.items() if number},
            "rate": converted / seen if seen else None,
            "rate_of_served": acted / served if served else None,
        }
        assert {name: variant[name] for name in expected} == expected
        assert variant["wilson"] == pytest.approx(wilson(reader.rows[k]), abs=1e-12)
    assert values["without_beacon"] == expecting.added(reader.rows)[5]


def check_days(reader: Reader) -> None:
    by = reader.sealed.by("day", "variant")
    _compare(
        reader.file("days"),
        ("day", "variant"),
        [
            (day.isoformat(), key, by.get((day, key), NOTHING))
            for day in sorted({day for day, _ in by})
            for key in reader.plan.keys
        ],
    )


def _compare(rows: list[Row], names: tuple[str, ...], expected: list[tuple[Any, ...]]) -> None:
    """Hold the columns of these names, and those that count, against what is expected."""
    shown = [(*(row[name] for name in names), numbers_of(row)) for row in rows]
    assert shown == [(*map(str, where), numbers) for *where, numbers in expected]


def check_part_of_days(reader: Reader, part: Asked, days: Days) -> None:
    _compare(
        reader.file("days", **part.address),
        ("day", "variant"),
        [
            (day.isoformat(), key, numbers)
            for day, row in days.items()
            for key, numbers in zip(reader.plan.keys, row, strict=True)
        ],
    )


def check_variants(reader: Reader) -> None:
    rows, values = reader.file("variants"), reader.first
    named = zip(reader.plan.names.items(), reader.rows, strict=True)
    _compare(rows, ("variant", "name"), [(*names, numbers) for names, numbers in named])
    targets = values["target"]["variants"]
    for row, variant, target in zip(rows, values["variants"], targets, strict=True):
        assert {name: ends_of(row, name) for name in INTERVALS} == {
            name: variant[name] for name in INTERVALS
        }
        for name in ("rate", "rate_of_served"):
            assert (float(row[name]) if row[name] else None) == variant[name]
        assert float(row["probability_above_target"]) == target["probability_above"]
    last = reader.file("evidence")[-1]
    assert {name: float(cell) for name, cell in last.items() if name not in ("at", "split")} == {
        f"{side}_{variant['key']}": variant[f"log_e_{side}"]
        for side in ("above", "below")
        for variant in targets
    }


def check_sources(reader: Reader) -> None:
    everybody = reader.told.only(lambda fact: fact.reason == "")
    _compare(
        reader.file("sources"),
        ("source", "counts", "variant"),
        [
            (group.name, "yes" if reader.plan.counts(group.name) else "no", key, numbers)
            for group in expecting.groups(reader, everybody, "source")
            for key, numbers in zip(reader.plan.keys, group.row, strict=True)
        ],
    )


def check_languages(reader: Reader) -> None:
    groups = expecting.groups(reader, reader.sealed, "language")
    named = [group._replace(name=group.name.replace("not stated", "")) for group in groups]
    _compare(
        reader.file("languages"),
        ("language", "variant"),
        [
            (group.name, key, numbers)
            for group in sorted(named, key=lambda group: (-group.all[0], group.name))
            for key, numbers in zip(reader.plan.keys, group.row, strict=True)
        ],
    )


def check_excluded(reader: Reader) -> None:
    expected = [
        [why, key, str(number), ""]
        for why, row in expecting.machines(reader).items()
        for key, number in zip(reader.plan.keys, row, strict=True)
    ]
    expected += [
        [why, key, *map(str, pair)]
        for why, row in expecting.left_out(reader).items()
        for key, pair in zip(reader.plan.keys, row, strict=True)
    ]
    assert [list(row.values()) for row in reader.file("excluded")] == expected


def check_segments(reader: Reader, part: Asked, segments: dict[str, list[Group]]) -> None:
    rows = reader.file("segments", **part.address)
    _compare(
        rows,
        ("kind", "name", "counts", "variant"),
        [
            (kind, group.name, "yes" if group.is_counted else "no", key, numbers)
            for kind, groups in segments.items()
            for group in groups
            for key, numbers in [*zip(reader.plan.keys, group.row, strict=True), ("", group.all)]
        ],
    )
    for row in rows:
        assert ends_of(row, "wilson") == pytest.approx(wilson(numbers_of(row)), abs=1e-12)


def check_course(reader: Reader, until: datetime) -> list[Row]:
    """How each rate came to be, day by day; ``until`` is now, or when nothing changes any more."""
    plan = reader.plan
    expected = []
    for key in plan.keys:
        for day in plan.days_until(until)[:-1]:
            end = plan.end_of(day)
            by_then = reader.sealed.only(lambda fact, day=day: fact.day <= day)
            numbers = by_then.numbers(variant=key)
            expected.append((end.isoformat(), key, numbers[1], numbers[3]))
        numbers = reader.sealed.numbers(variant=key)
        expected.append((until.isoformat(), key, numbers[1], numbers[2]))
    rows = reader.file("course")
    names = ("at", "variant", "seen", "converted")
    assert [tuple(row[name] for name in names) for row in rows] == [
        tuple(map(str, row)) for row in expected
    ]
    return rows


def check_funnel(reader: Reader) -> None:
    assert [list(row.values()) for row in reader.file("funnel")] == [
        [name, key, str(number)]
        for name, counts in expecting.stages(reader)
        for key, number in zip(reader.plan.keys, counts, strict=True)
    ]


def check_densities(reader: Reader) -> None:
    rows = reader.file("densities")
    seen = {k: row for k, row in zip(reader.plan.keys, reader.rows, strict=True) if row[1]}
    assert list(dict.fromkeys(row["variant"] for row in rows)) == list(seen)
    for key, (_, n, x, *_) in seen.items():
        mine = [row for row in rows if row["variant"] == key]
        belief = stats.beta(x + 0.5, n - x + 0.5)
        above = [float(row["probability_of_rate_or_more"]) for row in mine]
        right = belief.sf([float(row["rate"]) for row in mine])
        assert above == pytest.approx(right.tolist(), abs=1e-9)


def check_answers(reader: Reader) -> None:
    plan, answers = reader.plan, reader.told.answers
    people = str(sum(answers.values()))
    assert [list(row.values()) for row in reader.file("answers")] == [
        [plan.question, choice, str(answers[choice]), people]
        for choice in plan.choices
        if plan.question
    ]


def check_reading(reader: Reader) -> None:
    expected = [
        [f"opened: {question}", who, *map(str, share)]
        for question, *shares in expecting.questions(reader)
        for who, share in zip((reader.plan.act, "others"), shares, strict=True)
    ]
    expected += [
        [act, key, *map(str, share)]
        for act, _, shares in expecting.steps(reader)
        for key, share in zip(reader.plan.keys, shares, strict=True)
    ]
    assert [list(row.values()) for row in reader.file("reading")] == expected
