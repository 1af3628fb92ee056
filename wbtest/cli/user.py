"""`wbtest user`: people, for whoever runs the server."""

import os
import sys

import click

from wbtest.cli.instance import opened
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import people
from wbtest.team.access import ROLES
from wbtest.team.account import factors
from wbtest.team.models import Membership, Person, Workspace


@click.group()
def user() -> None:
    """Add people, list them, give them a new password."""


@user.command()
@click.argument("email")
@click.option("--name", help="How others see the person (default: from the e-mail).")
@click.option("--role", type=click.Choice(ROLES), default="editor", show_default=True)
def create(email: str, name: str | None, role: str) -> None:
    """Give EMAIL a log-in and a role. Asks for the password, or reads it from standard input."""
    with opened(os.environ):
        workspace = _workspace()
        password = _ask_password()
        name = name or email.partition("@")[0].replace(".", " ").title()
        person = people.add_person(workspace, email=email, name=name, role=role, password=password)
        click.echo(f"{person.name} logs in with {person.email} and is {role} in {workspace.name}.")


@user.command("list")
def list_people() -> None:
    """List everybody: e-mail, role, name, workspace."""
    with opened(os.environ):
        rows = db.select(Membership).order_by(Membership.workspace_id, Membership.created_at)
        for member in db.session.scalars(rows):
            click.echo(
                f"{member.person.email}\t{member.role}\t{member.person.name}"
                f"\t{member.workspace.name}"
            )


@user.command("set-password")
@click.argument("email")
def set_password(email: str) -> None:
    """Give EMAIL a new password and log that person out everywhere."""
    with opened(os.environ):
        person = _person(email)
        people.set_password(person, _ask_password())
        click.echo(f"{person.email} has a new password and is logged out everywhere.")


@user.command("second-factor-off")
@click.argument("email")
def second_factor_off(email: str) -> None:
    """Let EMAIL in by the password alone, when phone and recovery codes are lost."""
    with opened(os.environ):
        person = _person(email)
        factors.turn_off_for(person)
        click.echo(f"{person.email} logs in by the password alone.")


def _workspace() -> Workspace:
    found: Workspace | None = db.session.scalars(
        db.select(Workspace).order_by(Workspace.id)
    ).first()
    if found is None:
        raise Refused(
            "There is no workspace yet. Open the set-up link that `wbtest serve` prints first."
        )
    return found


def _person(email: str) -> Person:
    found = people.find_person(email)
    if found is None:
        raise Refused(f"Nobody logs in with {email}. `wbtest user list` shows who does.")
    return found


def _ask_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
