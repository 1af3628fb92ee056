"""`wbtest import`: a release from a file, into the database as a draft."""

import os

import click

from wbtest.cli.instance import opened
from wbtest.cli.release_file import FILE, read_release
from wbtest.cli.workspace_file import holds_workspace, read_workspace
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team.access import ROLES
from wbtest.team.models import Membership, Person, Workspace
from wbtest.team.people import clean_email
from wbtest.writing.releases import create_release

WRITERS = ROLES[ROLES.index("editor") :]


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--workspace", metavar="NAME", help="Default: the only one there is.")
@click.option("--author", metavar="EMAIL", help="Default: the workspace's first owner.")
def import_(file: str, workspace: str | None, author: str | None) -> None:
    """Make a draft of FILE: Markdown, JSON or Word (- for standard input).

    A file that `wbtest export --workspace` made brings that workspace into an empty instance.
    """
    if holds_workspace(file):
        read_workspace(file)
        return
    read = read_release(file)
    with opened(os.environ):
        place = _workspace(workspace)
        release = create_release(
            place,
            _author(place, author),
            form=read.form,
            product=read.document.product,
            language=read.document.language,
            document=read.document,
        )
        click.echo(
            f"“{read.document.product.strip()}” is release {release.id} of {place.name}, "
            f"a {read.form} draft."
        )
    for note in read.notes:
        click.echo(note, err=True)
    for line, text in read.unplaced:
        where = f"line {line}: " if read.places else ""
        click.echo(f"This found no place: {where}{text}", err=True)


def _workspace(name: str | None) -> Workspace:
    rows = db.select(Workspace).order_by(Workspace.id)
    if name is not None:
        rows = rows.where(Workspace.name == name)
    found: list[Workspace] = list(db.session.scalars(rows))
    if len(found) == 1:
        return found[0]
    if name is not None and not found:
        raise Refused(f"There is no workspace “{name}”. `wbtest user list` shows which there are.")
    if not found:
        raise Refused(
            "There is no workspace yet. Open the set-up link that `wbtest serve` prints first."
        )
    if name is None:
        names = ", ".join(f"“{workspace.name}”" for workspace in found)
        raise Refused(f"Say with --workspace where it belongs: {names}.")
    raise Refused(f"{len(found)} workspaces are called “{name}”. Bring the file in the browser.")


def _author(workspace: Workspace, email: str | None) -> Person:
    """Who shall have written it. Raises Refused for somebody who may not write here."""
    members = (
        db.select(Membership)
        .join(Person)
        .where(Membership.workspace_id == workspace.id)
        .order_by(Membership.created_at, Membership.person_id)
    )
    found: Membership | None
    if email is None:
        found = db.session.scalars(members.where(Membership.role == "owner")).first()
    else:
        found = db.session.scalars(members.where(Person.email == clean_email(email))).first()
    if found is None:
        lack = (
            f"{email} is not in {workspace.name}." if email else f"{workspace.name} has no owner."
        )
        raise Refused(f"{lack} `wbtest user list` shows who is where.")
    if found.role not in WRITERS:
        raise Refused(f"{email} is {found.role} in {workspace.name}, and may not write there.")
    author: Person = found.person
    return author
