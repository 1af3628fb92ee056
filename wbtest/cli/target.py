"""`wbtest target`: the sign-up rate that a business needs, from three assumptions."""

import json

import click

from wbtest.publishing.reckoning import RAREST, target_rate
from wbtest.store import Refused


@click.command()
@click.option("--customers-needed", "customers", type=float, required=True, metavar="N")
@click.option("--reachable", type=float, required=True, metavar="N", help="Who may see the page.")
@click.option("--buy", type=float, required=True, help="Share of sign-ups who buy: 0.2 is 20 %.")
@click.option("--json", "as_json", is_flag=True, help="Print the target as JSON.")
def target(customers: float, reachable: float, buy: float, as_json: bool) -> None:
    """Say which share of visitors must sign up for the business to work.

    Customers needed ÷ people reachable ÷ share of sign-ups who buy. Exit 1 when not even all of
    them would do.
    """
    try:
        rate = target_rate(customers, reachable, buy)
    except ValueError as error:
        raise Refused(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    if rate < 1 / RAREST:
        raise Refused(
            f"By these numbers fewer than one visitor in {RAREST:,} must sign up, and no page has "
            "enough visitors to show that. Count only people whom you will really bring there."
        )
    is_possible = rate < 1
    if as_json:
        assumed = {"customers_needed": customers, "reachable": reachable, "buy": buy}
        values = {"assumptions": assumed, "target": rate, "is_possible": is_possible}
        click.echo(json.dumps(values, indent=2))
    else:
        click.echo(
            f"Assumed  {customers:,.10g} customers are needed for the business to work.\n"
            f"Assumed  {reachable:,.10g} people can be brought to the page.\n"
            f"Assumed  {100 * buy:g} % of those who sign up will buy."
        )
        click.echo(
            f"Target   {100 * rate:.3g} % of visitors must sign up. It is as good as these three "
            "numbers: write down where each comes from."
            if is_possible
            else f"Target   none: even if all {reachable:,.10g} signed up, "
            f"{reachable * buy:,.0f} would buy."
        )
    if not is_possible:
        raise SystemExit(1)
