"""The portfolio over HTTP: who sees it, what it says, what the address asks for, what it costs."""

import csv
import io
import json
import re

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_release, make_revision
from tests.ideas.conftest import Ideas
from tests.results.states import States
from tests.statements import counted
from wbtest.ideas import idea_list
from wbtest.review.approvals import stop_release

CHART = "/ideas?view=chart"
PATHS = (CHART, "/ideas.csv")


@pytest.fixture
def viewer(client: Browser, team: Team) -> Browser:
    log_in(client, team.viewer)
    return client


def rows(client: Browser, query: str = "") -> list[dict[str, str]]:
    text = client.get(f"/ideas.csv{query}").text
    return list(csv.DictReader(io.StringIO(text, newline="")))


def words(client: Browser, query: str = "") -> str:
    """What the page says, without its markup."""
    main = client.get(f"{CHART}{query}").text.partition("<main")[2]
    return " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", main, flags=re.DOTALL).split())


def test_every_member_reads_it_and_nobody_else(ideas, team: Team, client: Browser):
    assert all(client.get(path).location.startswith("/login") for path in PATHS)
    for person in (team.viewer, team.editor, team.approver, team.owner):
        log_in(client, person)
        assert {client.get(path).status_code for path in PATHS} == {200}


def test_one_sentence_tells_how_far_every_idea_got(ideas: Ideas, viewer: Browser):
    said = words(viewer)

    assert "5 ideas: 1 writing, 1 testing, 1 to decide, 2 stopped." in said
    assert (
        "Stopping 2 ideas took 22 days in all. Building one of them was estimated at three months."
        in said
    )
    assert "3 ideas have a test: 1 above target, 1 undecided and 1 below target." in said


def test_what_needs_the_team_comes_first_and_stops_come_last(ideas: Ideas, viewer: Browser):
    stages = [row["stage"] for row in rows(viewer)]
    assert stages == ["decide", "testing", "writing", "done", "done"]
    assert "Target met" in words(viewer)


def test_a_stop_on_paper_is_honoured_in_days(ideas: Ideas, viewer: Browser):
    said = words(viewer, "&stage=done")

    assert "Stopped after 11 days, not three months of building" in said
    assert "Stopped after 11 days Nobody pays for it." in said


def test_without_a_guess_a_stop_is_told_in_days_alone(team: Team, viewer: Browser, now: HandClock):
    revision = make_revision(team.editor, product="Kiln")
    now.turn(days=4)
    stop_release(revision, team.approver, "No fire.")

    assert "Stopped after 4 days No fire." in words(viewer)
    assert "of building" not in words(viewer)


def test_the_chart_holds_each_interval_against_its_own_target(ideas: Ideas, viewer: Browser):
    page = viewer.get(CHART).text
    figure = json.loads(re.search(r'id="figure-bars">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    first = rows(viewer)[0]
    ends = [float(first[end]) / float(first["target"]) for end in ("decision_low", "decision_high")]

    (line,) = figure["layout"]["shapes"]
    assert (line["x0"], line["x1"]) == (1, 1)
    assert figure["data"][0]["x"][:2] == pytest.approx(ends)
    assert ends[0] > 1
    assert figure["data"][0]["line"]["color"] == "var(--go)"
    assert "above<br>target" in [note["text"] for note in figure["layout"]["annotations"]]


def test_of_an_idea_that_few_saw_the_chart_shows_the_counts_alone(
    states: States, viewer: Browser, now: HandClock
):
    states.few()
    now.turn(days=2)
    page = viewer.get(CHART).text
    figure = json.loads(re.search(r'id="figure-bars">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    floors, dots = figure["data"]

    assert (len(floors["x"]), dots["x"]) == (1, [])
    assert "2 of 22 too few for a rate, target" in words(viewer)


def test_the_address_chooses_a_stage_and_words(ideas: Ideas, viewer: Browser):
    assert [row["idea"] for row in rows(viewer, "?stage=writing")] == ["Nightbus"]
    assert [row["idea"] for row in rows(viewer, "?q=FIRE+kiln")] == ["Kiln"]
    assert [row["newest_test"] for row in rows(viewer, "?q=not-met&stage=done")] == ["not-met"]
    assert len(rows(viewer, "?stage=nonsense&page=x")) == 5
    assert "No idea here mentions “zebra”" in words(viewer, "&stage=done&q=zebra")


def test_a_page_holds_as_many_ideas_as_it_can_and_names_the_others(
    team: Team, viewer: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(idea_list, "AT_ONCE", 2)
    for product in ("Larder", "Kiln", "Nightbus"):
        make_release(team.editor, product=product)

    assert "Page 1 of 2 Next page" in words(viewer)
    assert "Previous page Page 2 of 2" in words(viewer, "&page=99")
    assert len(rows(viewer)) == 3


def test_ideas_without_a_test_have_no_chart_and_say_so(team: Team, viewer: Browser):
    make_release(team.editor, product="Nightbus")
    page = viewer.get(CHART).text

    assert "1 idea: 1 writing." in page
    assert "No idea has been tested yet." in page
    assert "plotly-basic" not in page


def test_an_editor_without_ideas_is_shown_the_first_step(team: Team, client: Browser):
    log_in(client, team.editor)

    assert 'href="/releases/new"' in client.get(CHART).text


def test_what_was_typed_is_never_markup(team: Team, viewer: Browser):
    make_release(team.editor, product="<b>Kiln</b>", headline="<script>alert(1)</script>")
    page = viewer.get(f"{CHART}&q=%3Cb%3Ekiln").text

    assert "<b>Kiln" not in page
    assert "<script>alert" not in page
    assert 'value="&lt;b&gt;kiln"' in page


def test_settled_ideas_cost_a_page_no_query(ideas: Ideas, another_stopped, viewer: Browser):
    viewer.get(CHART)
    with counted() as few:
        viewer.get(CHART)
    for number in range(3):
        another_stopped(f"more-{number}")
    with counted() as more:
        viewer.get(CHART)

    assert len(more) == len(few)


def test_a_page_judges_no_more_than_it_shows(
    states, viewer: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(idea_list, "AT_ONCE", 2)
    for number in range(2):
        states.begin(f"test-{number}")
    viewer.get(CHART)
    with counted() as few:
        viewer.get(CHART)
    for number in range(2, 6):
        states.begin(f"test-{number}")
    with counted() as more:
        viewer.get(CHART)

    assert len(more) == len(few)
