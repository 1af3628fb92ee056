"""A NUL pasted into any field comes back as a sentence at that field, with the rest kept."""

import pytest
from flask.testing import FlaskClient

from tests.factories import Team, make_experiment
from tests.publishing.filling import errors_of, new_path, send
from wbtest.writing.models import Revision

pytestmark = pytest.mark.usefixtures("no_token_needed")
OF_A_RULE = (
    "target", "floor", "who", "does", "daily", "ends_on", "if_met", "if_not_met", "if_unclear",
    "slug", "minimum_visitors", "maximum_visitors", "minimum_days", "sources", "conversion",
    "conversion_window_hours", "disclosure", "alpha", "beta", "lost_beacons", "time_zone",
)  # fmt: skip
OF_A_VARIANT = (
    "name", "weight", "headline", "subheading", "cta_text", "cta_label", "price", "body",
)  # fmt: skip


def test_a_nul_in_a_rule_is_told_at_its_field(owner: FlaskClient, revision: Revision):
    for field in OF_A_RULE:
        kept = {} if field == "does" else {"does": "press the button"}

        answer = send(owner, new_path(revision), **kept, **{field: "a\0b"})

        assert (answer.status_code, field) == (422, field)
        assert set(errors_of(answer.text)) == {field}
        assert not kept or "press the button" in answer.text


def test_a_nul_in_a_variant_is_told_at_its_field(
    owner: FlaskClient, revision: Revision, team: Team
):
    experiment = make_experiment(revision, team.editor)
    path = f"/experiments/{experiment.id}"
    for field in OF_A_VARIANT:
        given = {"name": "Kept", "weight": "1", field: "a\0b"}

        answer = send(owner, path, f"{path}/variants", **given)

        assert (answer.status_code, field) == (422, field)
        assert set(errors_of(answer.text)) == {field}
    assert len(experiment.variants) == 1
