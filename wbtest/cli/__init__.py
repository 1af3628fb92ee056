"""The `wbtest` command: one module for each sub-command, each calls one verb.

A module is loaded when its command is called, or all are for the list of them.

Exit codes: 0 all is well, 1 the command found something, 2 it cannot run and says why in one line.
"""

import os
import sqlite3
from importlib import import_module
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from wbtest.config import BadSetting
from wbtest.store import Refused, StoreBroken

# Module and function below ``wbtest.cli``.
COMMANDS = {
    "analyze": "analyze.analyze",
    "backup": "backup.backup",
    "check": "release_files.check",
    "demo": "demo.demo",
    "doctor": "doctor.doctor",
    "export": "release_files.export",
    "import": "release_files.import_",
    "instance": "backup.instance",
    "plan": "plan.plan",
    "public": "public.public",
    "restore": "backup.restore",
    "results": "analyze.results",
    "selftest": "selftest.selftest",
    "serve": "serve.serve",
    "token": "user.token",
    "user": "user.user",
    "verify": "verify.verify",
    "verify-memo": "verify.verify_memo",
    "worker": "worker.worker",
}


class Commands(click.Group):
    """A group of commands whose expected failures are one clear line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - its signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in COMMANDS and name not in self.commands:
            self.add_command(_loaded(*COMMANDS[name].split(".")))
        return super().get_command(ctx, name)

    def invoke(self, ctx: click.Context) -> Any:
        # What we write holds addresses and hashes: it is for this account alone.
        os.umask(0o077)
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of the pipe has seen enough, as with `| head`. Click ends without a word.
            raise
        except (BadSetting, StoreBroken, Refused) as error:
            return _give_up(ctx, str(error))
        except OSError as error:
            names_a_file = error.filename and error.strerror
            said = f"{error.filename}: {error.strerror}." if names_a_file else str(error)
            return _give_up(ctx, said)
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = getattr(error, "orig", None) or error
            return _give_up(ctx, f"The database refused: {' '.join(str(cause).split())}")


def _loaded(module: str, function: str) -> click.Command:
    found: click.Command = getattr(import_module(f"{__name__}.{module}"), function)
    return found


def _give_up(ctx: click.Context, sentence: str) -> NoReturn:
    click.echo(f"wbtest: {sentence}", err=True)
    ctx.exit(2)


def _show_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    """What must be the same on two sides: the program, and the shape of its database."""
    if is_asked:
        # Loaded only when asked for, and not with every command.
        database = import_module("wbtest.database")
        version = import_module("importlib.metadata").version("wbtest")
        click.echo(f"wbtest {version}, database {database.head_revision()}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the versions of wbtest and its database.",
)
def main() -> None:
    """Write the press release first, test it on strangers, and know when to go, iterate or stop.

    Settings come from the environment, WBTEST_…; docs/settings.md lists them.
    """
