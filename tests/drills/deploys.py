"""F4: SIGTERM under load, as each deploy sends it."""

import time
from pathlib import Path

from tests.drills.load import visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import prove
from tests.drills.sizes import SIGNUPS, sized
from tests.service.instance import make_instance
from tests.service.server import serving

DEPLOYS = sized(5, 1)
MOST_SECONDS = 30


def deploy(folder: Path) -> Found:
    """End and start it over and over while visitors come; count who was cut off meanwhile."""
    cut, longest, codes = 0, 0.0, set()
    with serving(make_instance(folder / "instance")) as server, visiting(server.instance) as load:
        for number in range(DEPLOYS):
            load.wait_for(SIGNUPS)
            told_at = time.time()
            code, seconds = server.end()
            longest = max(longest, seconds)
            codes.add(code)
            cut += sum(begun < told_at for begun in load.so_far().cut_off)
            say(f"SIGTERM {number + 1} of {DEPLOYS}: gone after {seconds:.1f} s")
            load.so_far().cut_off.clear()
            server.start()
        ledger = load.finish()
        proof = prove(server, ledger)
    proof.must(cut == 0, f"{cut} requests in flight were not answered")
    proof.must(codes == {0}, f"exit codes {sorted(codes)}")
    proof.must(longest < MOST_SECONDS, f"gone after {longest:.0f} s only")
    proof.must(proof.visits_lost == 0, f"{proof.visits_lost} visits that were queued are lost")
    proof.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    return Found(
        f"{DEPLOYS} × SIGTERM; {cut} requests in flight cut off; exit code 0 within "
        f"{longest:.1f} s; {proof}",
        proof.failures,
    )


DRILLS = [
    Drill(
        "F4",
        f"SIGTERM under load, {DEPLOYS} ×",
        "every request in flight is answered, nothing queued is lost, exit within 30 s",
        deploy,
        is_patient=True,
    )
]
