"""Costs on the page of visitors: who may see and change them, and what they say."""

import csv
import io

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.everywhere.reading import plain, shown
from wbtest.publishing.models import Experiment
from wbtest.results.costs import spends_of

LINE = {"source": "newsletter", "first": "2027-03-01", "last": "2027-03-07", "amount": "100.80",
        "currency": "GBP"}  # fmt: skip
PAID = ["newsletter", "£100.80", "£0.25", "£2.10"]
TOTALS = [
    ["Paid sources", "£100.80", "£0.25", "£2.10"],
    ["All sources", "£100.80", "£0.23", "£2.02"],
]


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Five days of visitors, some of whom come for nothing."""
    experiment = begin(sources=("newsletter",))
    count_day(experiment, 0, seen=350, converted=48, served=400)
    count_day(experiment, 0, seen=30, converted=2, source="direct")
    now.turn(days=4)
    return experiment


@pytest.fixture
def place(experiment: Experiment) -> str:
    return f"/experiments/{experiment.id}"


@pytest.fixture
def editor(client: Browser, team: Team) -> Browser:
    log_in(client, team.editor)
    return client


def test_an_editor_types_a_line_and_sees_what_a_sign_up_cost(place, editor: Browser):
    answer = editor.send(f"{place}/spend", LINE)
    page = editor.get(f"{place}/results/visitors").text

    assert (answer.status_code, answer.location) == (
        303,
        f"{place}/results/visitors#costs",
    )
    assert shown(page, "Costs by source") == [
        PAID,
        ["direct", "–", "–", "–"],
        *TOTALS,
    ]


def test_the_result_says_what_a_sign_up_cost(place, editor: Browser):
    assert "View costs" not in editor.get(f"{place}/results").text
    editor.send(f"{place}/spend", LINE)
    page = plain(editor.get(f"{place}/results").text)

    assert "£2.02 per sign-up £100.80 spent. View costs" in page


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"amount": "much"}, "Enter an amount like 1234.50."),
        ({"first": "3 March"}, "Enter a day like 2027-03-31."),
        ({"last": "2027-02-28"}, "The last day is before the first."),
    ],
)
def test_a_wrong_line_is_told_at_its_field_and_kept(place, experiment, editor, parts, said):
    answer = editor.send(f"{place}/spend", LINE | parts)

    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="newsletter"' in answer.text
    assert spends_of(experiment) == []


def test_the_second_line_needs_no_currency(place, experiment, editor: Browser):
    editor.send(f"{place}/spend", LINE)
    editor.send(f"{place}/spend", LINE | {"currency": ""})

    assert [line.currency for line in spends_of(experiment)] == ["GBP", "GBP"]


def test_a_line_is_deleted(place, experiment, editor: Browser):
    editor.send(f"{place}/spend", LINE)
    [line] = spends_of(experiment)
    path = f"{place}/spend/{line.key}/delete"
    assert path in editor.get(f"{place}/results/visitors").text
    editor.send(path)

    assert spends_of(experiment) == []
    assert editor.send(path).status_code == 404


def test_the_lines_are_downloaded_as_csv(place, editor: Browser):
    editor.send(f"{place}/spend", LINE | {"last": ""})
    [row] = csv.DictReader(io.StringIO(editor.get(f"{place}/spend.csv").text, newline=""))

    assert [*row.values()][:6] == ["newsletter", *2 * ["2027-03-01"], "100.80", "GBP", "Editor"]


def test_who_only_reads_sees_the_lines_and_no_form(place, team: Team, editor: Browser):
    editor.send(f"{place}/spend", LINE)
    log_in(editor, team.viewer)
    main = editor.get(f"{place}/results/visitors").text.partition("<main")[2]

    assert "Costs so far" in main
    assert f'{place}/spend"' not in main
    assert editor.send(f"{place}/spend", LINE).status_code == 403


def test_before_the_start_there_is_nothing_to_enter(revision, team: Team, editor: Browser):
    path = f"/experiments/{make_experiment(revision, team.editor).id}/spend"

    assert editor.send(path, LINE).status_code == 409
    assert editor.get(f"{path}.csv").status_code == 409
