"""F21: a backup while visitors come, put back somewhere else."""

import time
from pathlib import Path

from tests.drills.load import visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import compare_figures, dashboard, prove, raw_figures
from tests.drills.sizes import SIGNUPS, sized
from tests.service.instance import Instance, make_instance
from tests.service.server import serving

BACKUPS = sized(2, 1)


def back_up(folder: Path) -> Found:
    """Back up under load, restore elsewhere, start that, and compare it with the clients' word."""
    failures: list[str] = []
    restored: list[int] = []
    longest = 0.0
    instance = make_instance(folder / "instance")
    with serving(instance) as server, visiting(instance) as load:
        for number in range(BACKUPS):
            load.wait_for(SIGNUPS)
            copy = folder / f"copy-{number}.db"
            before = set(load.so_far().acknowledged)
            begun = time.monotonic()
            instance.run("backup", str(copy))
            longest = max(longest, time.monotonic() - begun)
            sent = set(load.so_far().sent)
            say(f"backup {number + 1} of {BACKUPS} under load")
            found = _restore(instance.elsewhere(folder / f"elsewhere-{number}"), copy, failures)
            restored.append(len(found))
            if before - found:
                failures.append(f"{len(before - found)} acknowledged before are not in the copy")
            if found - sent:
                failures.append(f"{len(found - sent)} in the copy were not sent by then")
        over = instance.command("restore", str(copy))
        if over.returncode == 0 or "wbtest is running" not in over.stderr + over.stdout:
            failures.append("restore wrote over a running instance")
        proof = prove(server, load.finish())
    numbers = ", ".join(f"{number:,}" for number in restored)
    return Found(
        f"{BACKUPS} backups within {longest:.1f} s each, restored with {numbers} sign-ups: all "
        "acknowledged before, none sent after; each whole, verified, served, dashboard = rows; "
        f"restore over the running one refused; {proof}",
        [*failures, *proof.failures],
    )


def _restore(elsewhere: Instance, copy: Path, failures: list[str]) -> set[str]:
    """Restore, check and serve it; return the addresses that it holds."""
    elsewhere.run("restore", str(copy))
    with elsewhere.engine().connect() as raw:
        if raw.exec_driver_sql("PRAGMA integrity_check").scalar_one() != "ok":
            failures.append("integrity_check of a copy")
        if raw.exec_driver_sql("PRAGMA foreign_key_check").all():
            failures.append("foreign_key_check of a copy")
        found = set(raw.exec_driver_sql("SELECT email FROM signups").scalars())
        figures = raw_figures(raw)
    elsewhere.run("verify")
    with serving(elsewhere) as other:
        failures.extend(compare_figures(figures, dashboard(other)))
        other.end()
    return found


DRILLS = [
    Drill(
        "F21",
        f"`wbtest backup` under load, {BACKUPS} ×, restored elsewhere and served",
        "the copy holds all that was acknowledged before it; integrity_check, foreign_key_check "
        "and verify clean; restore refuses a running instance",
        back_up,
        is_patient=True,
    )
]
