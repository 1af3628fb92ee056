"""Statements that every page asks: the driver answers what SQLAlchemy would."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import make_workspace
from tests.statements import counted
from wbtest.extensions import db
from wbtest.question import Question, of_many
from wbtest.team.models import Workspace


def test_moments_are_aware_and_days_are_days_on_both_sides(app: Flask) -> None:
    made = make_workspace()
    moment = sa.bindparam("moment", type_=Workspace.created_at.type)
    question = Question(
        sa.select(Workspace.created_at, sa.bindparam("day", type_=sa.Date())).where(
            Workspace.created_at >= moment
        )
    )

    found = question.ask(moment=made.created_at, day=date(2027, 3, 1))

    assert [tuple(row) for row in found] == [(made.created_at, date(2027, 3, 1))]
    assert question.ask(moment=made.created_at + timedelta(seconds=1), day=date(2027, 3, 1)) == []


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_what_is_one_of_several_is_found_whatever_their_number(app: Flask, number: int) -> None:
    ids = [make_workspace(f"Team {k}").id for k in range(5)][:number]
    question = Question(sa.select(Workspace.id).where(Workspace.id.in_(of_many("ids"))))

    found = question.ask(ids=ids)

    assert sorted(found) == [(each,) for each in ids]


def test_several_moments_are_found_as_one_is(app: Flask) -> None:
    made = make_workspace()
    question = Question(sa.select(Workspace.id).where(Workspace.created_at.in_(of_many("moments"))))

    found = question.ask(moments=[made.created_at, made.created_at + timedelta(days=1)])

    assert [tuple(row) for row in found] == [(made.id,)]


def test_a_value_that_is_not_given_is_a_mistake_of_ours(app: Flask) -> None:
    question = Question(sa.select(Workspace.id).where(Workspace.name == sa.bindparam("name")))

    with pytest.raises(KeyError, match="name"):
        question.ask(nane="Larder")


def test_what_is_not_one_of_several_cannot_be_asked(app: Flask) -> None:
    question = Question(sa.select(Workspace.id).where(Workspace.id.not_in(of_many("ids"))))

    with pytest.raises(ValueError, match="not among ids"):
        question.ask(ids=[])


def test_who_listens_to_what_is_asked_hears_it(app: Flask) -> None:
    question = Question(sa.select(sa.func.count()).select_from(Workspace))

    with counted() as statements:
        question.ask()

    assert any("FROM workspaces" in text for text in statements)


def test_it_asks_on_after_a_transaction_has_ended(app: Flask) -> None:
    question = Question(sa.select(sa.func.count()).select_from(Workspace))
    question.ask()
    db.session.rollback()
    make_workspace()
    in_its_transaction = question.ask()
    db.session.rollback()

    assert (in_its_transaction, question.ask()) == ([(1,)], [(1,)])


def test_it_sees_what_its_transaction_wrote_and_nothing_that_was_taken_back(app: Flask) -> None:
    made = make_workspace()
    question = Question(sa.select(Workspace.name).where(Workspace.id == made.id))
    question.ask()
    made.name = "Renamed"
    db.session.flush()
    renamed = question.ask()
    db.session.rollback()

    assert (renamed, question.ask()) == ([("Renamed",)], [("Larder",)])


def test_a_transaction_that_failed_answers_nothing_more(app: Flask) -> None:
    question = Question(sa.select(sa.func.count()).select_from(Workspace))
    # The first one begins the transaction, in which the next ones ask.
    assert question.ask() == question.ask()
    db.session.add(Workspace(name=None))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()

    with pytest.raises(sa.exc.PendingRollbackError):
        question.ask()
