"""Variants that are read at once are those that are read one after the other."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.attributes import instance_dict

from tests.factories import Team, make_running
from tests.statements import counted
from wbtest import rows
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.parts import read_parts
from wbtest.writing.models import Revision


def test_they_are_the_same_in_the_same_order(revision: Revision, team: Team) -> None:
    made = make_running(revision, team.editor, team.approver, variants=("Price", "Photo"))
    one_by_one = [*made.variants]
    db.session.expire(made)
    read_parts(made)

    with counted() as statements:
        found = [*made.variants]

    assert (found, statements) == (one_by_one, [])


@pytest.mark.every_database
def test_each_holds_what_the_session_would_have_loaded(revision: Revision, team: Team) -> None:
    number = make_running(revision, team.editor, team.approver).id
    db.session.commit()
    db.session.expunge_all()
    by_session = db.session.get_one(Experiment, number)
    loaded = [_known(each) for each in (by_session, *by_session.variants)]
    db.session.expunge_all()

    found = rows.get(Experiment, number)
    assert found is not None
    read_parts(found)

    assert [_known(each) for each in (found, *found.variants)] == loaded
    assert found.author.id == found.author_id


def test_what_is_read_is_not_read_again(revision: Revision, team: Team) -> None:
    made = make_running(revision, team.editor, team.approver)
    read_parts(made)

    with counted() as statements:
        read_parts(made)

    assert statements == []


def test_what_is_changed_is_stored_all_the_same(revision: Revision, team: Team) -> None:
    made = make_running(revision, team.editor, team.approver)
    db.session.expire(made)
    read_parts(made)
    made.variants[0].name = "Another"
    db.session.commit()

    assert db.session.get_one(Experiment, made.id).variants[0].name == "Another"


def _known(found: object) -> dict[str, object]:
    """What a row says, without what it is tied to."""
    columns = sa.inspect(type(found)).column_attrs.keys()
    return {name: value for name, value in instance_dict(found).items() if name in columns}
