"""Several machines: what one of them tells is true on the other, whichever of them goes away."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.drills.ledger import Ledger
from tests.drills.load import Load, visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import Proof, compare_figures, dashboard, prove, raw_figures, settle
from tests.drills.several import Machine, Returned, Several, change_states, come_again, started
from tests.drills.sizes import SIGNUPS, sized
from tests.service.errors import Broken
from tests.service.server import eventually

UPGRADES, KILLS = sized(3, 1), sized(4, 2)
# Both machines, their database and nginx share the cores of this one.
VISITORS = sized(40, 10)
# A request that found one machine away has the other one for as long as it takes.
REST_SECONDS = 4.0
SEEN_SECONDS = 1.0


def run(folder: Path) -> Found:
    """Everything in a row, on the same two machines."""
    with started(folder) as several:
        say("both started at once on an empty database")
        returned = come_again(several.front)
        say(f"{returned.pages} pages to {len(returned.visits)} people who came again")
        took = change_states(several)
        say(f"start, pause, resume, end seen within {max(took.values()):.2f} s")
        breaks: list[float] = []
        with visiting(several.front, VISITORS) as load:
            load.wait_for(SIGNUPS)
            failed = upgrade(several.machines, load)
            asked = sum(load.so_far().answers.values())
            kill(several.machines, load, breaks)
            ledger = load.finish()
        ledger.visits |= returned.visits
        proof = _prove(several, ledger, breaks)
    mails = _judge_mails(several, proof)
    _judge(proof, returned, took, failed, ledger)
    delays = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in took.items())
    return Found(
        f"{'two network namespaces' if several.is_apart else 'two ports of one host'}, started at "
        f"once on an empty database; {returned.pages} pages to {len(returned.visits)} people, "
        f"{returned.on_both} of them answered by both machines, {returned.strays} strays; the old "
        f"state last shown after {delays}; {UPGRADES} rolling upgrades under load: "
        f"{sum(failed.values())} of {asked:,} requests failed; {KILLS} × kill -9 of a machine: "
        f"{_failures_of(ledger, failed)}; dashboards of both = rows; {mails}; {proof}",
        proof.failures,
    )


def upgrade(machines: Sequence[Machine], load: Load) -> dict[tuple[str, int], int]:
    """One machine after the other is ended and started; return what clients were refused."""
    before = dict(load.so_far().refused)
    for number in range(UPGRADES):
        for machine in machines:
            code, seconds = machine.end()
            if code:
                raise Broken(f"SIGTERM: exit code {code}; see {machine.log}")
            again = machine.start()
            say(f"upgrade {number + 1} of {UPGRADES}: gone in {seconds:.1f} s, back in {again:.1f}")
            load.last(REST_SECONDS)
    return _more(load.so_far(), before)


def kill(machines: Sequence[Machine], load: Load, breaks: list[float]) -> None:
    """Kill a whole machine, let the other go on alone, and start it again."""
    for number in range(KILLS):
        machine = machines[number % len(machines)]
        breaks.append(time.time())
        machine.kill(["parent", "web", "worker"])
        breaks.append(time.time())
        machine.wait_until_gone(10)
        say(f"kill {number + 1} of {KILLS}")
        load.wait_for(5)
        machine.start()
        load.last(REST_SECONDS)


def _prove(several: Several, ledger: Ledger, breaks: Sequence[float]) -> Proof:
    """Both dashboards against the rows, and all that clients were told."""
    first, *others = several.machines
    settle(first.instance)
    shown = [dashboard(machine) for machine in others]
    eventually(lambda: _unsent(several) == 0, 30, 0.5)
    for machine in others:
        machine.end()
    proof = prove(first, ledger, breaks)
    with first.instance.engine().connect() as raw:
        figures = raw_figures(raw)
    for each in shown:
        proof.failures.extend(compare_figures(figures, each))
    return proof


def _judge(
    proof: Proof,
    returned: Returned,
    took: dict[str, float],
    failed: dict[tuple[str, int], int],
    ledger: Ledger,
) -> None:
    proof.must(returned.strays == 0, f"{returned.strays} people were shown another variant")
    proof.must(returned.on_both > 0, "nobody was answered by both machines, so nothing was tried")
    slow = [name for name, seconds in took.items() if seconds > SEEN_SECONDS]
    proof.must(not slow, f"not seen by all within {SEEN_SECONDS:.0f} s: {', '.join(slow)}")
    proof.must(not failed, f"requests failed during upgrades: {failed}")
    odd = {key: number for key, number in ledger.refused.items() if key[1] not in (0, 502, 503)}
    proof.must(not odd, f"odd answers: {odd}")


def _judge_mails(several: Several, proof: Proof) -> str:
    """Whether two workers sent anything twice that no kill had interrupted."""
    ids = Counter(each for copies in several.mails.got.values() for each in copies)
    twice = sum(copies > 1 for copies in ids.values())
    proof.must(twice <= KILLS, f"{twice} mails came twice for {KILLS} kills")
    return f"{len(ids):,} mails by two workers, {twice} came twice"


def _unsent(several: Several) -> int:
    """How many mails nobody has claimed yet; what a dead worker had claimed waits for its lease."""
    query = "SELECT count(*) FROM outbox_mails WHERE state = 'waiting' AND attempts = 0"
    with several.front.engine().connect() as raw:
        found: int = raw.exec_driver_sql(query).scalar_one()
    return found


def _more(ledger: Ledger, before: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
    return {
        key: number - before.get(key, 0)
        for key, number in ledger.refused.items()
        if number > before.get(key, 0)
    }


def _failures_of(ledger: Ledger, before: dict[tuple[str, int], int]) -> str:
    """What clients were refused otherwise, as text."""
    more = _more(ledger, before)
    return ", ".join(f"{n} {asked} × {code}" for (asked, code), n in more.items()) or "0 failed"


DRILLS = [
    Drill(
        "machines",
        f"two machines behind nginx: people come again, start to end, {UPGRADES} rolling upgrades "
        f"and {KILLS} × kill -9 of a machine under load",
        "the same variant on both, steps seen by all within 1 s, 0 requests failed by an upgrade, "
        "0 acknowledged sign-ups lost or duplicated, both dashboards = raw events",
        run,
    )
]
