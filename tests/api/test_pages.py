"""A draft over the API beyond its rule: its page, its variants for later, its start and its end."""

import io
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.api.conftest import RULE, Program, program_of
from tests.factories import Team, make_approval, make_revision, make_running
from wbtest.writing.models import Revision


@pytest.fixture
def revision(team: Team) -> Revision:
    """An approved text."""
    revision = make_revision(team.editor)
    make_approval(revision, team.owner)
    return revision


@pytest.fixture
def editor(app: Flask, team: Team) -> Program:
    return program_of(app, team.editor)


def make(program: Program, of: Revision) -> Any:
    """Make a draft with the control alone."""
    answer = program.post(
        f"/releases/{of.release_id}/experiments", {"slug": "larder", "hypothesis": RULE}
    )
    assert answer.status_code == 201, answer.text
    return answer


def png() -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    Image.new("RGB", (80, 60), "#1b46c2").save(file, "PNG")
    return file.getvalue()


def test_a_start_of_another_draft_than_was_read_is_refused(
    app: Flask, team: Team, editor: Program, revision: Revision
) -> None:
    draft = make(editor, revision)
    address = f"/experiments/{draft.json['id']}"
    approver = program_of(app, team.approver)
    read = draft.headers["ETag"]
    changed = editor.patch(address, {"time_zone": "Europe/Paris"})
    warnings = [
        found["what"]
        for found in editor.get(f"{address}/launch").json["findings"]
        if found["kind"] == "warning"
    ]
    editor.post(f"{address}/launch", {"seen": warnings})

    old = approver.post(f"{address}/start", {}, If_Match=read)
    new = approver.post(f"{address}/start", {}, If_Match=changed.headers["ETag"])

    assert (old.status_code, new.status_code) == (412, 200), new.text
    assert new.json["state"] == "running"


def test_a_draft_is_copied_and_deleted_and_a_test_is_kept(
    editor: Program, team: Team, revision: Revision
) -> None:
    draft = make(editor, revision).json
    running = make_running(revision, team.editor, team.owner, slug="running")

    copied = editor.post(f"/experiments/{draft['id']}/copies")
    gone, kept = (
        editor.ask("DELETE", f"/experiments/{number}") for number in (draft["id"], running.id)
    )

    assert (copied.status_code, copied.json["variants"]) == (201, draft["variants"])
    assert (gone.status_code, kept.status_code) == (204, 409)
    assert editor.get(f"/experiments/{draft['id']}").status_code == 404


def test_a_page_gets_its_look_words_and_options(editor: Program, revision: Revision) -> None:
    draft = make(editor, revision)
    address, read = f"/experiments/{draft.json['id']}", draft.headers["ETag"]

    look = editor.patch(f"{address}/look", {"accent": "#1B46C2"}, If_Match=read)
    words = editor.patch(f"{address}/words", {"words": {"thanks": "Lovely!"}})
    asked = [{"text": "For how many do you cook?", "choices": ["One", "More"]}]
    options = editor.patch(f"{address}/options", {"questions": asked, "retention_days": 30})
    late = editor.patch(f"{address}/look", {"accent": ""}, If_Match=read)

    assert look.json["accent"] == "#1b46c2"
    assert words.json == {"words": {"thanks": "Lovely!"}}
    assert (options.json["questions"], options.json["retention_days"]) == (asked, 30)
    assert options.json["confirms"]
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("part", "body", "field"),
    [
        ("look", {"accent": "#ffffff"}, "accent"),
        ("look", {"layout": "neon"}, "layout"),
        ("look", {"palette": "neon"}, "palette"),
        ("look", {"family": "Comic Sans"}, "family"),
        ("look", {"salt": "x"}, "salt"),
        ("look", {"hero": "0" * 64 + "-1280x720", "hero_alt": "Dinner"}, "hero"),
        ("look", {"photo": "https://evil.example/me.png"}, "photo"),
        ("words", {"words": {"nothing": "x"}}, "nothing"),
        ("options", {"retention_days": 0}, "retention_days"),
        ("options", {"questions": [{"text": "How?", "choices": ["One"]}]}, "questions"),
    ],
)
def test_what_a_page_cannot_have_is_named(
    editor: Program, revision: Revision, part: str, body: Any, field: str
) -> None:
    address = f"/experiments/{make(editor, revision).json['id']}/{part}"

    answer = editor.patch(address, body)

    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_picture_is_sent_once_and_shown_by_its_name(editor: Program, revision: Revision) -> None:
    address = f"/experiments/{make(editor, revision).json['id']}/look"

    def send(data: bytes, kind: str) -> Any:
        headers = {"Authorization": f"Bearer {editor.token}", "Content-Type": kind}
        return editor.client.post("/api/v1/pictures", data=data, headers=headers)

    sent, again = (send(png(), "image/png") for _ in range(2))
    hero = {"hero": sent.json["name"], "hero_alt": "Five dinners"}

    assert (sent.status_code, again.json) == (201, sent.json)
    assert editor.patch(address, hero).json["hero"] == sent.json["name"]
    photo = {"photo": sent.json["name"]}
    assert editor.patch(address, photo).json["photo"] == sent.json["name"]
    assert editor.get("/pictures").json["pictures"] == [sent.json]
    assert send(b"GIF89a", "image/gif").status_code == 415
    assert send(b"no picture", "image/png").status_code == 422


def test_an_owner_chooses_what_stands_there_after_the_end(
    program: Program, team: Team, revision: Revision
) -> None:
    running = make_running(revision, team.editor, team.approver)
    address = f"/experiments/{running.id}"
    early = program.post(f"{address}/afterwards", {"afterwards": "closed"})
    program.post(f"{address}/end", {"why": "Enough came."})

    late = program.post(f"{address}/afterwards", {"afterwards": "closed", "outcome": "We build."})

    assert (early.status_code, late.json["outcome"]) == (409, "We build.")
    assert program.get(f"{address}/afterwards").json == late.json
