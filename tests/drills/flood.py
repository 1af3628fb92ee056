"""flood: as many views as a machine can send, from one network and from many, beside visitors."""

import os
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from tests.bench.wrk import Client
from tests.drills.ledger import Ledger
from tests.drills.load import visiting
from tests.drills.outcome import Drill, Found
from tests.drills.proof import compare_figures, dashboard, raw_figures, settle
from tests.drills.sizes import sized
from tests.service.instance import Instance, make_instance
from tests.service.server import serving
from tests.steps.visitor import page_path
from wbtest.audience.recording.gate import CROWD, MOST_OF_A_MARK, MOST_OF_A_TEST
from wbtest.publishing.rule import FEWEST_AN_HOUR

SECONDS = float(os.environ.get("FLOOD") or sized(15, 3))
SCRIPT = Path(__file__).with_suffix(".lua")
# As the form proposes, so that of one network as few count as of any.
MOST_VISITORS = 2_400
MANY = 500
# A mark stands for 1 of 65,536 networks, so some visitors share one with those who send the flood.
MARKS, UNLUCKY = 65_536, 3.0


class Stored(NamedTuple):
    """What the database holds: rows, views that are only counted, and bytes with its log."""

    visits: int
    newcomers: int
    machine_counts: int
    beyond: int
    size: int


def one_network(folder: Path) -> Found:
    """All of it from one network."""
    return flood(folder, 1)


def many_networks(folder: Path) -> Found:
    """The same from many."""
    return flood(folder, MANY)


def flood(folder: Path, networks: int) -> Found:
    """Send views from so many networks while visitors come, each by a network of their own."""
    instance = make_instance(folder / "instance", most=MOST_VISITORS)
    with serving(instance) as server, visiting(instance, visitors=8, rest=0.25) as load:
        load.wait_for(3)
        before = stored_in(instance)
        url = instance.url + page_path(instance.slug)
        sent = Client(url, SECONDS, SCRIPT, [str(networks)]).finish()
        ledger = load.finish()
        settle(instance)
        after, shown = stored_in(instance), dashboard(server)
        code, _ = server.end()
    failures = [] if code == 0 else [f"SIGTERM: exit code {code}"]
    with instance.engine().connect() as raw:
        failures += compare_figures(raw_figures(raw), shown)
        counted, noted = counted_of(raw, ledger)
        failures += lost_signups(raw, ledger)
    ours = len(ledger.visits)
    stored, most = after.visits - ours, most_rows(networks)
    if stored > most:
        failures.append(f"{stored:,} of its visits are stored, where {most:,} may be")
    untold = sent.answered - stored - after.beyond - noted
    if untold > 0:
        failures.append(f"{untold:,} views are neither stored nor in a number")
    left_out = ours - counted - noted
    if left_out > 1 + UNLUCKY * ours * networks / MARKS:
        failures.append(f"{left_out} of {ours:,} visitors were not counted")
    if ledger.errors or ledger.broken(0):
        failures.append(f"visitors were refused: {ledger.refused}")
    return Found(
        f"{sent.answered:,} views, {sent.rate:,.0f} a second: {stored:,} visits stored of them, "
        f"{after.newcomers:,} rows of newcomers, all others in {after.machine_counts:,} "
        f"rows of numbers by the hour; database and log {before.size / 1e6:.1f} → "
        f"{after.size / 1e6:.1f} MB; {counted:,} of {ours:,} other visitors counted, {noted} noted "
        f"as lost; p95 of their views {1000 * ledger.p95('page'):.0f} ms; all "
        f"{len(ledger.acknowledged):,} sign-ups stored",
        failures,
    )


def most_rows(networks: int) -> int:
    """Return how many visits of a flood may be stored within an hour."""
    admitted = networks * FEWEST_AN_HOUR
    return admitted + min(networks * MOST_OF_A_MARK, MOST_OF_A_TEST)


def stored_in(instance: Instance) -> Stored:
    """Count rows and bytes, past our own code."""
    with instance.engine().connect() as raw:
        visits, networks, machines = (
            raw.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("visits", "newcomers", "machine_counts")
        )
        beyond = machine_counts(raw, CROWD)
    files = instance.folder.glob("wbtest.db*")
    return Stored(visits, networks, machines, beyond, sum(each.stat().st_size for each in files))


def machine_counts(raw: sa.Connection, reason: str) -> int:
    """Return how many events were only counted, for this reason."""
    query = f"SELECT coalesce(sum(count), 0) FROM machine_counts WHERE reason = '{reason}'"
    number: int = raw.exec_driver_sql(query).scalar_one()
    return number


def counted_of(raw: sa.Connection, ledger: Ledger) -> tuple[int, int]:
    """Return how many visits of the ledger count, and how many events were noted as lost."""
    counted = set(
        raw.exec_driver_sql("SELECT visitor FROM visits WHERE excluded_because = ''").scalars()
    )
    return len(counted & set(ledger.visits)), machine_counts(raw, "lost")


def lost_signups(raw: sa.Connection, ledger: Ledger) -> list[str]:
    """Say how many addresses were acknowledged and aren't stored."""
    emails = set(raw.exec_driver_sql("SELECT email FROM signups").scalars())
    lost = len(set(ledger.acknowledged) - emails)
    return [f"{lost} acknowledged sign-ups are not stored"] if lost else []


MUST = (
    "rows no more than the networks' limits and 2,000 allow; visitors counted, sign-ups stored, "
    "dashboard = rows"
)
DRILLS = [
    Drill("flood 1", "views of new visitors from one network", MUST, one_network),
    Drill("flood 500", f"the same from {MANY} networks", MUST, many_networks),
]
