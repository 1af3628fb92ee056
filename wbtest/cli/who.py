"""Whom a command is about: somebody by e-mail, and their place in a workspace."""

from collections.abc import Iterable

import click

from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import people
from wbtest.team.models import Membership, Person, Workspace

in_workspace = click.option(
    "--workspace", "workspace_name", help="Which one, by name or number, where there are several."
)


def get_person(email: str) -> Person:
    """Whoever logs in with this e-mail."""
    found = people.find_person(email)
    if found is None:
        raise Refused(f"Nobody logs in with {email}. `wbtest user list` shows who does.")
    return found


def get_member(person: Person, asked: str | None) -> Membership:
    """What this person is in the workspace of this name or number, or in their only one."""
    every: list[Membership] = list(
        db.session.scalars(
            db.select(Membership)
            .where(Membership.person_id == person.id)
            .order_by(Membership.workspace_id)
        )
    )
    places = [member.workspace for member in every]
    if not every:
        raise Refused(f"{person.email} is in no workspace.")
    if asked is None and len(every) > 1:
        raise Refused(f"{person.email} is in {_listed(places)}. Say which with --workspace.")
    return every[0] if asked is None else every[places.index(pick(places, asked))]


def pick(every: list[Workspace], asked: str) -> Workspace:
    """The one of this name or number."""
    found = [each for each in every if asked in (each.name, str(each.id))]
    if len(found) != 1:
        problem = "Several are" if found else "None is"
        raise Refused(f"{problem} called {asked}. There is {_listed(every)}.")
    return found[0]


def _listed(every: Iterable[Workspace]) -> str:
    return ", ".join(f"{each.name} (number {each.id})" for each in every)
