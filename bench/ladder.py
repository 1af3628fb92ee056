"""`python -m bench.ladder`: what each step of a recorded visit takes of the server's own speed.

The steps are served in turn, round after round, beside a raw WSGI answer of as many bytes. Which of
them a goal leaves room for can be read from the table: docs/speed.md quotes it.
"""

import os
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from bench import machine, servers, wrk
from bench.steps import PATH, STEPS
from bench.visits import SECONDS, page_of
from drills import place as places

RAW = "raw"


@click.command()
@click.option("--rounds", default=9, show_default=True, type=click.IntRange(1, 100))
def main(rounds: int) -> None:
    """Measure the steps, each with all before it, and print one table."""
    click.echo(f"{machine.look()}\n")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wbtest-ladder-")))
        urls = _serve(stack, folder)
        rates: dict[str, list[float]] = {name: [] for name in urls}
        for _ in range(rounds):
            for name, url in urls.items():
                rates[name].append(wrk.load(url, SECONDS).rate)
    whats = {RAW: "a raw WSGI answer", **{name: f"+ {step.what}" for name, step in STEPS.items()}}
    click.echo(f"{'':<56}{'a second':>9}{'÷ raw':>7}  range")
    for name, what in whats.items():
        ratios = sorted(ours / raw for ours, raw in zip(rates[name], rates[RAW], strict=True))
        click.echo(
            f"{what:<56}{statistics.median(rates[name]):>9,.0f}{statistics.median(ratios):>7.2f}"
            f"  {ratios[0]:.2f}–{ratios[-1]:.2f}"
        )


def _serve(stack: ExitStack, folder: Path) -> dict[str, str]:
    urls = {}
    for name in STEPS:
        place = places.make(folder / name)
        environ = {**place.environ, "BENCH_STEP": name}
        server = stack.enter_context(servers.granian(servers.STEP, environ, port=place.port))
        urls[name] = server.url + PATH
        if name == "constant":
            _, body = page_of(server)
    environ = {**os.environ, "BENCH_BYTES": str(len(body))}
    raw = stack.enter_context(servers.granian("bench.floors:raw", environ))
    return {RAW: f"{raw.url}/", **urls}


if __name__ == "__main__":
    main()
