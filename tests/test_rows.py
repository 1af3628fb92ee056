"""Objects that are made of plain rows are those that the session would have loaded."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import make_workspace
from tests.statements import counted
from wbtest import rows
from wbtest.extensions import db
from wbtest.publishing.models import Image, ImageFile, Step
from wbtest.rows import Rows
from wbtest.team.models import Membership, Workspace

WORKSPACES = Rows(sa.select(Workspace).where(Workspace.id == sa.bindparam("number")))


def test_what_the_session_holds_already_is_the_same_and_stays_as_it_was_changed(app: Flask) -> None:
    made = make_workspace()
    made.name = "Changed and not stored"

    with db.session.no_autoflush:
        [[found]] = WORKSPACES.ask(number=made.id)

    assert (found, found.name) == (made, "Changed and not stored")


def test_what_the_session_forgot_is_read_anew(app: Flask) -> None:
    made = make_workspace()
    number = made.id
    db.session.commit()
    [[found]] = WORKSPACES.ask(number=number)

    with counted() as statements:
        name = found.name

    assert (found, name, statements) == (made, "Larder", [])


def test_what_was_not_stored_yet_is_found(app: Flask) -> None:
    made = make_workspace()
    number = made.id
    made.name = "Renamed"
    by_name = Rows(sa.select(Workspace).where(Workspace.name == sa.bindparam("name")))

    assert by_name.ask(name="Renamed") == [(made,)]
    assert rows.get(Workspace, number) is made


def test_what_is_changed_is_stored(app: Flask) -> None:
    number = make_workspace().id
    db.session.commit()
    db.session.expunge_all()
    [[found]] = WORKSPACES.ask(number=number)
    found.name = "Another"
    db.session.commit()

    assert db.session.scalars(sa.select(Workspace.name)).all() == ["Another"]


def test_a_join_that_finds_nothing_gives_none(app: Flask) -> None:
    made = make_workspace()
    joined = Rows(
        sa.select(Workspace, Membership, Membership.role).outerjoin(
            Membership, Membership.workspace_id == Workspace.id
        )
    )

    assert joined.ask() == [(made, None, None)]


def test_there_is_none_of_a_number_that_nothing_has(app: Flask) -> None:
    assert rows.get(Workspace, 999) is None


@pytest.mark.parametrize("model", [ImageFile, Step])
def test_what_is_read_otherwise_is_left_to_the_session(model: type[object]) -> None:
    assert not rows._is_plain(sa.inspect(model))
    assert rows._is_plain(sa.inspect(Image))
