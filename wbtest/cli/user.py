"""`wbtest user` and `wbtest token`: people and keys to the API, for the server's operator."""

import json
import os
import sys

import click

from wbtest.cli.startup import opened
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import access, people, tokens, two_factor
from wbtest.team.models import ApiToken, Membership, Person


@click.group()
def user() -> None:
    """Add people, list them, change what they may do, give them a new password."""


@user.command()
@click.argument("email")
@click.option("--name", help="How others see the person (default: from the email).")
@click.option("--role", type=click.Choice(access.ROLES), default="editor", show_default=True)
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
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_people(as_json: bool) -> None:
    """List everybody: email, role, name. Who left the team has no role."""
    with opened(os.environ):
        for row in people.everybody():
            words = (row.email, row.role or "-", row.name)
            said = json.dumps(row._asdict(), ensure_ascii=False) if as_json else "\t".join(words)
            click.echo(said)


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice(access.ROLES))
def role(email: str, role: str) -> None:
    """Make EMAIL a viewer, editor, approver or owner; it counts at once."""
    with opened(os.environ):
        member = get_member(email)
        people.change_role(member, role, None)
        click.echo(f"{member.person.email} is {role}.")


@user.command()
@click.argument("email")
def remove(email: str) -> None:
    """Remove EMAIL from the team. The log-in stays, and what they wrote."""
    with opened(os.environ):
        member = get_member(email)
        person = member.person
        people.remove_member(member, None)
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


@click.group()
def token() -> None:
    """Create, list and delete API tokens."""


@token.command("create")
@click.argument("email")
@click.option("--name", required=True, help="Which program will use it.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(list(tokens.SCOPES)),
    multiple=True,
    default=("read",),
    show_default=True,
    help="What it may do; give it several times for more.",
)
@click.option("--days", type=int, help="Expires after this many days (default: never).")
def create_token(email: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token that acts as EMAIL, and print it. It is shown this once."""
    with opened(os.environ):
        member = get_member(email)
        _, text = tokens.make_token(member.person, name=name, scopes=scopes, days=days)
        click.echo(text)


@token.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_tokens(as_json: bool) -> None:
    """List all tokens: number, beginning, scopes, maker, last use, name."""
    with opened(os.environ):
        rows = [_row(found) for found in tokens.list_tokens()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        click.echo("\t".join(str(value) for value in row.values() if value is not None))


@token.command()
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """End the token of this NUMBER; `wbtest token list` shows it."""
    with opened(os.environ):
        found = db.session.get(ApiToken, number)
        if found is None:
            raise Refused(f"There is no token {number}. `wbtest token list` shows which there are.")
        name = found.name
        tokens.revoke_token(found)
        click.echo(f"The token “{name}” no longer works.")


def _row(found: ApiToken) -> dict[str, object]:
    used = found.last_used_on.isoformat() if found.last_used_on else "never used"
    return {
        "number": found.id,
        "begins": found.prefix,
        "scopes": found.scopes,
        "maker": found.person.email,
        "last_used": used,
        "name": found.name,
        "over": tokens.why_dead(found) or None,
    }


def get_person(email: str) -> Person:
    """The person who logs in with this email."""
    found = people.find_person(email)
    if found is None:
        raise Refused(f"Nobody logs in with {email}. `wbtest user list` shows who does.")
    return found


def get_member(email: str) -> Membership:
    """The member who logs in with this email."""
    person = get_person(email)
    found: Membership | None = db.session.scalar(
        db.select(Membership).where(Membership.person_id == person.id)
    )
    if found is None:
        raise Refused(f"{person.email} is not in the team.")
    return found
