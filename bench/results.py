"""`python -m bench.results`: how long the results take a server, however many visits there were.

Two instances with the same 90 days and six variants, of 100,000 visits and of a million; the
pages of both in turn, as one who is logged in opens them. Processor time, so that others on the
machine disturb less. Takes about three minutes, nearly all of it to record the visits.
"""

import gc
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
from flask.testing import FlaskClient

from bench import history, page
from wbtest.extensions import utc_now

FEW, MANY, DAYS, VARIANTS = 100_000, 1_000_000, 90, 6
ROUNDS = 9
GOAL_MS, GOAL_RATIO = 50, 1.2
PAGES = {
    "first screen": "",
    "over time": "/over-time",
    "who came": "/who-came",
    "what they said": "/what-they-said",
    "for information": "/for-information",
    "as JSON": ".json",
    "is there news": "/now.json",
}


class Row(NamedTuple):
    """Milliseconds of processor time for one page, with few visits and with many."""

    page: str
    few_ms: float
    many_ms: float


def measure(few: int = FEW, many: int = MANY) -> list[Row]:
    """Record both histories, then ask for each page of both in turn; return the medians."""
    with tempfile.TemporaryDirectory(prefix="wbtest-bench-") as name:
        clients = [_told(Path(name) / str(number), number) for number in (few, many)]
        # As a web process does it: what is there now is looked at no more.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        return [Row(what, *_times(clients, address)) for what, address in PAGES.items()]


def _told(folder: Path, visits: int) -> tuple[FlaskClient, int]:
    """Somebody logged in to an instance that has seen so many visits, and the test's number."""
    ago = [timedelta(days=DAYS)]

    def now() -> datetime:
        return utc_now() - ago[0]

    app, experiment_id = page.make(folder, now, variants=VARIANTS, most=2 * MANY, days=DAYS + 30)
    app.extensions["wbtest.recorder"].close()
    ago[0] = timedelta()
    click.echo(f"Recording {visits:,} visits …", err=True)
    took = history.tell(app, experiment_id, visits=visits, days=DAYS, until=utc_now())
    click.echo(f"{visits / took:,.0f} a second, with beacons and sign-ups.", err=True)
    client = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert token is not None
    who = {"email": page.OWNER, "password": page.SECRET, "csrf_token": token[1]}
    assert client.post("/login", data=who).status_code in (302, 303)
    return client, experiment_id


def _times(clients: list[tuple[FlaskClient, int]], address: str) -> Iterator[float]:
    took: list[list[float]] = [[] for _ in clients]
    # The first round is for what is read or compiled once.
    for number in range(ROUNDS + 1):
        for which, (client, experiment_id) in enumerate(clients):
            before = time.process_time()
            answer = client.get(f"/experiments/{experiment_id}/results{address}")
            spent = time.process_time() - before
            assert answer.status_code == 200, address
            answer.close()
            if number:
                took[which].append(1000 * spent)
    return (median(one) for one in took)


def main(given: list[Any]) -> int:
    """Print the table; 1 when a goal is missed."""
    few, many = (int(number) for number in given) if given else (FEW, MANY)
    rows = measure(few, many)
    click.echo(f"{'':<18}{few:>12,}{many:>12,}   ratio   (ms; goals {GOAL_MS} and {GOAL_RATIO})")
    for row in rows:
        ratio = row.many_ms / row.few_ms
        click.echo(f"{row.page:<18}{row.few_ms:>12.1f}{row.many_ms:>12.1f}{ratio:>8.2f}")
    is_met = all(r.many_ms <= GOAL_MS and r.many_ms <= GOAL_RATIO * r.few_ms for r in rows)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
