"""`wbtest completion`: what a shell needs to complete our commands, options and files."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
NAME = "wbtest"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what lets a shell complete wbtest's commands and options.

    For bash: eval "$(wbtest completion bash)" in ~/.bashrc; for zsh the same in ~/.zshrc; for fish:
    wbtest completion fish > ~/.config/fish/completions/wbtest.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None, shell
    # Under this name the script asks the command again for what fits, each time Tab is pressed.
    found = kind(ctx.find_root().command, {}, NAME, f"_{NAME.upper()}_COMPLETE")
    click.echo(found.source())
