"""The memo of a decision as a page, on paper, and as the file by which anybody can check it."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.results.everywhere import expecting
from tests.results.everywhere.first_screen import RATES, large_rate
from tests.results.everywhere.reading import Cells, Reader, paper, table, whole
from tests.results.everywhere.recount import NOTHING
from wbtest.decisions.memo_proof import differences


def check_memo(reader: Reader, *, is_printed: bool) -> None:
    """The memo of the only decision, which rests on the figures that the reader was shown."""
    rows = _rows(reader)
    page = reader.page("memo/1")
    assert table(page, RATES)[1:] == rows
    if is_printed:
        pdf = reader.browser.get(f"/experiments/{reader.experiment_id}/memo/1.pdf")
        lines = paper(pdf.data)
        first = next(k for k, line in enumerate(lines) if line.startswith("Variant ")) + 1
        on_paper = [" ".join(row).replace("\u202f", " ") for row in rows]
        assert lines[first : first + len(rows)] == on_paper
    exported = reader.page("memo/1.json")
    memo = json.loads(exported)
    _check_figures(reader, memo["memo"]["figures"])
    _check_trust(reader, {check["check"]: check["value"] for check in memo["memo"]["trust"]})
    _check_data(reader, memo["data"])
    assert differences(exported) == []


def _rows(reader: Reader) -> Cells:
    return [
        [name, f"{whole(row[2])} of {whole(row[1])}", large_rate(row), ends, whole(row[6])]
        for name, row, ends in zip(reader.names, reader.rows, reader.decisions, strict=True)
    ]


def _check_figures(reader: Reader, figures: dict[str, Any]) -> None:
    """But for the seal, and the moment at which somebody looked."""
    assert {name: figures[name] for name in reader.first if name != "as_of"} == {
        name: value for name, value in reader.first.items() if name != "as_of"
    }


def _check_trust(reader: Reader, values: dict[str, str]) -> None:
    machines = expecting.machines(reader)
    lost = sum(machines.pop("lost", []))
    people = {why: sum(map(max, row)) for why, row in expecting.left_out(reader).items()}
    people.pop("waiting", None)
    assert values["machines"] == whole(sum(map(sum, machines.values())))
    assert values["lost"] == whole(lost)
    assert values["excluded"] == whole(sum(people.values()))
    assert values["without_beacon"] == whole(expecting.added(reader.rows)[5])


def _check_data(reader: Reader, data: dict[str, Any]) -> None:
    """The counts that the memo rests on."""
    keys = reader.plan.keys
    assert data["variants"] == keys
    by = reader.sealed.by("day", "variant")
    assert data["days"] == [
        [day.isoformat(), [list(by.get((day, key), NOTHING)) for key in keys]]
        for day in sorted({day for day, _ in by})
    ]
    aside = expecting.left_out(reader)
    assert data["left_out"] == {why: [list(pair) for pair in row] for why, row in aside.items()}
    assert data["machines"] == expecting.machines(reader)
    _check_hours(reader, data)


def _check_hours(reader: Reader, data: dict[str, Any]) -> None:
    """No local hour stands there twice and none is missing; each holds what happened in it."""
    keys, where = reader.plan.keys, ZoneInfo(reader.plan.zone)
    assert data["weights"] == list(reader.plan.weights)
    shown = {}
    for hour, *columns in data["hours"]:
        local = datetime.fromtimestamp(hour, UTC).astimezone(where)
        shown[local.date(), local.hour, local.utcoffset()] = columns
    assert len(shown) == len(data["hours"])
    by = reader.sealed.by("day", "hour", "offset", "variant")
    assert shown == {
        place: [[by.get((*place, key), NOTHING)[column] for key in keys] for column in (1, 3, 2)]
        for place in {at[:3] for at in by}
    }
