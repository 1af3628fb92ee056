"""The pages of what is built: who reads, who writes, what they say, and the files."""

import csv
import io

import pytest

from tests.conftest import Browser
from tests.factories import Team, log_in, make_approval, make_release, make_revision, make_running
from tests.results.learning.conftest import settle
from tests.results.yardstick.conftest import HEADLINE, SOLUTION, put, typed
from wbtest.results.yardstick import views
from wbtest.results.yardstick.items import add_item, change_item
from wbtest.results.yardstick.scope import changes_of, items_of
from wbtest.writing.models import Release

ROLES = ("viewer", "editor", "approver", "owner")
READING = ("scope", "scope.md", "scope.csv")
FIELDS = {"title": "Photo", "note": "", "state": "planned", "serves": [SOLUTION], "read": "1"}


@pytest.fixture
def place(release: Release) -> str:
    return f"/releases/{release.id}"


@pytest.mark.parametrize("role", ROLES)
def test_every_member_reads_and_an_editor_writes(role, release, place, team, client: Browser):
    item = put(release, team.editor, "Plan")
    put(release, team.editor, "Points")
    log_in(client, getattr(team, role))
    may = role != "viewer"

    assert {client.get(f"{place}/{page}").status_code for page in READING} == {200}
    for page in (f"{place}/scope/new", f"/scope-items/{item.id}"):
        assert client.get(page).status_code == (200 if may else 403)
    move = {"way": "up", "place": "1"}
    assert client.send(f"{place}/scope/new", FIELDS).status_code == (303 if may else 403)
    assert client.send(f"/scope-items/{item.id}/move", move).status_code == (303 if may else 403)
    changed = client.send(f"/scope-items/{item.id}", FIELDS | {"title": "Week plan"})
    assert changed.status_code == (303 if may else 403)
    assert len(items_of(release)) == 2 + may


def test_another_workspace_finds_nothing(release, place, team, strangers, client: Browser):
    item = put(release, team.editor)
    log_in(client, strangers.owner)

    for page in (*(f"{place}/{name}" for name in READING), f"{place}/scope/new"):
        assert client.get(page).status_code == 404
    for path in (f"{place}/scope/new", f"/scope-items/{item.id}", f"/scope-items/{item.id}/move"):
        assert client.send(path, FIELDS | {"way": "up"}).status_code == 404
    assert len(changes_of(release)) == 1


def test_nobody_is_asked_to_log_in(place, client: Browser):
    assert client.get(f"{place}/scope").location.startswith("/login")
    assert client.get("/scope-items/1").location.startswith("/login")


def test_the_page_counts_drift_and_gaps_in_one_sentence(release, place, team, client: Browser):
    put(release, team.editor, "Loyalty points")
    put(release, team.editor, "Photo", SOLUTION, HEADLINE)
    log_in(client, team.viewer)

    page = client.get(f"{place}/scope").text

    assert "1 of 2 items serves nothing the customer was promised; 4 promises have no item." in page
    assert "Drift: serves nothing" in page
    assert "added “Loyalty points” (serves nothing)" in page
    assert "There is no go decision yet" in page


def test_the_page_says_when_the_go_came(release, place, team: Team, client: Browser):
    settle(make_running(release.revisions[0], team.editor, team.approver), team, "go")
    log_in(client, team.viewer)

    page = client.get(f"{place}/scope").text

    assert "Go was decided on 1 March 2027 by Approver, on revision 1." in page


def test_words_that_are_gone_are_struck_and_can_be_taken_away(release, place, team, client):
    plan = put(release, team.editor, "Plan", HEADLINE)
    later = make_revision(team.editor, release=release, headline="Six dinners at home")
    make_approval(later, team.approver)
    log_in(client, team.editor)

    assert "these words are gone from the text" in client.get(f"{place}/scope").text
    assert "No longer in the approved text" in client.get(f"/scope-items/{plan.id}").text
    client.send(f"/scope-items/{plan.id}", FIELDS | {"title": "Plan", "serves": []})
    assert items_of(release)[0].serves == []


def test_a_gap_leads_to_an_item_that_serves_it(place, team: Team, client: Browser):
    log_in(client, team.editor)
    address = f"{place}/scope/new?serves={HEADLINE}"

    assert address in client.get(f"{place}/scope").text
    page = client.get(address).text
    assert page.count("checked") == 1


def test_what_was_typed_stays_when_somebody_was_faster(release, place, team, client: Browser):
    item = put(release, team.editor)
    change_item(item, team.owner, typed("Photo", state="done"), 1)
    log_in(client, team.editor)

    answer = client.send(f"/scope-items/{item.id}", FIELDS | {"title": "Snapshot"})

    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.text
    assert 'value="Snapshot"' in answer.text
    again = client.send(f"/scope-items/{item.id}", FIELDS | {"title": "Snapshot", "read": "2"})
    assert again.status_code == 303


def test_a_double_click_on_the_form_adds_once(release, place, team: Team, client: Browser):
    log_in(client, team.editor)

    for _ in range(2):
        assert client.send(f"{place}/scope/new", FIELDS).status_code == 303

    assert len(items_of(release)) == 1


def test_a_nameless_item_comes_back_with_its_ticks(place, team: Team, client: Browser):
    log_in(client, team.editor)

    answer = client.send(f"{place}/scope/new", FIELDS | {"title": ""})

    assert answer.status_code == 422
    assert "Name what will be built." in answer.text
    assert answer.text.count("checked") == 1


@pytest.mark.parametrize("place_typed", ["", "²", "99999999999999999999", "-1", "x"])
def test_a_move_from_nowhere_moves_nothing(release, team, place_typed, client: Browser):
    item = put(release, team.editor)
    put(release, team.editor, "Plan")
    log_in(client, team.editor)

    answer = client.send(f"/scope-items/{item.id}/move", {"way": "down", "place": place_typed})

    assert answer.status_code == 303
    assert [each.title for each in items_of(release)] == ["Photo", "Plan"]


def test_before_an_approval_the_page_says_the_next_step(team: Team, client: Browser):
    release = make_release(team.editor)
    log_in(client, team.editor)

    page = client.get(f"/releases/{release.id}/scope")
    assert (page.status_code, "Nothing is approved yet" in page.text) == (200, True)
    assert client.get(f"/releases/{release.id}/scope.csv").status_code == 404
    assert client.send(f"/releases/{release.id}/scope/new", FIELDS).status_code == 409


def test_an_empty_list_begins_with_its_first_item(place, team: Team, client: Browser):
    log_in(client, team.editor)

    assert "Add the first item" in client.get(f"{place}/scope").text


def test_the_table_has_a_row_for_each_item_and_no_formula(release, place, team, client: Browser):
    add_item(release, team.editor, typed("=HYPERLINK(1)", note="@SUM(A1)"))
    put(release, team.editor, "Photo", SOLUTION)
    log_in(client, team.viewer)

    answer = client.get(f"{place}/scope.csv")

    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[1] == ["'=HYPERLINK(1)", "'@SUM(A1)", "planned", "", "serves nothing"]
    assert rows[2][3] == "One photo, two questions, five dinners of 30 minutes. (Solution)"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_changes_are_read_a_page_at_a_time(release, place, team, client: Browser, monkeypatch):
    monkeypatch.setattr(views, "CHANGES_AT_ONCE", 2)
    for title in ("Photo", "Plan", "Points"):
        put(release, team.editor, title)
    log_in(client, team.viewer)
    newest, oldest = (
        client.get(f"{place}/scope?page={page}").text.partition("What changed")[2]
        for page in (1, 99)
    )

    assert ("“Points”" in newest, "“Plan”" in newest, "“Photo”" in newest) == (True, True, False)
    assert ("“Points”" in oldest, "“Plan”" in oldest, "“Photo”" in oldest) == (False, False, True)
    assert "page=2#changes" in newest


def test_the_markdown_has_the_list_the_gaps_and_the_changes(release, place, team, client: Browser):
    add_item(release, team.editor, typed("Photo", SOLUTION, state="done", note="# now"))
    log_in(client, team.viewer)

    text = client.get(f"{place}/scope.md").text

    assert "- [x] **Photo** (done)\n  \\# now\n  - serves “One photo" in text
    assert "## Promises without an item\n\n- “Five weeknight dinners" in text
    assert "- 1 March 2027: Editor added “Photo” (serves 1 sentence)\n" in text
    assert "There is no go decision yet." in text


def test_what_was_typed_is_never_markup(release, place, team: Team, client: Browser):
    item = add_item(release, team.editor, typed("<script>x", note="<img src=x>"))
    log_in(client, team.editor)

    for path in (f"{place}/scope", f"/scope-items/{item.id}", f"{place}/preview"):
        page = client.get(path).text
        assert "<script>x" not in page
        assert "<img src=x>" not in page


def test_the_release_leads_to_its_list(release, place, team: Team, client: Browser):
    put(release, team.editor)
    log_in(client, team.viewer)

    for page in (f"{place}/preview", f"{place}/revisions/1"):
        assert f"{place}/scope" in client.get(page).text
