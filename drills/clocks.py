"""F18 and F19: the machine's clock jumps while visitors come."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from drills import place as places
from drills.load import visiting
from drills.outcome import Drill, Found, NotPossible
from drills.owner import Owner
from drills.place import Place, run
from drills.progress import say
from drills.proof import Proof, prove
from drills.server import serving

HOUR, DAY = 3_600, 86_400
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
LASTS = 6.0


class Clock:
    """The clock of a server's processes: ours, so many seconds ahead."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/").glob(LIBRARIES.removeprefix("/")))
        if not found:
            raise NotPossible("libfaketime is not installed (Debian: apt install faketime)")
        self._file = folder / "clock"
        self.step(0)
        self.environ = {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            # A step of the clock leaves alone what counts seconds.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def step(self, ahead: float) -> None:
        """Set it; the processes see that within a second."""
        part = self._file.with_suffix(".part")
        part.write_text(f"{ahead:+.0f}\n")
        part.replace(self._file)


def step(folder: Path) -> Found:
    """Step two hours on and back, over midnight and back, compare, and then 400 days on."""
    clock = Clock(folder)
    place = replace(places.make(folder / "instance"), more=clock.environ)
    failures: list[str] = []
    with serving(place) as server, visiting(place, again=0.5) as load:
        load.wait_for(10)
        owner, before = Owner(place.url), server.processes()
        for name, ahead in _steps():
            clock.step(ahead)
            say(f"the clock: {name}")
            load.last(LASTS)
            if owner.get("/team")[0] != 200 or "/login" in owner.get("/team")[1]:
                failures.append(f"the owner is logged out: {name}")
        load.wait_for(10)
        clock.step(0)
        ledger = load.finish()
        failures += _negative(json.loads(owner.get("/experiments/1/results.json")[1]))
        if server.processes() != before:
            failures.append("a process fell")
        proof = prove(server, ledger)
    _compare(place, proof)
    if ledger.errors or ledger.broken(0) or ledger.wrong:
        failures.append(f"odd answers: {ledger.refused}, {ledger.wrong} of another variant")
    failures += _next_year(place, clock)
    return Found(
        f"{len(_steps())} steps, no process fell, 0 odd answers, nobody logged out; {proof}; "
        f"{proof.doubled} visitors counted twice; 400 days on: the page has ended, the owner logs "
        "in anew; and back: verify clean",
        [*failures, *proof.failures],
    )


def _steps() -> list[tuple[str, float]]:
    now = time.time()
    midnight = (now // DAY + 1) * DAY - now
    return [
        ("two hours on", 2 * HOUR),
        ("two hours back", -2 * HOUR),
        ("as before", 0),
        ("just after midnight", midnight + 5),
        ("back over midnight", midnight - LASTS - 20),
        ("as before", 0),
    ]


def _compare(place: Place, proof: Proof) -> None:
    """Nobody is counted twice, and nobody's sign-up was taken for a machine's."""
    queries = {
        "visits": "visits WHERE excluded_because = ''",
        "sightings": "sightings WHERE is_counted AND excluded_because = ''",
    }
    with place.engine().connect() as raw:
        for which in queries.values():
            query = f"SELECT count(*) - count(DISTINCT visitor) FROM {which}"  # noqa: S608
            proof.doubled += raw.exec_driver_sql(query).scalar_one()
        suspected = raw.exec_driver_sql(
            "SELECT count(*) FROM signups WHERE excluded_because = 'suspected'"
        ).scalar_one()
    proof.must(proof.doubled == 0, f"{proof.doubled} visitors are counted twice")
    proof.must(suspected == 0, f"{suspected} sign-ups of people are taken for a machine's")


def _negative(found: Any, name: str = "results") -> Iterator[str]:
    """Every count below nothing."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _negative(value, f"{name}.{key}")
    elif isinstance(found, list):
        for value in found:
            yield from _negative(value, name)
    elif type(found) is int and found < 0:
        yield f"{name} is {found}"


def _next_year(place: Place, clock: Clock) -> list[str]:
    """400 days on and back again, without visitors: the test is over then."""
    failures = []
    with serving(place) as server:
        owner = Owner(place.url)
        for days in (400, 0):
            clock.step(days * DAY)
            time.sleep(LASTS)
            page, team = server.get(f"/p/{place.slug}")[0], owner.get("/team")
            if page >= 500 or page == 0 or team[0] != 200:
                failures.append(f"{days} days on: the page {page}, the team's {team[0]}")
            if days and 'name="password"' not in team[1]:
                failures.append("a session of 400 days ago still opens")
        results = Owner(place.url).get("/experiments/1/results")[0]
        if results != 200:
            failures.append(f"the results give {results}")
        server.end()
    run(place, "verify")
    if "Traceback" in server.log.read_text(encoding="utf-8"):
        failures.append(f"an error stands in {server.log}")
    return failures


DRILLS = [
    Drill(
        "F18 F19",
        "the clock steps 2 hours on, 2 hours back, over midnight and back, under load; then 400 "
        "days on and back",
        "no process falls, no 5xx; nobody counted twice, no negative number, verify clean, "
        "dashboard = raw events; log-ins end once",
        step,
        is_patient=True,
    )
]
