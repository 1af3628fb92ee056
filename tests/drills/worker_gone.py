"""F23: the background worker stands still for an hour."""

import fcntl
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.drills import place as places
from tests.drills.ledger import Reader
from tests.drills.outcome import Broken, Drill, Found
from tests.drills.place import Place
from tests.drills.progress import say
from tests.drills.rush import rush
from tests.drills.server import eventually, serving
from tests.drills.smtp import listening

SIGN_UPS = 40


class _Mails:
    """Takes every mail, and counts those to the people named; the owner gets some, too."""

    def __init__(self, counted: Sequence[str]) -> None:
        self._counted = counted
        self.got: Counter[str] = Counter()

    def greets(self) -> str:
        return "220 drill"

    def asked(self, recipient: str) -> str:  # noqa: ARG002 - everybody is welcome
        return ""

    def take(self, recipient: str, message: bytes) -> bool:  # noqa: ARG002 - it is counted
        if recipient in self._counted:
            self.got[recipient] += 1
        return True


def stand_still(folder: Path) -> Found:
    """Stop it, let an hour pass, let people sign up, kill it, and see another catch up."""
    emails = [f"visitor-{number}@example.com" for number in range(SIGN_UPS)]
    mails, failures = _Mails(emails), list[str]()
    with listening(mails) as port:
        made = places.make(folder / "instance")
        place = replace(made, more={"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"})
        with serving(place) as server:
            if not eventually(lambda: server.get("/readyz")[0] == 200, 30):
                raise Broken("/readyz was never 200")
            [worker] = [pid for pid, kind in server.processes().items() if kind == "worker"]
            _stop(worker, place)
            _an_hour_passes(place)
            status, said = server.get("/readyz")
            if status != 503 or "worker" not in said:
                failures.append(f"/readyz is {status}: {said}")
            rush(server, folder / "ledger.jsonl", emails, within=1.0)
            taken = len(Reader(folder / "ledger.jsonl").read().acknowledged)
            early = sum(mails.got.values())
            say(f"{taken} sign-ups while the worker stood still")
            os.kill(worker, signal.SIGKILL)
            begun = time.monotonic()
            is_caught_up = eventually(lambda: len(mails.got) == SIGN_UPS, 60)
            took = time.monotonic() - begun
            is_ready = eventually(lambda: server.get("/readyz")[0] == 200, 30)
            code, _ = server.end()
    checks = {
        f"{taken} of {SIGN_UPS} sign-ups were taken": taken == SIGN_UPS,
        f"{early} mails left without a worker": early == 0,
        f"{len(mails.got)} of {SIGN_UPS} mails arrived": is_caught_up,
        "a mail came twice": max(mails.got.values(), default=0) == 1,
        "/readyz is not 200 again": is_ready,
        f"exit code {code}": code == 0,
    }
    return Found(
        f"/readyz 503, names the worker; {taken} sign-ups taken, their mails wait; another worker "
        f"had sent all {len(mails.got)} once {took:.1f} s after the kill; /readyz 200 again",
        [*failures, *(sentence for sentence, is_so in checks.items() if not is_so)],
    )


def _stop(worker: int, place: Place) -> None:
    """Stop it between two transactions: one that held the database would be another drill, F8."""
    while True:
        os.kill(worker, signal.SIGSTOP)
        database = sqlite3.connect(place.folder / "wbtest.db", timeout=1, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
            with (place.folder / "wbtest.lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (sqlite3.OperationalError, BlockingIOError):
            os.kill(worker, signal.SIGCONT)
            time.sleep(0.1)
        else:
            return
        finally:
            database.close()


def _an_hour_passes(place: Place) -> None:
    database = sqlite3.connect(place.folder / "wbtest.db", timeout=30, isolation_level=None)
    try:
        database.execute("UPDATE job_runs SET ran_at = datetime(ran_at, '-1 hour') || '.000000'")
    finally:
        database.close()


DRILLS = [
    Drill(
        "F23",
        "the worker stands still for an hour, which is let pass by moving its last signs of life; "
        "then it is killed",
        "/readyz says so; sign-ups go on; another worker catches up, each mail once",
        stand_still,
        is_patient=True,
    )
]
