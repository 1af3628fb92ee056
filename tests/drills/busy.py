"""L1 and L4: two hundred visitors at once; then a long export while they come."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import history
from tests.drills.ledger import Ledger
from tests.drills.load import Load, visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import compare_figures, dashboard, prove, raw_figures
from tests.drills.sizes import SIGNUPS, sized
from tests.service.instance import Instance, make_instance
from tests.service.server import Server, serving
from wbtest.extensions import utc_now

SECONDS = float(os.environ.get("LOAD") or sized(45, 5))
EVENTS = int(os.environ.get("EVENTS") or sized(100_000, 2_000))
# The load goes on for so long at least, so that there is something to measure.
LEAST_SECONDS = sized(15, 5)
VISITORS, SHARE, REST, WORKERS = sized(200, 40), sized(0.05, 0.25), 1.0, 4
VIEW_SECONDS, SIGNUP_SECONDS = 0.3, 1.0
LIMITS = "0 × 5xx, nothing locked in the log; p95 of a view ≤ 300 ms, of a sign-up ≤ 1 s"


def two_hundred(folder: Path) -> Found:
    """So many visitors for so long, nothing else."""
    instance = make_instance(folder / "instance")
    with serving(instance, workers=WORKERS) as server, _coming(instance) as load:
        load.last(SECONDS)
        ledger = load.finish()
        proof = prove(server, ledger)
    numbers, failures = judge(ledger, server, SECONDS)
    return Found(f"{numbers}; {proof}", [*failures, *proof.failures])


def export_meanwhile(folder: Path) -> Found:
    """Export everything under the same load, and bring the file into an empty instance."""
    instance = make_instance(folder / "instance")
    told = _tell(instance)
    file = folder / "tests.bench.wbtest"
    failures: list[str] = []
    with serving(instance, workers=WORKERS) as server, _coming(instance) as load:
        load.wait_for(SIGNUPS)
        before, begun = set(load.so_far().acknowledged), time.monotonic()
        instance.run("instance", "export", str(file))
        took, sent = time.monotonic() - begun, set(load.so_far().sent)
        say(f"exported within {took:.0f} s")
        load.last(max(0.0, LEAST_SECONDS - took))
        seconds = time.monotonic() - begun
        ledger = load.finish()
        numbers, failures = judge(ledger, server, seconds)
        server.end()
    stored = _emails(instance)
    if told | set(ledger.acknowledged) != stored:
        failures.append(f"{len(set(ledger.acknowledged) - stored)} acknowledged sign-ups lost")
    rows, found = _bring_in(instance.elsewhere(folder / "elsewhere"), file, failures)
    if not told | before <= found:
        failures.append(f"{len((told | before) - found)} acknowledged before are not in the file")
    if not found <= told | sent:
        failures.append(f"{len(found - told - sent)} in the file were not sent by then")
    return Found(
        f"{rows:,} events exported within {took:.0f} s ({file.stat().st_size / 1e6:.0f} MB); "
        "brought into an empty instance: verify clean, dashboard = rows, all that was "
        f"acknowledged before and nothing sent after; meanwhile {numbers}",
        failures,
    )


def _tell(instance: Instance) -> set[str]:
    """Give the page a past, and return the addresses of it."""
    with instance.opened() as app:
        # Of a visit come two events on average.
        history.tell(app, 1, visits=EVENTS // 2, days=10, until=utc_now())
    return _emails(instance)


def _emails(instance: Instance) -> set[str]:
    return set(instance.scalars("SELECT email FROM signups"))


def _bring_in(elsewhere: Instance, file: Path, failures: list[str]) -> tuple[int, set[str]]:
    """Import the file, check and serve it; return how many events it holds, and the addresses."""
    elsewhere.run("instance", "import", str(file))
    elsewhere.run("verify")
    with elsewhere.engine().connect() as raw:
        figures = raw_figures(raw)
        events = sum(
            raw.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("visits", "sightings", "signups")
        )
    with serving(elsewhere) as other:
        failures.extend(compare_figures(figures, dashboard(other)))
        other.end()
    return events, _emails(elsewhere)


@contextmanager
def _coming(instance: Instance) -> Iterator[Load]:
    """VISITORS of them, SHARE of whom sign up; half look at the page again."""
    with visiting(instance, VISITORS, SHARE, REST, again=0.5) as load:
        yield load


def judge(ledger: Ledger, server: Server, seconds: float) -> tuple[str, list[str]]:
    """The limits of a load, as numbers and as sentences on what did not hold."""
    view, signup = ledger.p95("page"), ledger.p95("signup")
    fives = sum(number for (_, status), number in ledger.refused.items() if status >= 500)
    locked = server.log.read_text(encoding="utf-8").lower().count("locked")
    asked = sum(ledger.answers.values())
    failures = [
        *([f"{fives} answers were 5xx: {ledger.refused}"] if fives else []),
        *([f"{ledger.broken(0)} connections broke"] if ledger.broken(0) else []),
        *([f"{locked} × locked in the log"] if locked else []),
        *([f"p95 of a view {view:.2f} s"] if view > VIEW_SECONDS else []),
        *([f"p95 of a sign-up {signup:.2f} s"] if signup > SIGNUP_SECONDS else []),
        *([f"{ledger.wrong} pages of another variant"] if ledger.wrong else []),
    ]
    return (
        f"{asked:,} requests in {seconds:.0f} s, {fives} × 5xx, {locked} × locked; p95 of a view "
        f"{view * 1000:.0f} ms, of a sign-up {signup * 1000:.0f} ms",
        failures,
    )


DRILLS = [
    Drill(
        "L1",
        f"{VISITORS} visitors at once for {SECONDS:.0f} s, {SHARE:.0%} sign up, {WORKERS} web "
        "processes",
        LIMITS,
        two_hundred,
        asked_seconds=SECONDS,
    ),
    Drill(
        "L4",
        f"an export of {EVENTS:,} events while these come",
        "the same; the file is complete and of one moment",
        export_meanwhile,
        asked_seconds=EVENTS / 1_000,
    ),
]
