"""`python -m tests.attacks [PARTS…]`: attack a verdict in every known way, and count.

Without PARTS it does all of them.

``valid`` counts how often honest tests are told what is wrong, ``table`` sends each attack through
a real app, ``honest`` tells its recorder of honest tests, ``simulated`` draws many of both in
memory, ``searched`` looks for the cheapest way past the check.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain, product

import click

from tests.attacks import adversary, simulated, through, valid
from tests.attacks.strikes import MORE, TABLE
from tests.attacks.worlds import WORLDS

# No more than one of so many honest tests may be red.
ONE_RED_IN = 200
# Honest tests of each world and rate through the app: over 2,000 in all.
HONEST = 72
# World, true rate, the word that is wanted, and the fewest networks with which it may pass unseen.
# Inside the twelve carriers that honest people use, and near the target, fewer are enough.
SEARCHED = (
    ("own networks", 0.05, "met", 20),
    ("carriers, phones half", 0.05, "met", 12),
    ("own networks", 0.12, "not_met", 20),
    ("carriers, phones half", 0.12, "not_met", 12),
    ("own networks", 0.065, "met", 8),
    ("own networks", 0.1, "not_met", 12),
)
# From so many on strangers can't be told by their networks.
FEWEST_NETWORKS = 20
# Simulated tests of each world, at the target and at the floor.
VALID = 600
PARTS = ("valid", "table", "honest", "simulated", "searched")


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--honest", "number", default=HONEST, show_default=True, help="Tests of each world.")
def main(parts: Sequence[str], *, number: int) -> None:
    """Run these PARTS, or all; ends with 1 where an attack got through, or honest tests are red."""
    chosen = parts or PARTS
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:
        run: dict[str, Callable[[ProcessPoolExecutor], bool]] = {
            "valid": show_valid,
            "table": show_table,
            "honest": partial(show_honest, number=number),
            "simulated": show_simulated,
            "searched": show_searched,
        }
        held = [run[part](pool) for part in PARTS if part in chosen]
    sys.exit(not all(held))


def show_valid(pool: ProcessPoolExecutor) -> bool:
    """Print how often tests say what is wrong; whether it's in as few as the rule promises."""
    click.echo(
        f"Whether the gate keeps the promise, {VALID} simulated tests of each world and rate\n"
    )
    click.echo(f"{'world':<26}{'rate':>6}{'left out':>10}  {'says':<9}{'wrong':>6}{'share':>8}")
    worlds, rates = zip(*product(valid.WORLDS, valid.PROMISED), strict=True)
    found = pool.map(partial(valid.shares, range(VALID)), worlds, rates)
    held = True
    for share in chain.from_iterable(found):
        within = f"within the promise of {100 * share.bound:g}%"
        if not share.is_kept:
            within = f"above the promise of {100 * share.bound:g}%"
        if share.world.is_independent:
            held &= share.is_kept
        else:
            within = "nothing is promised: they are not independent"
        click.echo(
            f"{share.world.name:<26}{100 * share.rate:>5g}%{share.left_out:>10.0%}  "
            f"{share.says:<9}{share.wrong:>6}{share.wrong / share.tests:>8.1%}  {within}"
        )
    click.echo("")
    return held


def show_table(pool: ProcessPoolExecutor) -> bool:
    """Print each attack through the app; whether each other verdict stood under red.

    From ``FEWEST_NETWORKS`` on strangers can't be told by their networks.
    """
    click.echo("Attacks through the app: requests, gate, store, panel\n")
    head = f"{'attack':<46}{'networks':>9}{'sent':>7}{'counted':>9}  {'verdict':<34}panel"
    click.echo(head)
    held = True
    for struck in pool.map(through.strike, TABLE):
        held &= struck.is_seen or struck.strike.networks >= FEWEST_NETWORKS
        attack, before, after = struck.strike, struck.honest[-1], struck.attacked[-1]
        verdict = after.verdict if not struck.flips else f"{before.verdict} → {after.verdict}"
        colour = after.colour if before.colour != after.colour else f"{after.colour}, as without"
        click.echo(
            f"{attack.name:<46}{attack.networks:>9,}{attack.sent:>7,}{struck.counted:>9,}  "
            f"{verdict:<34}{colour}"
        )
        if struck.flips:
            click.echo(
                f"    {after.sentence or 'Nothing says so: too many networks, or too little.'}"
            )
    click.echo("")
    return held


def show_honest(pool: ProcessPoolExecutor, number: int) -> bool:
    """Print how many honest tests the check of networks makes red; whether few enough are."""
    click.echo(f"Honest tests through the recorder, {number} of each world and rate\n")
    click.echo(f"{'world':<26}{'rate':>6}{'tests':>7}{'red':>5}{'amber':>7}  verdicts")
    tests, red = 0, 0
    for counts in pool.map(partial(through.honest_tests, number), WORLDS):
        for count in counts:
            tests, red = tests + count.tests, red + count.red
            verdicts = ", ".join(f"{n} {word}" for word, n in sorted(count.verdicts.items()))
            click.echo(
                f"{count.world:<26}{100 * count.rate:>5g}%{count.tests:>7,}{count.red:>5}"
                f"{count.amber:>7}  {verdicts}"
            )
    click.echo(f"{red:,} of {tests:,} are red; at most one of {ONE_RED_IN} may be.\n")
    return red * ONE_RED_IN <= tests


def show_simulated(pool: ProcessPoolExecutor) -> bool:
    """Print how often each attack flips a verdict in simulated tests, and how many are red."""
    click.echo(f"Attacks on {simulated.RUNS} simulated tests of each world\n")
    for world in simulated.WORLDS:
        click.echo(f"{world + ':':<46}{'networks':>9}{'counted':>9}{'made':>6}{'red':>5}", nl=False)
        click.echo(f"{'delayed':>9}{'red':>5}")
        for line in pool.map(partial(simulated.line, world=world), (*TABLE, *MORE)):
            click.echo(
                f"{line.strike.name:<46}{line.strike.networks:>9,}{line.counted:>9.0f}"
                f"{line.made:>6}{line.made_red:>5}{line.delayed:>9}{line.delayed_red:>5}"
            )
        click.echo("")
    click.echo("Spread evenly over so many networks, flips and of them red:\n")
    for goal, rate, name in simulated.CURVES:
        outcomes = pool.map(partial(simulated.point, rate, goal), simulated.NETWORKS)
        points = zip(simulated.NETWORKS, outcomes, strict=True)
        told = "  ".join(f"{m}: {each.flips}/{each.flips - each.unseen}" for m, each in points)
        click.echo(f"{name}\n    {told}")
    click.echo("")
    return True


def show_searched(pool: ProcessPoolExecutor) -> bool:
    """Print the cheapest attack that a search finds; whether it needs enough networks."""
    click.echo("The cheapest attack that flips half of the tests with nothing red\n")
    held = True
    bases = [adversary.Base(*base) for *base, _ in SEARCHED]
    for found, (*_, fewest) in zip(pool.map(adversary.cheapest, bases), SEARCHED, strict=True):
        base, plan = found.base, found.plan
        name = f"{base.world}, {100 * base.rate:g}%, to {base.goal.replace('_', ' ')}"
        if plan is None:
            click.echo(f"{name:<48}none of up to {adversary.NETWORKS[-1]} networks")
            continue
        unseen = f"{found.outcome.unseen} of {found.outcome.runs} unseen"
        click.echo(
            f"{name:<48}{plan.networks} networks, {plan.signups} sign-ups, {plan.views} views, "
            f"{unseen}, {found.outcome.amber} amber"
        )
        held &= plan.networks >= fewest
    click.echo("")
    return held


if __name__ == "__main__":
    main()
