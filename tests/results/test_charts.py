"""Charts: figures that Plotly accepts, safe in a page, in our colours, from our version."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from tests.results.crowd import count_day, count_days, count_machines
from wbtest.audience.result_counts import Totals
from wbtest.results import charts
from wbtest.results.chart_style import FIGURES_WIDTH, NAMES_WIDTH
from wbtest.results.figures import Results, results_of
from wbtest.results.funnel import funnel_of
from wbtest.results.rate_charts import beliefs, course_chart, course_of, densities
from wbtest.results.segments import Segment, chart_columns, chart_rows

# The tabs draw all of them from every database (test_dashboard_views.py).
pytestmark = pytest.mark.one_database
STATIC = Path(__file__).parents[2] / "static"
VENDOR = STATIC / "vendor"
LATER = datetime(2027, 3, 11, 20, tzinfo=UTC)
EVIL = "</script><b>%{y}&lt;"


class Happened(NamedTuple):
    """Something that the team wrote down."""

    at: datetime
    text: str
    number: int


NOTES = [Happened(datetime(2027, 3, 2, 18, tzinfo=UTC), EVIL, 7)]


def days(results: Results) -> dict[date, Any]:
    return dict(results.days)


def segments(results: Results) -> list[Segment]:
    return [
        Segment(name, tuple(row), name == "newsletter") for name, row in results.sources.items()
    ]


DRAWN = (
    charts.intervals,
    lambda results: charts.evidence(results, NOTES),
    lambda results: course_chart(results, course_of(results), NOTES),
    lambda results: charts.funnel(results, funnel_of(results)),
    lambda results: charts.visits_by_day(results, days(results), NOTES),
    lambda results: charts.signups_by_day(results, days(results), NOTES),
    lambda results: chart_rows(segments(results), results.rule.target),
    lambda results: chart_columns(segments(results), results.rule.target),
    lambda results: beliefs(results, densities(results)),
)


@pytest.fixture
def results(begin) -> Results:
    experiment = begin(variants=(EVIL, "Half the waste"), sources=("newsletter",))
    keys = [variant.key for variant in experiment.variants]
    for key, converted in zip(keys, (3, 9, 14), strict=True):
        count_days(experiment, range(3), key, seen=100, converted=converted, served=117)
    count_day(experiment, 1, keys[0], seen=40, converted=1, source=f"{EVIL}{'x' * 40}")
    count_machines(experiment, 12)
    return results_of(experiment, LATER)


@pytest.fixture
def drawn(results: Results) -> list[str]:
    """Every chart as JSON."""
    return [draw(results) for draw in DRAWN]


def test_plotly_accepts_every_property(drawn):
    for figure in drawn:
        go.Figure(json.loads(figure))


def test_an_experiment_that_nobody_saw_can_be_drawn(begin):
    results = results_of(begin(), LATER)
    for draw in DRAWN:
        go.Figure(json.loads(draw(results)))


def texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a figure, with the name of the property it stands in."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from texts(entry, name)
    elif isinstance(value, list):
        for entry in value:
            yield from texts(entry, key)


def test_nothing_that_was_typed_ends_a_script_or_becomes_markup_or_template(drawn):
    for figure in drawn:
        assert "<" not in figure
        for key, text in texts(json.loads(figure)):
            assert "<" not in text.replace("<extra></extra>", "").replace("<br>", "")
            assert not (key == "hovertemplate" and "script" in text)


def test_every_colour_is_one_that_the_page_gives(drawn):
    given = "".join(sheet.read_text() for sheet in (STATIC / "css").glob("*.css"))
    for figure in drawn:
        named = set(re.findall(r"var\((--[\w-]+)\)", figure))

        assert named
        assert all(f"{name}:" in given for name in named)


def test_the_interval_that_is_drawn_is_the_one_in_the_table(results):
    figure = json.loads(charts.intervals(results))
    bars = [trace["x"] for trace in figure["data"] if trace["mode"] == "lines"]

    assert bars == [list(variant.decision) for variant in results.variants]


def test_the_evidence_ends_where_the_figures_are(results):
    figure = json.loads(charts.evidence(results))

    assert [trace["y"][-1] for trace in figure["data"]] == pytest.approx(
        [variant.log_e_above for variant in results.variants], abs=0.001
    )


def test_the_table_of_the_evidence_ends_where_its_line_does_and_has_each_day(results):
    now, *days = charts.evidence_by_day(results)
    paths = [trace["y"] for trace in json.loads(charts.evidence(results))["data"]]

    assert now == ("Now", pytest.approx([path[-1] for path in paths], abs=0.001))
    assert [day for day, _ in days][-2:] == ["2 March", "1 March"]
    assert days[-1][1] != days[-2][1]


def test_a_long_test_is_drawn_with_few_points(begin):
    experiment = begin()
    count_days(experiment, range(28), seen=20, converted=1)
    years_later = results_of(experiment, datetime(2029, 1, 1, tzinfo=UTC))
    trace = json.loads(charts.evidence(years_later))["data"][0]

    assert len(trace["x"]) <= charts.MOST_POINTS + 1
    assert trace["x"][-1] < "2027-04-01"


def test_text_is_large_enough_for_a_phone(results):
    assert json.loads(charts.intervals(results))["layout"]["font"]["size"] >= 12


def test_the_script_in_the_page_is_of_the_version_that_makes_the_figures():
    version = get_plotlyjs_version()
    page = (STATIC.parent / "templates" / "macros" / "page.html").read_text()

    assert f"vendor/plotly-basic-{version}.min.js" in page
    assert f"vendor/plotly-{version}.css" in page
    assert f"v{version}\n" in (VENDOR / f"plotly-basic-{version}.min.js").read_text()[:200]


def test_vendored_files_are_the_published_ones_with_their_licence():
    sums = [line.split() for line in (VENDOR / "SHA256SUMS").read_text().splitlines()]

    assert {name for _, name in sums} == {
        file.name for file in VENDOR.iterdir() if file.name != "SHA256SUMS"
    }
    assert any("LICENSE" in name for _, name in sums)
    for digest, name in sums:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_no_part_of_a_layout_is_a_shorthand_that_only_python_reads(begin):
    results = results_of(begin(variants=("Kitchen",)), LATER)
    drawn = [draw(results) for draw in DRAWN]

    assert not [key for figure in drawn for key in json.loads(figure)["layout"] if "legend_" in key]


def test_what_is_said_of_points_is_said_for_each_of_them(drawn):
    for figure in drawn:
        told = [each for each in json.loads(figure)["data"] if each.get("hoverinfo") != "skip"]

        assert told
        for trace in told:
            along = trace["x"] if isinstance(trace["x"], list) else trace["y"]
            assert len(trace["customdata"]) == len(along)


def test_what_happened_stands_on_the_charts_over_time(results):
    evidence = json.loads(charts.evidence(results, NOTES))["layout"]
    visits = json.loads(charts.visits_by_day(results, days(results), NOTES))["layout"]

    assert "2027-03-02T18:00" in {shape["x0"] for shape in evidence["shapes"]}
    assert {shape["x0"] for shape in visits["shapes"]} == {"2027-03-02"}
    assert visits["annotations"][0]["text"] == "7"


def test_names_and_figures_have_columns_of_their_own_beside_the_plot(results):
    layout = json.loads(charts.intervals(results))["layout"]
    *rows, floor, target = layout["annotations"]

    assert {each["xshift"] for each in rows if each["xanchor"] == "left"} == {-NAMES_WIDTH}
    assert {each["xshift"] for each in rows if each["xanchor"] == "right"} == {FIGURES_WIDTH}
    assert layout["margin"]["l"] > NAMES_WIDTH
    assert layout["margin"]["r"] > FIGURES_WIDTH
    assert [each["y"] for each in (floor, target)] == [0, 0]
    assert [each["yanchor"] for each in (floor, target)] == ["top", "top"]
    assert layout["xaxis"]["range"][0] == 0


def test_the_funnel_names_each_step_once_and_says_the_share_of_the_step_before(results):
    figure = json.loads(charts.funnel(results, funnel_of(results)))
    said = [each["text"] for each in figure["layout"]["annotations"]]
    places = [y for trace in figure["data"] for y in trace["y"]]

    assert said.count("Seen") == 1
    assert said.count("300 (85%)") == 3
    assert len(places) == len(set(places))


def test_the_course_ends_in_the_interval_of_the_verdict(results):
    for variant, path in zip(results.variants, course_of(results), strict=True):
        assert path[-1].interval == variant.decision
        assert path[-1].counts.rate == variant.rate


def test_a_belief_that_is_endless_at_nobody_squeezes_no_other(begin):
    experiment = begin(variants=("Half the waste",))
    for variant, converted in zip(experiment.variants, (0, 3), strict=True):
        count_day(experiment, 0, variant.key, seen=20, converted=converted)
    found = results_of(experiment, LATER)
    figure = json.loads(beliefs(found, densities(found)))
    endless, other = (max(trace["y"]) for trace in figure["data"])
    _, top = figure["layout"]["yaxis"]["range"]

    assert other < top < 5 * other < endless


def test_few_visitors_are_open_dots(results):
    few = [Segment("x", (Totals(seen=29, converted=3),)), Segment("y", (Totals(seen=30),))]
    trace = json.loads(chart_rows(few, 0.08))["data"][0]

    assert trace["marker"]["symbol"] == ["circle-open", "circle"]
    assert trace["customdata"][0].startswith("x: 3 of 29, between")


@pytest.mark.parametrize(("names", "is_shown"), [((), False), (("Half the waste",), True)])
def test_a_legend_stands_where_there_is_more_than_one_variant(begin, names, is_shown):
    experiment = begin(variants=names)
    for variant in experiment.variants:
        count_day(experiment, 0, variant.key, seen=20, converted=3)
    found = results_of(experiment, LATER)
    figures = (charts.funnel(found, funnel_of(found)), charts.signups_by_day(found, days(found)))

    for figure in figures:
        assert json.loads(figure)["layout"]["showlegend"] is is_shown
