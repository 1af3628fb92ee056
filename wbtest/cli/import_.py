"""`wbtest import`: a release from a file, into the database as a draft."""

import os

import click

from wbtest.cli.instance import opened
from wbtest.cli.release_file import FILE, read_release
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team.access import ROLES
from wbtest.team.models import Membership, Person
from wbtest.team.people import clean_email
from wbtest.writing.releases import create_release

WRITERS = ROLES[ROLES.index("editor") :]


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--author", metavar="EMAIL", help="Default: the team's first owner.")
def import_(file: str, author: str | None) -> None:
    """Make a draft of FILE: Markdown, JSON or Word (- for standard input)."""
    read = read_release(file)
    with opened(os.environ):
        member = _author(author)
        release = create_release(
            member.person,
            form=read.form,
            product=read.document.product,
            language=read.document.language,
            document=read.document,
        )
        click.echo(
            f"“{read.document.product.strip()}” is release {release.id}, a {read.form} draft."
        )
    for note in read.notes:
        click.echo(note, err=True)
    for line, text in read.unplaced:
        where = f"line {line}: " if read.places else ""
        click.echo(f"This found no place: {where}{text}", err=True)


def _author(email: str | None) -> Membership:
    """Who shall have written it. Raises Refused for somebody who may not write."""
    members = db.select(Membership).join(Person).order_by(Membership.created_at, Person.id)
    is_it = Membership.role == "owner" if email is None else Person.email == clean_email(email)
    found: Membership | None = db.session.scalars(members.where(is_it)).first()
    if found is None and email is None:
        raise Refused(
            "There is no team yet. Open the set-up link that `wbtest serve` prints first."
        )
    if found is None:
        raise Refused(f"{email} is not in the team. `wbtest user list` shows who is.")
    if found.role not in WRITERS:
        raise Refused(f"{email} is {found.role}, and may not write.")
    return found
