"""What was counted, as page, files and JSON show it, held against cells that are known."""

import csv
import io
import re
from collections import Counter
from datetime import UTC, date, datetime

from tests.conftest import Browser
from wbtest.publishing.models import Experiment

COLUMNS = ("served", "seen", "converted", "arrived", "signups", "without_beacon", "confirmed")
# Column, variant, day and source.
Cells = Counter[tuple[str, str, date, str]]


def summed(cells: Cells, **only: object) -> tuple[int, ...]:
    """What the columns hold for a variant, a day or a source."""
    names = ("variant", "day", "source")
    return tuple(
        sum(
            number
            for (name, *rest), number in cells.items()
            if name == column and only.items() <= dict(zip(names, rest, strict=True)).items()
        )
        for column in COLUMNS
    )


def table(reader: Browser, experiment: Experiment, name: str) -> list[dict[str, str]]:
    text = reader.get(f"/experiments/{experiment.id}/results.csv?table={name}").text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def counted(row: dict[str, str]) -> tuple[int, ...]:
    return tuple(int(row[column]) for column in COLUMNS)


def shown(page: str, label: str) -> list[list[str]]:
    """The cells of the page's table of this name, without its head."""
    region = page.partition(f'aria-label="{label}"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", region.partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in row] for row in cells]


def check_days(reader: Browser, experiment: Experiment, cells: Cells) -> None:
    """The file by day holds these cells and no others."""
    rows = table(reader, experiment, "days")
    for row in rows:
        day = date.fromisoformat(row["day"])
        assert counted(row) == summed(cells, variant=row["variant"], day=day)
    for column, name in enumerate(COLUMNS):
        total = sum(number for (cell, *_), number in cells.items() if cell == name)
        assert sum(counted(row)[column] for row in rows) == total


def check_variants_and_sources(reader: Browser, experiment: Experiment, cells: Cells) -> None:
    """The files by variant and by source say the same."""
    for row in table(reader, experiment, "variants"):
        assert counted(row) == summed(cells, variant=row["variant"])
    for row in table(reader, experiment, "sources"):
        assert counted(row) == summed(cells, variant=row["variant"], source=row["source"])


def check_json(reader: Browser, experiment: Experiment, cells: Cells) -> None:
    """So does the JSON."""
    values = reader.get(f"/experiments/{experiment.id}/results.json").get_json()
    for variant in values["variants"]:
        served, seen, converted, _, signups, unseen, confirmed = summed(
            cells, variant=variant["key"]
        )
        assert (variant["served"], variant["seen"], variant["confirmed"]) == (
            served,
            seen,
            confirmed,
        )
        assert (variant["signups"], variant["converted"]) == (signups - unseen, converted)
        assert variant["rate"] == converted / seen


def check_page(reader: Browser, experiment: Experiment, cells: Cells) -> None:
    """So does the page, with its tabs."""
    address = f"/experiments/{experiment.id}/results"
    first, came, over_time = (
        reader.get(f"{address}{tab}").text for tab in ("", "/who-came", "/over-time")
    )
    keys = [variant.key for variant in experiment.variants]
    funnel = shown(first, "From served to the last step, by variant")
    sources = shown(came, "Visitors and rates by source")
    rates = shown(over_time, "Signed up of seen, by the day of the visit")
    visits = shown(over_time, "Seen of served, by day")

    for key, row in zip(keys, funnel, strict=False):
        served, seen, converted, _, signups, unseen, confirmed = summed(cells, variant=key)
        wanted = served, seen, converted, confirmed, signups, unseen
        assert row[1:] == [str(number) for number in wanted]
    for named, everybody, _, *of in sources:
        source = named.split()[0]
        served = summed(cells, source=source)[0]
        assert f" {served} served" in named
        counts = [summed(cells, source=source)]
        counts += [summed(cells, variant=key, source=source) for key in keys]
        # Where a source brought addresses alone, there is no rate.
        assert [everybody, *of] == ["{2} of {1}".format(*c) if c[1] else "–" for c in counts]
    for (named, *rate), (_, *visit) in zip(rates, visits, strict=True):
        day = datetime.strptime(named, "%d %B %Y").replace(tzinfo=UTC).date()
        sums = [summed(cells, variant=key, day=day) for key in keys]
        assert rate == ["{2} of {1}".format(*numbers) for numbers in sums]
        assert visit == ["{1} of {0}".format(*numbers) for numbers in sums]
