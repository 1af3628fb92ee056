"""A replica of PostgreSQL that follows, stands still, and dies, while pages of figures read it."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drills import place as places
from drills.load import visiting
from drills.outcome import Drill, Found
from drills.owner import Owner
from drills.place import Place
from drills.postgresql import running
from drills.proof import compare_figures, raw_figures, settle
from drills.server import eventually, serving

SIGNUPS = 15
# Longer than a page may be old without saying so.
OLD_SECONDS = 6.0
RESULTS, DECISION = "/experiments/1/results", "/experiments/1/decision"
LONGEST_PAGE = 5.0
# Those who come while the replica stands still are others.
LATER = 1 << 20


def follow(folder: Path) -> Found:
    """Let visitors come while the replica follows, while it stands still, and kill it."""
    failures: list[str] = []

    def must(is_so: bool, sentence: str) -> None:
        if not is_so:
            failures.append(sentence)

    with running(folder) as primary, running(folder / "second", primary=primary) as copy:
        made = places.make(folder / "instance", primary.url)
        place = replace(made, more={"WBTEST_READ_URL": copy.url})
        with serving(place) as server:
            owner = Owner(place.url)
            come(place, 1)
            must(eventually(lambda: is_of_now(place, owner), 10), "it does not show what is stored")
            first = shown(owner)
            must("are as of" not in owner.get(RESULTS)[1], "a page of now says that it is old")
            must("up to date" in server.get("/readyz")[1], "/readyz does not know the replica")

            copy.run("SELECT pg_wal_replay_pause()")
            paused = datetime.now(UTC)
            come(place, LATER)
            time.sleep(OLD_SECONDS)
            stale = shown(owner)
            must(stale["variants"] == first["variants"], "the page was not read from the replica")
            must(datetime.fromisoformat(stale["as_of"]) <= paused, f"as of {stale['as_of']}")
            must("are as of" in owner.get(RESULTS)[1], "the page does not say how old it is")
            must("s behind" in server.get("/readyz")[1], "/readyz does not tell that it lags")
            status, _ = owner.send(
                DECISION,
                {
                    "choice": "iterate",
                    "reason": "The replica stands still, and this rests on what is stored.",
                },
                on=DECISION,
            )
            must(status == 200, f"the decision was answered with {status}")
            memo = json.loads(owner.get("/experiments/1/memo/1.json")[1])["memo"]["figures"]
            raw = raw_of(place)
            decided = {each["key"]: each["seen"] for each in memo["variants"]}
            must(decided == raw["seen"], f"decided on {decided}, stored are {raw['seen']}")

            copy.kill()
            begun = time.monotonic()
            must(is_of_now(place, owner), "without the replica the page is not of now")
            took = time.monotonic() - begun
            must(took < LONGEST_PAGE, f"without the replica the page took {took:.1f} s")
            must("cannot be read" in server.get("/readyz")[1], "/readyz does not miss the replica")
            must(server.get("/readyz")[0] == 200, "/readyz turns visitors away without a replica")
            copy.start()
            said = place.run("doctor").stdout
            must("The replica" in said, f"doctor: {said}")
            code, _ = server.end()
            must(code == 0, f"SIGTERM: exit code {code}")
    behind = sum(raw["seen"].values()) - sum(each["seen"] for each in stale["variants"])
    return Found(
        f"equal to the rows while it followed; {behind} visitors behind while it stood still, and "
        f"the page said so; the decision made then rests on all {sum(raw['seen'].values())}; "
        f"killed, the page came from the primary after {took:.1f} s",
        failures,
    )


def come(place: Place, first: int) -> None:
    """Let visitors come and go, from this number on, until nothing more is written."""
    with visiting(place, visitors=20, first=first) as load:
        load.wait_for(SIGNUPS)
        load.finish()
    settle(place)


def shown(owner: Owner) -> dict[str, Any]:
    """The results as JSON."""
    found: dict[str, Any] = json.loads(owner.get(f"{RESULTS}.json")[1])
    return found


def raw_of(place: Place) -> dict[str, dict[str, int]]:
    """What the primary holds."""
    with place.engine().connect() as raw:
        return raw_figures(raw)


def is_of_now(place: Place, owner: Owner) -> bool:
    """Whether the results show what the primary holds."""
    return not list(compare_figures(raw_of(place), shown(owner)))


DRILLS = [
    Drill(
        "replica",
        "a replica stands still under load, and is killed",
        "pages say of when they are; a decision rests on the primary; without it all goes on",
        follow,
    )
]
