"""Every idea by its stage, and what waits for the reader."""

import re
from html import unescape

import pytest

from tests.conftest import Browser, HandClock
from tests.copies import Copier
from tests.factories import (
    Team,
    log_in,
    make_decision,
    make_experiment,
    make_release,
    make_revision,
    make_running,
)
from tests.ideas.conftest import Ideas
from tests.results.crowd import count_day
from tests.statements import counted
from wbtest.extensions import db
from wbtest.ideas import idea_list
from wbtest.publishing import lifecycle
from wbtest.review.approvals import approve
from wbtest.review.review_requests import ask_for_review
from wbtest.writing.models import Revision

PLACE = re.compile(r'<a href="/releases/(\d+)">')


def stages(client: Browser, query: str = "") -> dict[str, list[str]]:
    """The names of the ideas that the page lists, by the heading of their stage."""
    page = client.get(f"/ideas{query}").text
    return {
        unescape(part.partition(" <span")[0]): re.findall(r"<b><bdi>(.*?)</bdi></b>", part)
        for part in re.split(r'<h2 id="stage-\w+">', page)[1:]
    }


def line(client: Browser, name: str) -> str:
    """What the list says of an idea, with the address it leads to."""
    page = client.get("/ideas").text
    row = next(
        part for part in page.split('<li class="idea-row">')[1:] if f"<bdi>{name}</bdi></b>" in part
    )
    link = re.search(r'href="(.*?)"', row)
    assert link
    words = re.sub(r"<[^>]+>", " ", row.partition("</li>")[0])
    return " ".join([link[1], *unescape(words).split()])


@pytest.fixture
def viewer(team: Team, client: Browser) -> Browser:
    log_in(client, team.viewer)
    return client


def test_each_idea_is_listed_once_in_its_stage(ideas: Ideas, viewer: Browser):
    found = stages(viewer)

    assert [*found] == ["Writing", "Testing", "To decide", "Done"]
    assert found["Writing"] == ["Nightbus"]
    assert [len(found[stage]) for stage in ("Testing", "To decide", "Done")] == [1, 1, 2]


def test_a_text_that_is_read_is_in_review_and_then_approved(
    team: Team, viewer: Browser, now: HandClock
):
    revision = make_revision(team.editor, product="Kiln")
    assert stages(viewer) == {"Writing": ["Kiln"]}

    ask_for_review(revision, team.editor)
    assert "/releases/1/revisions/1" in line(viewer, "Kiln")
    assert "Revision 1 in review" in line(viewer, "Kiln")
    approve(revision, team.approver)

    assert stages(viewer) == {"Approved": ["Kiln"]}


def test_an_idea_whose_test_is_set_up_leads_to_it(team: Team, revision: Revision, viewer: Browser):
    draft = make_experiment(revision, team.editor)

    assert stages(viewer) == {"Approved": ["Larder"]}
    assert line(viewer, "Larder").startswith(f"/experiments/{draft.id} ")
    assert "Test being set up" in line(viewer, "Larder")


def test_a_running_test_says_its_day_and_its_figures(
    team: Team, revision: Revision, viewer: Browser, now: HandClock
):
    running = make_running(revision, team.editor, team.approver)
    count_day(running, 0, seen=40, converted=3)
    now.turn(days=1, hours=1)

    said = line(viewer, "Larder")
    assert said.startswith(f"/experiments/{running.id}/results ")
    assert "Running, day 2 · 3 of 40, target" in said


def test_a_decided_idea_says_what_and_why(team: Team, revision: Revision, viewer: Browser):
    over = make_running(revision, team.editor, team.approver)
    lifecycle.end(over, team.owner)
    make_decision(over, team.owner, team.approver, "stop", "Nobody came to see it.")

    assert stages(viewer) == {"Done": ["Larder"]}
    assert "Stopped · Nobody came to see it." in line(viewer, "Larder")


def test_words_find_an_idea_by_its_text_and_its_reason(ideas: Ideas, viewer: Browser):
    assert stages(viewer, "?q=FIRE+kiln") == {"Done": ["Kiln"]}
    assert "No idea mentions “zebra”." in unescape(viewer.get("/ideas?q=zebra").text)


def test_a_long_list_goes_on_on_another_page(
    team: Team, viewer: Browser, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(idea_list, "AT_ONCE", 2)
    for product in ("Larder", "Kiln", "Nightbus"):
        make_release(team.editor, product=product)

    assert [len(stages(viewer, f"?page={page}")["Writing"]) for page in (1, 2, 99)] == [2, 1, 1]


def test_fifty_ideas_are_shown_at_a_time_and_none_of_them_twice(team: Team, viewer: Browser):
    make_release(team.editor)
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        Copier(connection).copy(("releases",), 50)

    places = [
        *(
            place
            for page in (1, 2)
            for place in PLACE.findall(viewer.get(f"/ideas?page={page}").text)
        )
    ]

    assert sorted(map(int, places)) == [*range(1, 52)]


def test_two_open_pages_of_one_source_are_warned_of(
    team: Team, revision: Revision, viewer: Browser
):
    for slug in ("one", "two"):
        other = make_revision(team.editor, product=slug)
        approve(other, team.approver)
        make_running(other, team.editor, team.approver, slug=slug, sources=("newsletter",))

    assert "“newsletter” sends people to both /p/one and /p/two" in unescape(
        viewer.get("/ideas").text
    )


@pytest.mark.parametrize(("name", "may_write"), [("editor", True), ("viewer", False)])
def test_without_an_idea_the_page_says_what_to_do(
    team: Team, client: Browser, name: str, may_write: bool
):
    log_in(client, getattr(team, name))
    page = client.get("/ideas").text

    assert ("Step 1 of 7" in page, "No ideas yet" in page) == (may_write, not may_write)
    assert ('href="/releases/new"' in page) is may_write


def test_what_was_typed_is_never_markup(team: Team, viewer: Browser):
    make_release(team.editor, product="<b>Kiln</b>", headline="<script>alert(1)</script>")
    page = viewer.get("/ideas?q=%3Cb%3Ekiln").text

    assert "<b>Kiln" not in page
    assert "<script>alert" not in page


def test_one_idea_more_costs_the_page_no_query(team: Team, viewer: Browser):
    def statements() -> int:
        with counted() as found:
            assert viewer.get("/ideas").status_code == 200
        return len(found)

    def add(product: str) -> None:
        revision = make_revision(team.editor, product=product)
        approve(revision, team.approver)
        make_running(revision, team.editor, team.approver, slug=product)

    add("larder")
    statements()
    one = statements()
    for product in ("kiln", "nightbus"):
        add(product)

    assert statements() == one
