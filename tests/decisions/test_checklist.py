"""The checklist of the release's sentences under a go: saved as one, read by all, exported."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.api.conftest import Program, program_of
from tests.conftest import Browser, HandClock
from tests.decisions.conftest import settle
from tests.factories import LARDER, Team, log_in, make_running
from tests.results.crowd import count_day
from tests.review.test_at_once import at_once
from wbtest.decisions.checklist import (
    LONGEST_NOTE,
    MOST_EXTRA,
    ChecklistMark,
    NoGo,
    by_part,
    find_checklist,
    plain,
    save_checklist,
    sentences_of,
)
from wbtest.decisions.models import ChecklistItem
from wbtest.extensions import db
from wbtest.publishing.experiments import EditConflict
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid

ROLES = ("viewer", "editor", "approver", "owner")
SERVED = ChecklistMark("served", "In spring.")


@pytest.fixture
def go(revision, team: Team, now: HandClock) -> Experiment:
    """A test on which go was decided."""
    experiment = make_running(revision, team.editor, team.approver)
    count_day(experiment, 0, seen=41, converted=3)
    now.turn(days=2)
    settle(experiment, team, "go")
    return experiment


@pytest.fixture
def keys(go: Experiment) -> list[str]:
    return [each.key for each in find_checklist(go).sentences]


def rows() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(ChecklistItem)) or 0


def fields_of(client: Browser, go: Experiment) -> dict[str, Any]:
    """What the form of the checklist has on the page."""
    page = html.fromstring(client.get(f"/experiments/{go.id}/decision").text)
    [form] = page.xpath("//div[@id='build']//form")
    return dict(form.form_values())


def test_before_a_save_every_sentence_is_open(go: Experiment):
    found = find_checklist(go)

    assert set(found.marks.values()) == {ChecklistMark()}
    assert found.summary == (
        f"None of the release’s {len(found.sentences)} sentences is in the build yet."
    )


@pytest.mark.parametrize("choice", ["iterate", "stop"])
def test_without_a_go_there_is_no_checklist(go: Experiment, team: Team, choice: str):
    settle(go, team, choice)

    assert find_checklist(go) is None
    with pytest.raises(NoGo):
        save_checklist(go, {}, ["A shelf"])


def test_what_is_saved_is_marked_noted_and_counted(go: Experiment, keys: list[str]):
    marks = {
        keys[0]: SERVED,
        keys[1]: ChecklistMark("not_served"),
        keys[2]: ChecklistMark("served"),
    }
    save_checklist(go, marks, ["A shelf", "", " A shelf ", "A door"])

    found = find_checklist(go)
    assert (found.marks[keys[0]], found.extra) == (SERVED, ("A shelf", "A door"))
    assert found.summary == (
        f"You’re building what 2 of the release’s {len(keys)} sentences promise, "
        "plus 2 things it doesn’t mention."
    )


def test_one_sentence_and_one_item_are_counted_in_the_singular(go: Experiment, keys: list[str]):
    found = save_checklist(go, {keys[0]: SERVED}, ["A shelf"])

    assert (
        found.summary == f"You’re building what 1 of the release’s {len(keys)} sentences promises, "
        "plus 1 thing it doesn’t mention."
    )


def test_a_save_replaces_all_of_the_one_before(go: Experiment, keys: list[str]):
    save_checklist(go, {keys[0]: SERVED}, ["A shelf"])
    save_checklist(go, {keys[1]: SERVED}, [])

    found = find_checklist(go)
    assert (found.marks[keys[0]], found.marks[keys[1]], found.extra) == (
        ChecklistMark(),
        SERVED,
        (),
    )
    assert rows() == 1


def test_nobody_replaces_what_they_have_not_read(go: Experiment, keys: list[str]):
    read = find_checklist(go).digest
    first = save_checklist(go, {keys[0]: SERVED}, [], read)

    assert save_checklist(go, {keys[0]: SERVED}, [], read) == first
    with pytest.raises(EditConflict):
        save_checklist(go, {}, ["A shelf"], read)
    assert find_checklist(go) == first
    assert save_checklist(go, {}, ["A shelf"], first.digest).extra == ("A shelf",)


@pytest.mark.every_database
def test_four_clicks_at_once_save_once(go: Experiment, keys: list[str], app: Flask):
    key, read = go.id, find_checklist(go).digest
    db.session.rollback()

    def act() -> None:
        test = db.session.get_one(Experiment, key)
        save_checklist(test, {keys[0]: SERVED}, ["A shelf"], read)

    assert at_once(app, act) == []
    assert rows() == 2


@pytest.mark.parametrize(
    ("mark", "extra", "field"),
    [
        (ChecklistMark("maybe"), [], "state-{key}"),
        (ChecklistMark("open", "x" * (LONGEST_NOTE + 1)), [], "note-{key}"),
        (ChecklistMark("open", "a \x07 bell"), [], "note-{key}"),
        (ChecklistMark(), ["x" * (LONGEST_NOTE + 1)], "extra"),
        (ChecklistMark(), [str(number) for number in range(MOST_EXTRA + 1)], "extra"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(go, keys, mark, extra, field):
    with pytest.raises(Invalid) as refused:
        save_checklist(go, {keys[0]: mark}, extra)

    assert (refused.value.field, rows()) == (field.format(key=keys[0]), 0)


def test_a_sentence_that_the_release_does_not_have_is_refused(go: Experiment):
    with pytest.raises(Invalid, match="no such sentence"):
        save_checklist(go, {"0" * 16: SERVED}, [])


@pytest.mark.parametrize("role", ROLES)
def test_every_member_reads_and_an_editor_saves(role, go, keys, team: Team, client: Browser):
    save_checklist(go, {keys[0]: SERVED}, ["A shelf"])
    log_in(client, getattr(team, role))
    place = f"/experiments/{go.id}"
    may = role != "viewer"

    page = client.get(f"{place}/decision").text
    assert [words in page for words in ("In spring.", "A shelf")] == [True, True]
    assert ("Save checklist" in page) == may
    assert client.get(f"{place}/checklist.md").status_code == 200
    answer = client.send(f"{place}/checklist", {"extra": "A door"})
    assert answer.status_code == (303 if may else 403)
    assert find_checklist(go).extra == (("A door",) if may else ("A shelf",))


def test_the_form_shows_what_was_saved(go, keys, team: Team, client: Browser):
    log_in(client, team.editor)
    given = {f"state-{keys[0]}": "served", f"note-{keys[0]}": "Soon.", "extra": "A shelf\nA door"}
    client.send(f"/experiments/{go.id}/checklist", fields_of(client, go) | given)

    fields = fields_of(client, go)

    assert fields[f"state-{keys[0]}"] == "served"
    assert fields[f"note-{keys[0]}"] == "Soon."
    assert fields["extra"].split() == ["A", "shelf", "A", "door"]


def test_what_was_typed_survives_a_newer_save_and_can_replace_it(go, keys, team, client: Browser):
    log_in(client, team.editor)
    typed = fields_of(client, go) | {f"note-{keys[0]}": "Mine."}
    save_checklist(go, {}, ["Theirs"])

    refused = client.send(f"/experiments/{go.id}/checklist", typed)

    assert (refused.status_code, "Mine." in refused.text) == (422, True)
    assert "Someone else saved this checklist" in refused.text
    again = typed | {"read": find_checklist(go).digest}
    assert f'value="{again["read"]}"' in refused.text
    assert client.send(f"/experiments/{go.id}/checklist", again).status_code == 303
    assert find_checklist(go).marks[keys[0]].note == "Mine."


def test_without_a_go_the_page_has_no_checklist(go, team: Team, client: Browser):
    settle(go, team, "stop")
    log_in(client, team.editor)

    assert "What we’re building" not in client.get(f"/experiments/{go.id}/decision").text
    assert client.get(f"/experiments/{go.id}/checklist.md").status_code == 409


def test_the_file_has_every_sentence_its_note_and_the_extra_items(go, keys, team, client: Browser):
    marks = {keys[0]: SERVED, keys[1]: ChecklistMark("not_served", "# later")}
    save_checklist(go, marks, ["<script>x"])
    log_in(client, team.viewer)

    answer = client.get(f"/experiments/{go.id}/checklist.md")

    first, second, third = (plain(each.words) for each in find_checklist(go).sentences[:3])
    assert "attachment" in answer.headers["Content-Disposition"]
    assert f"- [x] {first}: In spring.\n" in answer.text
    assert f"- [ ] {second} (not in the build): \\# later\n" in answer.text
    assert f"- [ ] {third}\n" in answer.text
    assert "## Not in the release\n\n- \\<script\\>x\n" in answer.text
    assert (
        f"You’re building what 1 of the release’s {len(keys)} sentences promises, "
        "plus 1 thing it doesn’t mention." in answer.text
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("# Title", "\\# Title"),
        ("<b>[x](javascript:1)", "\\<b\\>\\[x\\](javascript:1)"),
        ("+ more", "\\+ more"),
        ("2) b", "2\\) b"),
        ("a\n- b", "a - b"),
    ],
)
def test_nothing_typed_is_markup_in_the_file(typed, shown):
    assert plain(typed) == shown


def test_a_program_reads_and_replaces_the_checklist(go, keys, app: Flask, team: Team):
    editor: Program = program_of(app, team.editor)
    address = f"/experiments/{go.id}/checklist"
    empty = editor.get(address).json
    body = {
        "sentences": [{"key": keys[0], "state": "served", "note": "Soon."}],
        "extra": ["A shelf"],
        "digest": empty["digest"],
    }

    saved = editor.ask("PUT", address, body).json

    assert saved == editor.get(address).json
    assert [each["state"] for each in saved["sentences"][:2]] == ["served", "open"]
    assert saved["says"].startswith("You’re building what 1 of the ")
    assert editor.ask("PUT", address, body | {"extra": []}).status_code == 422


def test_a_program_is_told_where_no_go_is_decided(app: Flask, team: Team, go: Experiment):
    settle(go, team, "stop")
    editor: Program = program_of(app, team.editor)

    assert editor.get(f"/experiments/{go.id}/checklist").status_code == 409
    assert editor.ask("PUT", f"/experiments/{go.id}/checklist", {}).status_code == 409


def test_every_sentence_stands_once_under_its_part():
    document = replace(LARDER, headline="Dinner", subheading="Dinner.", solution="Eat. Eat.")

    groups = {
        label: [each.words for each in some] for label, some in by_part(sentences_of(document))
    }

    assert groups["Solution"] == ["Eat."]
    assert groups["Call to action"] == ["Take one photo of your fridge.", "£4 a month"]
    assert groups["Customer questions"][0] == "£4 a month."
    assert not {"Customer quote", "Internal questions", "Why now"} & set(groups)


def test_an_answer_says_which_question_it_answers():
    found = {each.words: each.asked for each in sentences_of(LARDER)}

    assert (found["Nowhere."], found["It plans dinners from a photo of the fridge."]) == (
        "Where do my photos go?",
        "",
    )
