"""`wbtest audit`: the newest lines of the audit log, of all workspaces and of those deleted."""

import json
import os

import click

from wbtest.cli.instance import opened
from wbtest.team.audit.actions import in_words
from wbtest.team.audit.log import lines_of_all

USUAL_LINES = 50
MOST_LINES = 1_000_000


@click.command()
@click.option(
    "--lines",
    type=click.IntRange(1, MOST_LINES),
    default=USUAL_LINES,
    show_default=True,
    help="How many of the newest.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def audit(lines: int, as_json: bool) -> None:
    """Show who did what: log-ins, approvals, starts, decisions, deletions. The newest first.

    A workspace's owners read theirs on the page; here stand also workspaces that were deleted, and
    log-ins that strangers tried.
    """
    with opened(os.environ):
        for line in lines_of_all(lines):
            if as_json:
                record = {
                    "id": line.id,
                    "at": line.at.isoformat(),
                    "workspace": line.workspace_id,
                    "who": line.who,
                    "action": line.action,
                    "about": line.about,
                    "from": line.network,
                    "token": line.token,
                }
                click.echo(json.dumps(record, ensure_ascii=False))
            else:
                at = f"{line.at:%Y-%m-%d %H:%M:%S}Z"
                said = in_words(line.action, line.about)
                click.echo(f"{at}\t{line.who}\t{said}\t{line.network or '-'}")
