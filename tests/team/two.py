"""People of several workspaces, and several who act at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from wbtest.extensions import clock, db
from wbtest.store import Refused, writing
from wbtest.team.models import Membership, Person, Workspace


def join(workspace: Workspace, person: Person, role: str) -> None:
    """Let a person be in this workspace too."""
    with writing() as session:
        session.add(
            Membership(
                workspace_id=workspace.id,
                person_id=person.id,
                role=role,
                created_at=clock.now(),
            )
        )


def at_once(app: Flask, *tries: Callable[[], object]) -> list[object]:
    """What came of each, done in one moment: what it returned, or how it was refused."""
    gate = Barrier(len(tries))

    def attempt(do: Callable[[], object]) -> object:
        with app.app_context():
            gate.wait()
            try:
                return do()
            except Refused as refused:
                return type(refused)

    db.session.rollback()
    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(attempt, tries))
