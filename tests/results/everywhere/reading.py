"""What somebody reads off the pages, files and papers of a test; and how numbers are written."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any
from urllib.parse import urlencode

import pypdf

from tests.cells import undefused
from tests.conftest import Browser
from tests.results.everywhere.plan import Plan
from tests.results.everywhere.recount import Numbers, Recount

Cells = list[list[str]]
Row = dict[str, str]


def whole(number: int) -> str:
    return f"{number:,}"


def percent(rate: float | None) -> str:
    """To a tenth of a per cent, the nearest to the exact value."""
    return "–" if rate is None else f"{100 * rate:.1f}%"


def between(ends: list[float]) -> str:
    return f"{percent(ends[0])} to {percent(ends[1])}"


def told(ends: list[float]) -> str:
    """The same on a page, which keeps quiet of an interval that holds nearly every rate."""
    return "too early" if ends[1] - ends[0] > 0.9 else between(ends)


def odds(log_e: float) -> str:
    """Evidence as odds: whole from ten on and near whole numbers, as a power from a million on."""
    times = exp(min(abs(log_e), 50))
    text = f"{times:,.0f}" if times >= 10 or abs(times - round(times)) < 0.05 else f"{times:.1f}"
    if times >= 1e6:
        text = f"10^{round(abs(log_e) / log(10))}"
    return f"{text} to 1" if log_e >= 0 else f"1 to {text}"


def belief(chance: float) -> str:
    """A chance of which nobody is wholly sure."""
    if 0.01 <= chance <= 0.99:
        return f"{100 * chance:.0f}%"
    return f"{'over 99' if chance > 0.5 else 'under 1'}%"


def of(numbers: Numbers) -> str:
    """Those who converted, of those seen."""
    return f"{whole(numbers[2])} of {whole(numbers[1])}"


def counted(numbers: Numbers) -> str:
    """The same where nobody was seen, perhaps."""
    return of(numbers) if numbers[1] else "nobody yet"


def wilson(numbers: Numbers) -> list[float]:
    """Wilson's 95 % interval by his formula; of nobody it is everything."""
    n, x, z = numbers[1], numbers[2], NormalDist().inv_cdf(0.975)
    if not n:
        return [0.0, 1.0]
    middle, half = x + z * z / 2, z * sqrt(x * (n - x) / n + z * z / 4)
    return [(middle - half) / (n + z * z), (middle + half) / (n + z * z)]


@dataclass(frozen=True)
class Reader:
    """Somebody who may see everything, and what they should find: ``told`` counts all of it.

    ``first`` is the JSON of the figures. ``pages`` are those that were asked for.
    """

    browser: Browser
    experiment_id: int
    plan: Plan
    told: Recount
    first: dict[str, Any]
    pages: dict[str, str] = field(default_factory=dict)

    @cached_property
    def sealed(self) -> Recount:
        """What the rule counts."""
        return self.told.counting(self.plan)

    @cached_property
    def rows(self) -> list[Numbers]:
        """What the columns hold of each variant."""
        return [self.sealed.numbers(variant=key) for key in self.plan.keys]

    @property
    def names(self) -> list[str]:
        return list(self.plan.names.values())

    @property
    def is_anybody(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.sealed.facts)

    @property
    def decisions(self) -> list[str]:
        return [between(variant["decision"]) for variant in self.first["variants"]]

    def page(self, path: str) -> str:
        """A page of the experiment; it is asked for once."""
        if path not in self.pages:
            answer = self.browser.get(f"/experiments/{self.experiment_id}/{path}")
            assert answer.status_code == 200, f"{path} gave {answer.status_code}"
            self.pages[path] = answer.text
        return self.pages[path]

    def table(self, path: str, label: str) -> Cells:
        return table(self.page(path), label)

    def file(self, name: str, **asked: str) -> list[Row]:
        """A file of the dashboard: its rows by the names in its head."""
        return rows_of(self.page(f"results.csv?{urlencode({'table': name, **asked})}"))


def rows_of(text: str) -> list[Row]:
    """The rows of a file, without the apostrophes that keep cells from being formulas."""
    found = csv.DictReader(io.StringIO(text, newline=""))
    return [{name: undefused(cell) for name, cell in row.items()} for row in found]


def table(page: str, label: str) -> Cells:
    """The cells of the page's only table of this name, its head first and its foot last."""
    name = re.escape(f'aria-label="{label}"')
    [found] = re.findall(rf"{name}[^>]*>\s*(<table.*?</table>)", page, re.DOTALL)
    lines = re.findall(r"<tr>(.*?)</tr>", found, re.DOTALL)
    cells = (re.findall(r"<t[hd].*?>(.*?)</t[hd]>", line, re.DOTALL) for line in lines)
    return [[plain(cell) for cell in row] for row in cells]


def shown(page: str, label: str) -> Cells:
    """The same without its head, of the first table of this name, with plain blanks alone."""
    region = page.partition(f'aria-label="{label}"')[2].partition("</table>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", region.partition("<tbody>")[2], re.DOTALL)
    cells = (re.findall(r"<t[hd].*?>(.*?)</t[hd]>", line, re.DOTALL) for line in lines)
    return [[" ".join(re.sub(r"<.*?>", " ", cell).split()) for cell in row] for row in cells]


def has_table(page: str, label: str) -> bool:
    return f'aria-label="{label}"' in page


def plain(markup: str) -> str:
    """The words without what marks them up; a narrow blank stays one."""
    text = unescape(re.sub(r"<[^>]*>", " ", markup))
    return re.sub(r"[ \n\t]+", " ", text).strip(" ")


def figure(page: str, name: str) -> list[dict[str, Any]]:
    """What a chart draws, and what its pictures are made of."""
    found = re.search(rf'id="figure-{name}">(.*?)</script>', page, re.DOTALL)
    assert found, name
    traces: list[dict[str, Any]] = json.loads(found[1])["data"]
    return traces


def paper(pdf: bytes) -> list[str]:
    """The lines of a PDF of one sheet."""
    [sheet] = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [re.sub("[ \u202f]+", " ", line).strip() for line in sheet.extract_text().splitlines()]
