"""SIGTERM under load, as each deploy sends it."""

import time

from tests.drills.comparison import compare
from tests.drills.load import visiting
from tests.proofs.figure import Goal
from tests.proofs.proof import Proof, Result, Run
from tests.proofs.running import say
from tests.service.instance import make_instance
from tests.service.server import serving

MOST_SECONDS = 30


def deploy(run: Run) -> Result:
    """End and start it over and over while visitors come; count who was cut off meanwhile."""
    deploys, wanted = run.size(5, 1), run.size(20, 3)
    cut, longest, codes = 0, 0.0, set()
    with (
        serving(make_instance(run.folder / "instance")) as server,
        visiting(server.instance, run.size(80, 10)) as load,
    ):
        for number in range(deploys):
            load.wait_for(wanted)
            begun = time.time()
            code, seconds = server.end()
            longest = max(longest, seconds)
            codes.add(code)
            cut += sum(each < begun for each in load.so_far().cut_off)
            say(f"SIGTERM {number + 1} of {deploys}: gone after {seconds:.1f} s")
            load.so_far().cut_off.clear()
            server.start()
        ledger = load.finish()
        result = compare("sigterm", server, ledger)
    visits_lost = result.figures[-1].value
    result.add("sigterm-count", "SIGTERM under load", deploys)
    result.add("sigterm-cut", "requests in flight cut off", cut, goal=Goal("≤", 0))
    result.add("sigterm-seconds", "gone after at most", longest, "s", goal=Goal("≤", MOST_SECONDS))
    result.must(cut == 0, f"{cut} requests in flight were not answered")
    result.must(codes == {0}, f"exit codes {sorted(codes)}")
    result.must(visits_lost == 0, f"{visits_lost} visits that were queued are lost")
    result.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    return result


PROOFS = (
    Proof(
        "sigterm",
        "SIGTERM under load: every request in flight answered, nothing queued lost, gone in time",
        deploy,
    ),
)
