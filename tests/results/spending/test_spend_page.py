"""The page about money over HTTP: who may see and change it, and what it says."""

import csv
import io

import pytest
from flask import current_app, render_template

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_experiment
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.everywhere.reading import shown
from tests.statements import counted
from wbtest.publishing.models import Experiment
from wbtest.results.spending.showing import spending_of
from wbtest.results.spending.spends import spends_of

LINE = {"source": "newsletter", "first": "2027-03-01", "last": "2027-03-07", "amount": "£100.80",
        "note": "the <b>issue</b>", "currency": "GBP"}  # fmt: skip
CSV = "newsletter;2027-03-01;2027-03-07;100,80;an issue\nflyer;2027-03-02;;50;\n"
PAGES = ("spend", "spend.csv", "costs.csv")
FORMS = ("spend", "spend/lines", "spend/delete")


@pytest.fixture
def experiment(begin: Start, now: HandClock) -> Experiment:
    """Five days of visitors, some of whom come for nothing."""
    experiment = begin(sources=("newsletter",))
    count_day(experiment, 0, seen=350, converted=48, served=400, confirmed=20)
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


def table(client: Browser, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(path).text, newline="")))


def test_every_member_reads_it_and_nobody_else(place, team: Team, strangers: Team, client: Browser):
    paths = [f"{place}/{page}" for page in PAGES]
    assert all(client.get(path).location.startswith("/login") for path in paths)
    for person, status in ((team.viewer, 200), (team.editor, 200), (strangers.owner, 404)):
        log_in(client, person)
        assert {client.get(path).status_code for path in paths} == {status}


def test_only_who_may_edit_changes_it(
    place, experiment, team: Team, strangers: Team, client: Browser
):
    paths = [f"{place}/{form}" for form in FORMS]
    assert all(client.send(path, LINE).location.startswith("/login") for path in paths)
    for person, status in ((team.viewer, 403), (strangers.owner, 404)):
        log_in(client, person)
        assert {client.send(path, LINE).status_code for path in paths} == {status}
    assert spends_of(experiment) == []


def test_without_a_token_nothing_is_changed(place, experiment, editor: Browser):
    answers = [editor.post(f"{place}/{form}", data=LINE) for form in FORMS]

    assert {answer.status_code for answer in answers} == {400}
    assert spends_of(experiment) == []


def test_an_editor_types_a_line_and_sees_what_a_sign_up_cost(place, editor: Browser):
    answer = editor.send(f"{place}/spend", LINE)
    page = editor.get(f"{place}/spend").text

    assert (answer.status_code, answer.location) == (303, f"{place}/spend")
    assert "One line is stored: £100.80." in page
    assert "“newsletter”: £2.10 a sign-up, between £1.62 and £2.75." in page
    assert "the &lt;b&gt;issue" in page
    assert "runs on until 7 March: its visitors are still coming" in page
    assert shown(page, "Costs by source") == [
        ["newsletter £100.80 spent", "£2.10 £1.62 to £2.75 48 signed up",
         "£5.04 £3.32 to £7.73 20 confirmed", "£0.25 400 came"],
        ["direct nothing spent does not count in the verdict", "– 2 signed up",
         "– nobody confirmed", "– 30 came"],
        ["All that cost money £100.80 spent", "£2.10 £1.62 to £2.75 48 signed up",
         "£5.04 £3.32 to £7.73 20 confirmed", "£0.25 400 came"],
        ["Everybody £100.80 spent who cost nothing included",
         "£2.02 £1.56 to £2.62 50 signed up",
         "£5.04 £3.31 to £7.73 20 confirmed", "£0.23 430 came"],
    ]  # fmt: skip


def test_who_only_reads_sees_the_table_and_no_form(
    place, experiment, team: Team, editor: Browser, client: Browser
):
    editor.send(f"{place}/spend", LINE)
    log_in(client, team.viewer)
    main = client.get(f"{place}/spend").text.partition("<main")[2]

    assert "What was entered" in main
    assert "the &lt;b&gt;issue" in main
    assert "<form" not in main
    assert "csrf_token" not in main


def test_a_typed_line_of_no_use_is_told_at_its_field(place, experiment, editor: Browser):
    answer = editor.send(f"{place}/spend", LINE | {"amount": "€5", "first": "2027-03-02"})

    assert answer.status_code == 422
    assert "“€5” is not in GBP" in answer.text
    assert 'value="2027-03-02"' in answer.text
    assert spends_of(experiment) == []


def test_a_pasted_table_is_stored_once_and_says_so(place, experiment, editor: Browser):
    lines = {"lines": CSV, "currency": "GBP"}
    editor.send(f"{place}/spend/lines", lines)
    first = editor.get(f"{place}/spend").text
    editor.send(f"{place}/spend/lines", lines)
    second = editor.get(f"{place}/spend").text

    assert "2 lines are stored: £150.80 in all." in first
    assert "£50.00 went to “flyer”, and nobody came from there." in first
    assert "2 lines were there already, word for word, and are not stored twice." in second
    assert len(spends_of(experiment)) == 2


def test_a_file_is_read_like_what_is_typed(place, experiment, editor: Browser):
    file = io.BytesIO(CSV.encode("utf-8-sig")), "spend.csv"
    answer = editor.send(f"{place}/spend/lines", {"file": file, "currency": "EUR"})

    assert answer.status_code == 303
    assert [spend.amount for spend in spends_of(experiment)] == [10_080, 5_000]


def test_one_wrong_line_keeps_all_from_being_stored(place, experiment, editor: Browser):
    file = io.BytesIO(f"{CSV}x;yesterday;;5;".encode()), "spend.csv"
    answer = editor.send(f"{place}/spend/lines", {"file": file, "currency": "EUR"})

    assert answer.status_code == 422
    assert "Line 3: “yesterday” is no day we can read for certain." in answer.text
    # The file can be mended on the page.
    assert "x;yesterday" in answer.text
    assert spends_of(experiment) == []


def test_a_text_and_a_file_at_once_are_refused(place, editor: Browser):
    fields = {"lines": CSV, "file": (io.BytesIO(CSV.encode()), "spend.csv"), "currency": "EUR"}
    answer = editor.send(f"{place}/spend/lines", fields)

    assert answer.status_code == 422
    assert "Send the text or the file, not both." in answer.text


def test_a_text_in_the_place_of_the_file_is_no_file(place, editor: Browser):
    answer = editor.send(f"{place}/spend/lines", {"file": CSV, "currency": "EUR"})

    assert answer.status_code == 422
    assert "not both" not in answer.text


def test_ticked_lines_are_deleted(place, experiment, editor: Browser):
    editor.send(f"{place}/spend/lines", {"lines": CSV, "currency": "GBP"})
    [flyer] = [spend for spend in spends_of(experiment) if spend.source == "flyer"]
    editor.send(f"{place}/spend/delete", {"line": f"{flyer.sending}.{flyer.place}"})

    assert "One line is deleted." in editor.get(f"{place}/spend").text
    assert [spend.source for spend in spends_of(experiment)] == ["newsletter"]


def test_lines_that_came_together_are_taken_back_together(place, experiment, editor: Browser):
    editor.send(f"{place}/spend/lines", {"lines": CSV, "currency": "GBP"})
    sending = spends_of(experiment)[0].sending
    assert "Delete these 2" in editor.get(f"{place}/spend").text
    editor.send(f"{place}/spend/delete", {"sending": sending})

    assert "2 lines are deleted." in editor.get(f"{place}/spend").text
    assert spends_of(experiment) == []


def test_deleting_nothing_says_so(place, editor: Browser):
    for line in ("", "elsewhere.0", "x.99999999999999999999", "nothing"):
        editor.send(f"{place}/spend/delete", {"line": line})
        assert "Tick what to delete." in editor.get(f"{place}/spend").text


def test_the_file_of_lines_can_be_brought_in_again(place, experiment, editor: Browser):
    editor.send(f"{place}/spend/lines", {"lines": f"{CSV}x;2027-03-01;;5;=1+1", "currency": "GBP"})
    file = editor.get(f"{place}/spend.csv").data
    editor.send(f"{place}/spend/lines", {"file": (io.BytesIO(file), "spend.csv")})

    assert "3 lines were there already" in editor.get(f"{place}/spend").text
    assert len(spends_of(experiment)) == 3


def test_the_file_of_costs_says_what_the_page_says(place, editor: Browser):
    editor.send(f"{place}/spend", LINE)
    newsletter, direct, paid, everybody = table(editor, f"{place}/costs.csv")

    assert newsletter["per_signup"] == "2.1"
    assert float(newsletter["per_signup_low"]) == pytest.approx(1.62, abs=0.005)
    assert (newsletter["counts"], direct["counts"], direct["per_signup"]) == ("yes", "no", "")
    assert (paid["source"], paid["visitors"]) == ("(all that cost)", "400")
    assert (everybody["source"], everybody["visitors"]) == ("(everybody)", "430")


def test_the_dashboard_is_given_the_sentence_and_a_way_on(place, experiment, editor: Browser):
    def part() -> str:
        with current_app.test_request_context():
            spending = spending_of(experiment)
            parts = {"experiment": experiment, "spending": spending}
            return render_template("results/spending/_part.html", **parts)

    assert "Say what you spent on each source" in part()
    editor.send(f"{place}/spend", LINE)
    assert "“newsletter”: £2.10 a sign-up, between £1.62 and £2.75." in part()
    assert f'href="{place}/spend">£100.80 spent: costs by source' in part()


def test_a_viewer_sees_no_form(place, experiment, team: Team, client: Browser):
    log_in(client, team.viewer)
    page = client.get(f"{place}/spend").text

    assert "Nothing is entered yet" in page
    assert "csrf_token" not in page.partition("<main")[2]


def test_before_the_start_there_is_nothing_to_enter(revision, team: Team, editor: Browser):
    draft = make_experiment(revision, team.editor)
    path = f"/experiments/{draft.id}/spend"

    assert "The test has not started" in editor.get(path).text
    assert editor.send(path, LINE).status_code == 409
    assert editor.get(f"{path}.csv").status_code == 409


def test_the_page_asks_the_database_no_more_often_when_there_is_more(place, editor: Browser):
    editor.send(f"{place}/spend", LINE)
    with counted() as few:
        editor.get(f"{place}/spend")
    more = "".join(f"s{n};2027-03-02;;5;\n" for n in range(40))
    editor.send(f"{place}/spend/lines", {"lines": more})
    with counted() as many:
        editor.get(f"{place}/spend")

    assert len(many) <= len(few)
