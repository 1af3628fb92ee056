"""`wbtest user`: people, for whoever runs the server."""

import json
import os
import sys

import click

from wbtest.cli.instance import opened
from wbtest.cli.who import get_member, get_person
from wbtest.store import Refused
from wbtest.team import members, people, two_factor
from wbtest.team.access import ROLES


@click.group()
def user() -> None:
    """Add people, list them, change what they may do, give them a new password."""


@user.command()
@click.argument("email")
@click.option("--name", help="How others see the person (default: from the email).")
@click.option("--role", type=click.Choice(ROLES), default="editor", show_default=True)
def create(email: str, name: str | None, role: str) -> None:
    """Give EMAIL a log-in and a role. Asks for the password, or reads it from standard input."""
    with opened(os.environ):
        if not people.has_owner():
            raise Refused(
                "There is no team yet. Open the set-up link that `wbtest serve` prints first."
            )
        password = _ask_password()
        name = name or email.partition("@")[0].replace(".", " ").title()
        person = people.add_person(email=email, name=name, role=role, password=password)
        click.echo(f"{person.name} logs in with {person.email} and is {role}.")


@user.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_people(as_json: bool) -> None:
    """List everybody: email, role, name. Who left the team has no role."""
    with opened(os.environ):
        for row in people.everybody():
            words = (row.email, row.role or "-", row.name)
            said = json.dumps(row._asdict(), ensure_ascii=False) if as_json else "\t".join(words)
            click.echo(said)


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(ROLES))
def role(email: str, role: str) -> None:
    """Make EMAIL a viewer, editor, approver or owner; it counts at once."""
    with opened(os.environ):
        member = get_member(email)
        members.change_role(member, role, None)
        click.echo(f"{member.person.email} is {role}.")


@user.command()
@click.argument("email")
def remove(email: str) -> None:
    """Take EMAIL out of the team at once. The log-in stays, and what they wrote."""
    with opened(os.environ):
        member = get_member(email)
        person = member.person
        members.remove_member(member, None)
        click.echo(f"{person.email} is no longer in the team.")


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
        two_factor.turn_off_for(person)
        click.echo(f"{person.email} logs in by the password alone.")


def _ask_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
