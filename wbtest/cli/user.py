"""`wbtest user`: people, for whoever runs the server."""

import json
import os
import sys

import click

from wbtest.cli.instance import opened
from wbtest.cli.who import get_member, get_person, in_workspace, pick
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import members, people
from wbtest.team.access import ROLES
from wbtest.team.account import factors
from wbtest.team.models import Workspace


@click.group()
def user() -> None:
    """Add people, list them, change what they may do, give them a new password."""


@user.command()
@click.argument("email")
@click.option("--name", help="How others see the person (default: from the e-mail).")
@click.option("--role", type=click.Choice(ROLES), default="editor", show_default=True)
@in_workspace
def create(email: str, name: str | None, role: str, workspace_name: str | None) -> None:
    """Give EMAIL a log-in and a role. Asks for the password, or reads it from standard input."""
    with opened(os.environ):
        workspace = _workspace(workspace_name)
        password = _ask_password()
        name = name or email.partition("@")[0].replace(".", " ").title()
        person = people.add_person(workspace, email=email, name=name, role=role, password=password)
        click.echo(f"{person.name} logs in with {person.email} and is {role} in {workspace.name}.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_people(as_json: bool) -> None:
    """List everybody: e-mail, role, name, workspace. Who is in none has no role."""
    with opened(os.environ):
        for row in people.everybody():
            words = (row.email, row.role or "-", row.name, row.workspace or "-")
            said = json.dumps(row._asdict(), ensure_ascii=False) if as_json else "\t".join(words)
            click.echo(said)


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
@in_workspace
def role(email: str, role: str, workspace_name: str | None) -> None:
    """Make EMAIL a viewer, editor, approver or owner; it counts at once."""
    with opened(os.environ):
        member = get_member(get_person(email), workspace_name)
        members.change_role(member, role, None)
        click.echo(f"{member.person.email} is {role} in {member.workspace.name}.")


@user.command()
@click.argument("email")
@in_workspace
def remove(email: str, workspace_name: str | None) -> None:
    """Take EMAIL out of a workspace at once. The log-in stays, and what they wrote."""
    with opened(os.environ):
        person = get_person(email)
        member = get_member(person, workspace_name)
        name = member.workspace.name
        members.remove(member, None)
        click.echo(f"{person.email} is no longer in {name}.")


@user.command("set-password")
@click.argument("email")
def set_password(email: str) -> None:
    """Give EMAIL a new password and log that person out everywhere."""
    with opened(os.environ):
        person = get_person(email)
        people.set_password(person, _ask_password())
        click.echo(f"{person.email} has a new password and is logged out everywhere.")


@user.command("second-factor-off")
@click.argument("email")
def second_factor_off(email: str) -> None:
    """Let EMAIL in by the password alone, when phone and recovery codes are lost."""
    with opened(os.environ):
        person = get_person(email)
        factors.turn_off_for(person)
        click.echo(f"{person.email} logs in by the password alone.")


def _workspace(asked: str | None) -> Workspace:
    """The workspace of this name or number, or the oldest."""
    every = list(db.session.scalars(db.select(Workspace).order_by(Workspace.id)))
    if not every:
        raise Refused(
            "There is no workspace yet. Open the set-up link that `wbtest serve` prints first."
        )
    return every[0] if asked is None else pick(every, asked)


def _ask_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
