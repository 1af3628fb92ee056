"""What somebody reads who is not at the dashboard: the shared page, and the command line."""

import json
import re

from click.testing import CliRunner

from tests.conftest import Browser
from tests.results.everywhere import expecting
from tests.results.everywhere.first_screen import FUNNEL, RATES
from tests.results.everywhere.reading import (
    Reader,
    between,
    counted,
    has_table,
    percent,
    table,
    whole,
)
from tests.results.everywhere.tabs import EVIDENCE
from wbtest.cli import main
from wbtest.extensions import runtime

SHARED = ("variants", "evidence", "days", "funnel")
# No clock changes what else there is.
TIMELESS = ("without_beacon", "split", "comparison", "all_equal", "attempt")
INTERVALS = ("decision", "sequence", "wilson", "credible")


def check_shared(reader: Reader, outsider: Browser, token: str) -> None:
    """Somebody outside sees what members see."""
    page = outsider.get(f"/shared/{token}").text
    assert has_table(page, RATES) == has_table(page, FUNNEL) == reader.is_anybody
    if reader.is_anybody:
        ours = reader.table("results", RATES)
        for row, mine, numbers in zip(table(page, RATES)[1:], ours[1:], reader.rows, strict=True):
            assert row[1] == counted(numbers)
            # Members also see the share of those served.
            assert f"{mine[2]} ".startswith(f"{row[2]} ")
            assert (row[0], row[3]) == (mine[0], mine[3])
        evidence = reader.table("results/over-time", EVIDENCE)
        assert table(page, EVIDENCE)[1:] == [row[:3] for row in evidence[1:]]
        _check_funnel(reader, page)
    for name in SHARED:
        address = f"results.csv?table={name}"
        assert outsider.get(f"/shared/{token}/{address}").text == reader.page(address)


def _check_funnel(reader: Reader, page: str) -> None:
    is_many = len(reader.rows) > 1
    head = ["Step", *reader.names, *(["All"] if is_many else [])]
    rows = [
        [name, *map(whole, counts), *([whole(sum(counts))] if is_many else [])]
        for name, counts in expecting.marked(reader)
    ]
    assert table(page, FUNNEL) == [head, *rows]


def check_command(reader: Reader, slug: str) -> None:
    """`wbtest results`. Its clock is the machine's, so the verdict may be another one."""
    values = json.loads(_run("results", slug, "--json"))
    assert {name: values[name] for name in TIMELESS} == {
        name: reader.first[name] for name in TIMELESS
    }
    for variant, mine in zip(values["variants"], reader.first["variants"], strict=True):
        assert variant | {"decision": []} == mine | {"decision": []}
    block = _run("results", slug).partition("Rates. ")[2].partition("\n\n")[0]
    lines = [re.split("  +", line.strip()) for line in block.splitlines()[2:]]
    expected = []
    for key, row, variant in zip(reader.plan.keys, reader.rows, values["variants"], strict=True):
        rate = percent(row[2] / row[1] if row[1] else None)
        ends = [between(variant[name]).replace("%", "", 1) for name in INTERVALS]
        cells = [key, whole(row[1]), whole(row[2]), rate, *ends]
        expected.append([cell.replace("\u202f", " ") for cell in cells])
    assert lines == expected


def _run(*arguments: str) -> str:
    settings = runtime().settings
    environ = {
        "WBTEST_INSTANCE": str(settings.instance),
        "WBTEST_DATABASE_URL": settings.database_url,
        "WBTEST_SECRET_KEY": settings.secret_key,
    }
    said = CliRunner().invoke(main, arguments, env=environ)
    assert said.exit_code == 0, said.output
    return said.stdout
