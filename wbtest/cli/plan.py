"""`wbtest plan`: how many visitors and days a test needs, before anybody starts it."""

import json

import click
from msgspec.structs import asdict

from wbtest import statistics
from wbtest.publishing import planner
from wbtest.statistics.planning import between_visitors
from wbtest.store import Refused


@click.command()
@click.option("--target", type=float, required=True, help="The rate to reach: 0.08 is 8%.")
@click.option("--floor", type=float, required=True, help="The rate below which we stop.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Risk of a wrong “go”.")
@click.option(
    "--beta", type=float, default=0.05, show_default=True, help="Risk of rejecting a good idea."
)
@click.option("--power", type=float, default=0.8, show_default=True, help="Chance of a right go.")
@click.option("--daily", type=float, required=True, help="Visitors a day, across all variants.")
@click.option("--variants", type=int, default=1, show_default=True)
@click.option("--hoped", type=float, help="The true rate hoped for (default: 1.5 × target).")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(
    target: float,
    floor: float,
    alpha: float,
    beta: float,
    power: float,
    daily: float,
    variants: int,
    hoped: float | None,
    as_json: bool,
) -> None:
    """Say how many visitors and days a test needs."""
    try:
        made = planner.plan_within_limits(
            target=target,
            floor=floor,
            alpha=alpha,
            power=power,
            daily=daily,
            variants=variants,
            hoped_for=hoped,
        )
        between = between_visitors(target, floor, alpha, beta, power, variants)
        told_apart = (
            statistics.comparison_visitors((target, made.hoped_for), (1, 1), alpha, power)
            if variants > 1
            else None
        )
    except ValueError as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    if as_json:
        asked = {"target": target, "floor": floor, "alpha": alpha, "power": power}
        asked |= {"beta": beta, "daily": daily, "variants": variants}
        values = {
            "asked": asked,
            **asdict(made),
            "comparison_visitors": told_apart,
            "between_visitors": between,
        }
        click.echo(json.dumps(values, indent=2))
        return
    pages = "the page" if variants == 1 else f"each of {variants} variants"
    click.echo(
        f"{made.maximum_visitors:,} visitors at most, {made.visitors_per_variant:,} for {pages}: "
        f"{made.days} days with {daily:g} a day.\n"
        f"If the true rate is {_percent(made.hoped_for)}, one page that you check daily takes "
        f"about {made.fixed_visitors:,} on average and reaches its {_percent(target)} target with "
        f"{_percent(power)} chance before the maximum."
    )
    click.echo(
        f"To find {'a page' if variants == 1 else 'variants'} at {_percent((target + floor) / 2)}, "
        f"between floor and target: {between:,} visitors."
    )
    if told_apart:
        click.echo(
            f"To tell two variants apart, one at {_percent(target)} and one at "
            f"{_percent(made.hoped_for)}: {told_apart:,} visitors of both together if you check "
            f"once, up to {2 * told_apart:,} if you check each day."
        )


def _percent(rate: float) -> str:
    return f"{100 * rate:.4g}%"
