"""The `wbtest` command: one module for each sub-command, each calls one verb.

Exit codes: 0 all is well, 1 the command found something, 2 it cannot run and says why in one line.
"""

import os
import sqlite3
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from wbtest.cli.analyze import analyze
from wbtest.cli.audit import audit
from wbtest.cli.backup import backup, restore
from wbtest.cli.check import check
from wbtest.cli.completion import completion
from wbtest.cli.demo import demo
from wbtest.cli.doctor import doctor
from wbtest.cli.export import export
from wbtest.cli.import_ import import_
from wbtest.cli.plan import plan
from wbtest.cli.results import results
from wbtest.cli.selftest import selftest
from wbtest.cli.serve import serve
from wbtest.cli.target import target
from wbtest.cli.token import token
from wbtest.cli.user import user
from wbtest.cli.verify import verify
from wbtest.cli.verify_memo import verify_memo
from wbtest.cli.worker import worker
from wbtest.config import BadSetting
from wbtest.store import Refused, StoreBroken


class Commands(click.Group):
    """A group of commands whose expected failures are one clear line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        # What we write holds addresses and hashes: it is for this account alone.
        os.umask(0o077)
        try:
            return super().invoke(ctx)
        except (BadSetting, StoreBroken, Refused, OSError) as error:
            return _give_up(ctx, str(error))
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = getattr(error, "orig", None) or error
            return _give_up(ctx, f"The database refused: {' '.join(str(cause).split())}")


def _give_up(ctx: click.Context, sentence: str) -> NoReturn:
    click.echo(f"wbtest: {sentence}", err=True)
    ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Write the press release first, test it on strangers, and know when to go, iterate or stop.

    Settings come from the environment, WBTEST_…; the README lists them.
    """


for command in (
    serve,
    demo,
    worker,
    check,
    export,
    import_,
    doctor,
    backup,
    restore,
    user,
    token,
    verify,
    verify_memo,
    audit,
    plan,
    target,
    analyze,
    results,
    selftest,
    completion,
):
    main.add_command(command)
