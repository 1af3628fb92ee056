"""Who may see and do what with an experiment."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, log_in, make_experiment, make_running
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")
ROLES = ("viewer", "editor", "approver", "owner")
# Path, the method that acts, and the lowest role that may.
READING = ("/experiments/{id}", "/experiments/{id}/seal.txt")
EDITING = (
    "/releases/{release}/revisions/1/experiment",
    "/experiments/{draft}/variants/control",
)
CHANGING = ("/experiments/{draft}/edit", "/experiments/{draft}/variants")
DELETING = ("/experiments/{draft}/variants/price/delete", "/experiments/{draft}/delete")
LIVING = ("/experiments/{draft}/start", "/experiments/{id}/pause", "/experiments/{id}/end")
RESUMING = ("/experiments/{id}/resume",)


@pytest.fixture
def places(revision: Revision, team: Team) -> dict[str, int]:
    """The ids that stand in the paths: a running experiment, a draft, their release."""
    running = make_running(revision, team.editor, team.approver)
    draft = make_experiment(revision, team.editor, slug="draft", variants=("Price",))
    return {"id": running.id, "draft": draft.id, "release": revision.release_id}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["/ideas", *READING])
def test_every_member_reads(
    role: str, path: str, places: dict[str, int], team: Team, client: FlaskClient
):
    log_in(client, getattr(team, role))

    assert client.get(path.format(**places)).status_code == 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", EDITING)
def test_an_editor_changes_drafts_and_a_viewer_does_not(
    role: str, path: str, places: dict[str, int], team: Team, client: FlaskClient
):
    log_in(client, getattr(team, role))
    may = role != "viewer"

    assert client.get(path.format(**places)).status_code == (200 if may else 403)
    # An empty form is refused at its fields by whoever lets it through to them.
    assert client.post(path.format(**places)).status_code in ((303, 422) if may else (403,))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", CHANGING)
def test_an_editor_changes_a_card_and_a_viewer_does_not(
    role: str, path: str, places: dict[str, int], team: Team, client: FlaskClient
):
    log_in(client, getattr(team, role))

    status = 403 if role == "viewer" else 422
    assert client.post(path.format(**places), data={"name": ""}).status_code == status


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", [*DELETING, *LIVING])
def test_who_is_too_low_neither_removes_nor_starts_nor_ends(
    role: str, path: str, places: dict[str, int], team: Team, client: FlaskClient
):
    lowest = "editor" if path in DELETING else "approver"
    log_in(client, getattr(team, role))

    answer = client.post(path.format(**places), data={"why": "Enough seen."})

    assert answer.status_code == (303 if ROLES.index(role) >= ROLES.index(lowest) else 403)


@pytest.mark.parametrize("path", ["/ideas", *READING, *EDITING])
def test_nobody_is_sent_to_the_log_in_and_back(
    path: str, places: dict[str, int], client: FlaskClient
):
    answer = client.get(path.format(**places))

    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")


@pytest.mark.parametrize("path", [*EDITING, *CHANGING, *DELETING, *LIVING, *RESUMING])
def test_nobody_changes_anything(path: str, places: dict[str, int], client: FlaskClient):
    answer = client.post(path.format(**places))

    assert answer.location.startswith("/login")
    assert db.session.get_one(Experiment, places["id"]).state == "running"


@pytest.mark.parametrize("path", [CHANGING[0], *DELETING, *LIVING, *RESUMING])
def test_a_look_never_acts(path: str, places: dict[str, int], team: Team, client: FlaskClient):
    log_in(client, team.owner)

    assert client.get(path.format(**places)).status_code == 405
    assert db.session.get_one(Experiment, places["id"]).state == "running"


def test_a_variant_of_another_experiment_is_not_found(
    places: dict[str, int], team: Team, client: FlaskClient
):
    log_in(client, team.owner)

    assert client.get(f"/experiments/{places['id']}/variants/price").status_code == 404
