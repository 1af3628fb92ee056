"""All that an instance may hold, what is stored of it, and its end."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, Response

from tests.audience.larder import Visitor, token_in
from tests.factories import (
    PASSWORD,
    Team,
    make_approval,
    make_revision,
    make_running,
)
from wbtest.api import idempotency
from wbtest.extensions import Base, db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.team.people import invite
from wbtest.team.settings import KEPT_TABLES, delete_everything
from wbtest.team.tokens import make_token, note_use

TYPED = {"team_name": "Larder", "password": PASSWORD}


def delete(team: Team) -> None:
    delete_everything(team.owner, name="Larder", password=PASSWORD)


def rows() -> dict[str, list[Any]]:
    """All that is stored, but for the log and what tells nothing of a team."""
    db.session.rollback()
    tables = [t for t in Base.metadata.sorted_tables if t.name not in {*KEPT_TABLES, "audit_lines"}]
    return {
        table.name: [tuple(row) for row in db.session.execute(sa.select(table))] for table in tables
    }


def make_over(app: Flask, team: Team) -> Experiment:
    """A test that is over: somebody came, did something, signed up, and objected elsewhere."""
    revision = make_revision(team.editor)
    make_approval(revision, team.approver)
    experiment = make_running(revision, team.editor, team.approver, slug="over")
    visitor = Visitor(app)
    page = visitor.get("/p/over")
    visitor.post("/p/over/seen", token_in(page))
    visitor.post("/p/over/signup", {"token": token_in(page), "email": "mia@x.io", "website": ""})
    runtime(app).recorder.flush()
    lifecycle.end(experiment, team.owner)
    return experiment


def open_ways_in(team: Team) -> None:
    """Somebody is invited, and a program has a token, which it used, and an answer that is kept."""
    invite(team.owner, "mei@x.io", "editor")
    token, _ = make_token(team.editor, name="CI", scopes=("read", "write"), days=9)
    note_use(token)
    idempotency.begin_request(
        token.id, "k-1", idempotency.digest_of("POST", "/api/v1/releases?", "", b"{}")
    )
    idempotency.keep_answer(
        token.id, "k-1", Response(b'{"id":1}', 201, {"Location": "/api/v1/releases/1"})
    )
