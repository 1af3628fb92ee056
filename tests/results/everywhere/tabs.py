"""The pages behind the first screen: over time, visitors, statistics."""

from datetime import datetime
from urllib.parse import urlencode

from tests.results.everywhere import expecting
from tests.results.everywhere.expecting import Asked, Days, Group
from tests.results.everywhere.reading import (
    Cells,
    Reader,
    Row,
    belief,
    between,
    counted,
    figure,
    has_table,
    odds,
    of,
    table,
    told,
    whole,
    wilson,
)
from tests.results.everywhere.recount import Numbers

COURSE = "Rates and decision intervals by day"
EVIDENCE = "Evidence by variant, now"
EVIDENCE_MET = "Evidence that the rate beats the target, by day"
EVIDENCE_MISSED = "Evidence that the rate misses the target, by day"
BELIEFS = "Intervals and chances by variant"
PLANNED = "How many people saw each variant, and how many we’d expect"
AGAINST = "Each variant against the first"
NAMES = {"hour": "hour of the day", "weekday": "day of the week"}
# Fewer visitors make no variant the best.
FEW = 8
# So many segments a chart shows at most.
MOST_ROWS = 8


def check_over_time(
    reader: Reader, part: Asked, days: Days, course: list[Row], until: datetime
) -> None:
    """``days`` are those of the part, ``course`` the file of how the rates came to be."""
    page = reader.page(f"results/over-time?{urlencode(part.address)}")
    assert has_table(page, COURSE) == reader.is_anybody
    if not reader.is_anybody:
        return
    for label, cell in (
        (f"{reader.plan.act.capitalize()}, out of those who saw the page, by day of visit", of),
        (
            "Visitors who saw the page, by day",
            lambda numbers: f"{whole(numbers[1])} of {whole(numbers[0])}",
        ),
    ):
        rows = [[f"{d.day} {d:%B %Y}", *map(cell, numbers)] for d, numbers in days.items()]
        assert table(page, label) == [["Day", *reader.names], *rows]
    for name, column in (("visits", 1), ("signups", 2)):
        for k, trace in enumerate(figure(page, name)):
            assert trace["x"] == [day.isoformat() for day in days]
            assert trace["y"] == [row[k][column] for row in days.values()]
    _check_course(reader, page, course)
    _check_evidence(reader, page)
    _check_evidence_by_day(reader, page, until)


def _check_course(reader: Reader, page: str, course: list[Row]) -> None:
    """The page shows the cells of the file, the newest day first."""
    paths = [[row for row in course if row["variant"] == key] for key in reader.plan.keys]
    expected: Cells = []
    for rows in zip(*paths, strict=True):
        cells = []
        for row in rows:
            numbers = (0, int(row["seen"]), int(row["converted"]))
            ends = told([float(row["decision_low"]), float(row["decision_high"])])
            cells.append(f"{counted(numbers)} {ends}")
        expected.insert(0, cells)
    [_, *shown] = table(page, COURSE)
    assert [row[1:] for row in shown] == expected


def _check_evidence(reader: Reader, page: str) -> None:
    assert table(page, EVIDENCE)[1:-1] == [
        [
            name,
            odds(target["log_e_above"]),
            odds(target["log_e_below"]),
        ]
        for name, target in zip(reader.names, reader.first["target"]["variants"], strict=True)
    ]


def _chance(numbers: Numbers, chance: float) -> str:
    if numbers[1] < FEW:
        return "too few" if numbers[1] else "–"
    return belief(chance)


def _check_evidence_by_day(reader: Reader, page: str, until: datetime) -> None:
    """The page shows the looks of the file with which days ended, the newest day first."""
    side = "above" if has_table(page, EVIDENCE_MET) else "below"
    looks = reader.file("evidence")
    moments = [datetime.fromisoformat(look["at"]) for look in looks]
    shown = [looks[-1]]
    for day in reversed(reader.plan.days_until(until)[:-1]):
        over = sum(moment <= reader.plan.end_of(day) for moment in moments)
        shown += [looks[over - 1]] if over else []
    rows = table(page, EVIDENCE_MET if side == "above" else EVIDENCE_MISSED)[1:]
    assert [row[1:] for row in rows] == [
        [odds(float(look[f"{side}_{key}"])) for key in reader.plan.keys] for look in shown
    ]


def check_visitors(reader: Reader, part: Asked, segments: dict[str, list[Group]]) -> None:
    page = reader.page(f"results/visitors?{urlencode(part.address)}")
    for kind, groups in segments.items():
        label = f"Visitors and rates by {NAMES.get(kind, kind)}"
        # Where nobody counts there is nothing to say but where they came from.
        is_shown = bool(segments["source"] if kind == "source" else segments["device"])
        # One language compares nothing.
        is_shown = is_shown and (kind != "language" or len(groups) > 1)
        assert has_table(page, label) == is_shown
        if is_shown:
            [_, *shown] = table(page, label)
            assert shown == [_of_group(reader, group) for group in groups]
        if is_shown and len(groups) > 1:
            rates = [g.all[2] / g.all[1] if g.all[1] else None for g in groups]
            [dots] = figure(page, f"{kind}s")
            is_upright = kind in ("weekday", "hour")
            assert dots["y" if is_upright else "x"] == (rates if is_upright else rates[:MOST_ROWS])


def _of_group(reader: Reader, group: Group) -> list[str]:
    visitors = "visitor" if group.all[0] == 1 else "visitors"
    head = f"{group.name} page loaded for {whole(group.all[0])} {visitors}"
    row = [head if group.is_counted else f"{head}, not counted"]
    row += [of(group.all), between(wilson(group.all))] if group.all[1] else ["–", "–"]
    if len(reader.plan.keys) > 1:
        row += [of(numbers) if numbers[1] else "–" for numbers in group.row]
    return row


def check_statistics(reader: Reader) -> None:
    page = reader.page("results/statistics")
    assert has_table(page, BELIEFS) == reader.is_anybody
    if not reader.is_anybody:
        return
    rows, values = reader.rows, reader.first["variants"]
    [_, *shown] = table(page, BELIEFS)
    chances = [variant["probability_above"] for variant in reader.first["target"]["variants"]]
    assert shown == [
        [
            name,
            counted(row),
            told(value["credible"]) if row[1] else "–",
            _chance(row, chance),
        ]
        for name, row, value, chance in zip(reader.names, rows, values, chances, strict=True)
    ]
    [_, *shown] = table(page, "Intervals by variant, for one look and for many")
    assert shown == [
        [
            name,
            counted(row),
            between(wilson(row)) if row[1] else "–",
            told(value["sequence"]),
        ]
        for name, row, value in zip(reader.names, rows, values, strict=True)
    ]
    _check_against(reader, page)
    _check_split(reader, page)


def _check_against(reader: Reader, page: str) -> None:
    """While the split is broken nobody has a rank."""
    values = reader.first["variants"]
    is_shown = len(values) > 1 and not reader.first["split"]["mismatch"]
    assert has_table(page, AGAINST) == is_shown
    if is_shown:
        fewest = min(row[1] for row in reader.rows)
        expected = []
        for value in values:
            if fewest < FEW:
                expected.append(["too few"] * 2)
            else:
                lost = f"{100 * value['expected_loss']:.2f}%"
                expected.append([belief(value["probability_best"]), lost])
        assert [row[2:] for row in table(page, AGAINST)[1:]] == expected


def _check_split(reader: Reader, page: str) -> None:
    total = expecting.added(reader.rows)[1]
    is_shown = len(reader.rows) > 1 and total > 0
    assert has_table(page, PLANNED) == is_shown
    if is_shown:
        weights = reader.plan.weights
        planned = [whole(round(total * weight / sum(weights))) for weight in weights]
        [_, *shown] = table(page, PLANNED)
        seen = [whole(row[1]) for row in reader.rows]
        assert shown == [list(row) for row in zip(reader.names, seen, planned, strict=True)]
