"""L6: full load for long, and for a while far more visitors than the machine can serve."""

import os
import time
from pathlib import Path

from drills import place as places
from drills.load import visiting
from drills.measuring import Watch, files_of, memory_of, watching
from drills.outcome import Drill, Found
from drills.progress import say
from drills.proof import Proof, prove
from drills.server import serving

SECONDS = float(os.environ.get("SOAK") or 120)
# The first quarter is not looked at: what is loaded once and remembered is no growth.
WARM, CROWD_SECONDS = 0.25, 25.0
VISITORS, REST, CROWD = 300, 0.3, 2_000
MOST_GROWTH, MOST_LOG = 0.10, 64
CROWD_FROM = 1 << 20


def soak(folder: Path) -> Found:
    """Let them come, measure, let the crowd come in the middle, and compare at the end."""
    place = places.make(folder / "instance")
    with serving(place) as server:
        with watching(server) as watch, visiting(place, VISITORS, rest=REST, again=0.3) as load:
            load.last((SECONDS - CROWD_SECONDS) / 2)
            say(f"{CROWD:,} visitors more at once")
            with visiting(place, CROWD, rest=0.1, again=0.3, first=CROWD_FROM) as crowd:
                load.last(CROWD_SECONDS)
                crowded = crowd.finish()
            say("the crowd is gone")
            load.last((SECONDS - CROWD_SECONDS) / 2)
            ledger = load.finish()
            time.sleep(3)
        slowest = crowded.p95("page")
        refused = crowded.broken(503)
        ledger.add(crowded)
        proof = prove(server, ledger)
    proof.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    proof.must(ledger.wrong == 0, f"{ledger.wrong} pages of another variant than the cookie's")
    usage = _judge(watch, proof)
    asked = sum(ledger.answers.values())
    return Found(
        f"{asked:,} requests in {SECONDS:.0f} s; {CROWD:,} more at once: p95 of a page "
        f"{slowest:.1f} s, {refused} × 503 with Retry-After, {ledger.broken(0)} connections broke; "
        f"0 pages of another variant than the cookie's; {usage}; {proof}",
        proof.failures,
    )


def _judge(watch: Watch, proof: Proof) -> str:
    """What the processes used: early, once warm, and at the end."""
    samples = watch.samples
    warm = samples[int(len(samples) * WARM) :][: max(3, len(samples) // 10)]
    last = samples[-max(3, len(samples) // 10) :]
    before, after = memory_of(warm), memory_of(last)
    growth = after / before - 1
    files = files_of(last[-1:]) - files_of(samples[:1])
    proof.must(growth < MOST_GROWTH, f"memory grew by {growth:.0%}")
    proof.must(watch.largest_log < MOST_LOG, f"the log grew to {watch.largest_log:.0f} MB")
    # Before anybody came and after everybody left; a connection to the database more is none.
    proof.must(files <= 20, f"{files:.0f} files more are open than at the start")
    proof.must(watch.fallen == 0, f"{watch.fallen} processes fell")
    return (
        f"memory {before:.0f} → {after:.0f} MB ({growth:+.1%}), log at most "
        f"{watch.largest_log:.0f} MB, open files {files_of(samples[:1]):.0f} → "
        f"{files_of(last[-1:]):.0f}, {watch.fallen} processes fell"
    )


DRILLS = [
    Drill(
        "L6",
        f"{VISITORS} visitors for {SECONDS:.0f} s, {CROWD:,} more for {CROWD_SECONDS:.0f} s of it",
        "slower, then 503 with Retry-After, never a wrong variant, no sign-up lost, no process "
        "falls; memory grows < 10 %, log < 64 MB, open files flat",
        soak,
        asked_seconds=SECONDS,
    )
]
