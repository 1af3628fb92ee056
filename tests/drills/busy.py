"""L1 and L4: two hundred visitors at once; then a long export while they come."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import history
from tests.drills import place as places
from tests.drills.ledger import Ledger
from tests.drills.load import Load, visiting
from tests.drills.outcome import Drill, Found
from tests.drills.place import Place, run
from tests.drills.progress import say
from tests.drills.proof import compare_figures, dashboard, prove, raw_figures
from tests.drills.server import Server, serving
from wbtest import create_app
from wbtest.config import from_environment
from wbtest.extensions import db, utc_now

SECONDS = float(os.environ.get("LOAD") or 45)
EVENTS = int(os.environ.get("EVENTS") or 100_000)
# The load goes on for so long at least, so that there is something to measure.
LEAST_SECONDS = 15
VISITORS, SHARE, REST, WORKERS = 200, 0.05, 1.0, 4
VIEW_SECONDS, SIGNUP_SECONDS = 0.3, 1.0
LIMITS = "0 × 5xx, nothing locked in the log; p95 of a view ≤ 300 ms, of a sign-up ≤ 1 s"


def two_hundred(folder: Path) -> Found:
    """So many visitors for so long, nothing else."""
    place = places.make(folder / "instance")
    with serving(place, workers=WORKERS) as server, _coming(place) as load:
        load.last(SECONDS)
        ledger = load.finish()
        proof = prove(server, ledger)
    numbers, failures = judge(ledger, server, SECONDS)
    return Found(f"{numbers}; {proof}", [*failures, *proof.failures])


def export_meanwhile(folder: Path) -> Found:
    """Export everything under the same load, and bring the file into an empty instance."""
    place = places.make(folder / "instance")
    told = _tell(place)
    file = folder / "tests.bench.wbtest"
    failures: list[str] = []
    with serving(place, workers=WORKERS) as server, _coming(place) as load:
        load.wait_for(20)
        before, begun = set(load.so_far().acknowledged), time.monotonic()
        run(place, "instance", "export", str(file))
        took, sent = time.monotonic() - begun, set(load.so_far().sent)
        say(f"exported within {took:.0f} s")
        load.last(max(0.0, LEAST_SECONDS - took))
        seconds = time.monotonic() - begun
        ledger = load.finish()
        numbers, failures = judge(ledger, server, seconds)
        server.end()
    stored = _emails(place)
    if told | set(ledger.acknowledged) != stored:
        failures.append(f"{len(set(ledger.acknowledged) - stored)} acknowledged sign-ups lost")
    rows, found = _bring_in(places.moved(place, folder / "elsewhere"), file, failures)
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


def _tell(place: Place) -> set[str]:
    """Give the page a past, and return the addresses of it."""
    app = create_app(
        from_environment({k: v for k, v in place.environ.items() if k.startswith("WBTEST_")})
    )
    # Of a visit come two events on average.
    history.tell(app, 1, visits=EVENTS // 2, days=10, until=utc_now())
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return _emails(place)


def _emails(place: Place) -> set[str]:
    with place.engine().connect() as raw:
        return set(raw.exec_driver_sql("SELECT email FROM signups").scalars())


def _bring_in(elsewhere: Place, file: Path, failures: list[str]) -> tuple[int, set[str]]:
    """Import the file, check and serve it; return how many events it holds, and the addresses."""
    run(elsewhere, "instance", "import", str(file))
    run(elsewhere, "verify")
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
def _coming(place: Place) -> Iterator[Load]:
    """Two hundred visitors, 5% of whom sign up; half of them look at the page again."""
    with visiting(place, VISITORS, SHARE, REST, again=0.5) as load:
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
        f"{VISITORS} visitors at once for {SECONDS:.0f} s, 5% sign up, {WORKERS} web processes",
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
