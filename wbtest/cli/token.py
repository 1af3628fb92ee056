"""`wbtest token`: keys to the API, for whoever runs the server."""

import json
import os

import click

from wbtest.cli.instance import opened
from wbtest.cli.who import get_member
from wbtest.extensions import db
from wbtest.store import Refused
from wbtest.team import tokens
from wbtest.team.models import ApiToken


@click.group()
def token() -> None:
    """Make tokens for the API, list them, end them."""


@token.command()
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
@click.option("--days", type=int, help="Ends by itself after so many days (default: never).")
def create(email: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
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
        click.echo(f"The token “{name}” opens nothing any more.")


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
