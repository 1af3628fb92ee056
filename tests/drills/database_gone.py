"""F12: PostgreSQL is stopped under load, and comes back."""

import time
from pathlib import Path

from tests.drills.load import visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import prove, settle
from tests.drills.sizes import SIGNUPS, sized
from tests.service.instance import make_instance
from tests.service.postgresql import running
from tests.service.server import eventually, serving

AWAY_SECONDS = sized(30, 4)
LONGEST_REFUSAL = 10.0


def stop(folder: Path) -> Found:
    """Stop the database, wait, start it; nobody touches wbtest."""
    with running(folder) as database:
        instance = make_instance(folder / "instance", database.url)
        with serving(instance) as server, visiting(instance) as load:
            load.wait_for(SIGNUPS)
            database.stop()
            say("PostgreSQL is stopped")
            load.last(AWAY_SECONDS)
            database.start()
            say("PostgreSQL is back")
            begun = time.monotonic()
            load.wait_for(SIGNUPS)
            back = time.monotonic() - begun
            ledger = load.finish()
            settle(instance)
            is_clean = eventually(lambda: _open_transactions(database.connections()) == 0, 10)
            states = database.connections()
            proof = prove(server, ledger)
    refused = ledger.refused.get(("signup", 503), 0)
    longest = ledger.longest("refused signup", "refused page", "refused beacon")
    proof.must(refused > 0, "no sign-up was refused, so nothing was tried")
    proof.must(longest <= LONGEST_REFUSAL, f"a refusal took {longest:.1f} s")
    proof.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    proof.must(ledger.broken(0) == 0, f"{ledger.broken(0)} connections broke or took 30 s")
    proof.must(is_clean, f"transactions were left open: {states}")
    return Found(
        f"{refused} × 503 with Retry-After, the slowest after {longest:.1f} s; sign-ups went on "
        f"{back:.1f} s after it was back; 0 open transactions of {sum(states.values())} "
        f"connections; {ledger.without_cookie} pages without a cookie; {proof}",
        proof.failures,
    )


def _open_transactions(states: dict[str, int]) -> int:
    return sum(number for state, number in states.items() if state.startswith("idle in"))


DRILLS = [
    Drill(
        "F12",
        f"PostgreSQL stopped for {AWAY_SECONDS} s under load",
        "503 with Retry-After within 10 s; reconnects by itself; no transaction left open",
        stop,
        is_patient=True,
    )
]
