"""The first screen in every cell, and the tables that other pages show as it does."""

from tests.results.everywhere import expecting
from tests.results.everywhere.reading import (
    Reader,
    counted,
    figure,
    has_table,
    percent,
    plain,
    table,
    told,
    whole,
)
from tests.results.everywhere.recount import Numbers

RATES = "Rates and intervals by variant"
FUNNEL = "From page load to the last step, by variant"


def check_first_screen(reader: Reader) -> None:
    page = reader.page("results")
    assert has_table(page, RATES) == has_table(page, FUNNEL) == reader.is_anybody
    if reader.is_anybody:
        _check_rates(reader, page)
        _check_funnel(reader, page)
        _check_sentences(reader, page)


def _check_rates(reader: Reader, page: str) -> None:
    [_, *shown] = table(page, RATES)
    shares = [variant["rate_of_served"] for variant in reader.first["variants"]]
    assert [row[1:] for row in shown] == [
        [counted(numbers), _rate(numbers, share), told(variant["decision"])]
        for numbers, share, variant in zip(
            reader.rows, shares, reader.first["variants"], strict=True
        )
    ]
    for name, row in zip(reader.names, shown, strict=True):
        assert row[0].startswith(f"{name} ")
    dots = [trace["x"] for trace in figure(page, "rates") if trace["mode"] == "markers"]
    assert dots == [[row[2] / row[1]] for row in reader.rows if row[1]]


def _rate(numbers: Numbers, of_served: float | None) -> str:
    """A rate, or counts while these are small."""
    seen, converted = numbers[1:3]
    if not seen:
        return "–"
    if seen < 100:
        return "too few" if seen < 8 else f"{converted} of {seen}"
    share = "" if of_served is None else f" {percent(of_served)} of page loads"
    return percent(converted / seen) + share


def _check_funnel(reader: Reader, page: str) -> None:
    stages, rows = expecting.marked(reader), reader.rows
    steps = list(stages)
    if any(row[5] for row in rows):
        steps.append(("Sign-ups in total", [row[4] for row in rows]))
        steps.append(("View not recorded", [row[5] for row in rows]))
    several = len(rows) > 1
    head = ["Step", *reader.names, *(["All"] if several else [])]
    body = [
        [name, *map(whole, counts), *([whole(sum(counts))] if several else [])]
        for name, counts in steps
    ]
    assert table(page, FUNNEL) == [head, *body]
    if any(row[0] for row in rows):
        bars = [trace["x"] for trace in figure(page, "funnel")]
        assert bars == [[counts[k] for _, counts in stages] for k in range(len(rows))]


def _check_sentences(reader: Reader, page: str) -> None:
    total = expecting.added(reader.rows)
    if total[0]:
        visitors = "visitor" if total[1] == 1 else "visitors"
        said = f"{whole(total[2])} of {whole(total[1])} {visitors} {reader.plan.act}."
        assert said in plain(page)
    if "data-now=" in page:
        assert f'data-seen="{total[1]}"' in page
        assert f'data-signups="{total[2]}"' in page
        now = reader.browser.get(f"/experiments/{reader.experiment_id}/results/now.json").get_json()
        assert (now["seen"], now["signups"]) == total[1:3]


def large_rate(numbers: Numbers) -> str:
    return percent(numbers[2] / numbers[1]) if numbers[1] >= 100 else "too few"
