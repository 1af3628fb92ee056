"""F23: the background worker stands still for an hour."""

import fcntl
import os
import signal
import sqlite3
import time
from pathlib import Path

from tests.drills.ledger import Reader
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.rush import rush
from tests.drills.sizes import sized
from tests.service.errors import Broken
from tests.service.instance import Instance, make_instance
from tests.service.server import eventually, serving
from tests.service.smtp import MailSink, listening

SIGN_UPS = sized(40, 8)


def stand_still(folder: Path) -> Found:
    """Stop it, let an hour pass, let people sign up, kill it, and see another catch up."""
    emails = [f"visitor-{number}@example.com" for number in range(SIGN_UPS)]
    mails, failures = MailSink(), list[str]()
    with listening(mails) as port:
        more = {"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"}
        instance = make_instance(folder / "instance", more=more)
        with serving(instance) as server:
            if not eventually(lambda: server.get("/readyz")[0] == 200, 30):
                raise Broken("/readyz was never 200")
            [worker] = [pid for pid, kind in server.processes().items() if kind == "worker"]
            _stop(worker, instance)
            _an_hour_passes(instance)
            status, said = server.get("/readyz")
            if status != 503 or "worker" not in said:
                failures.append(f"/readyz is {status}: {said}")
            rush(server, folder / "ledger.jsonl", emails, within=1.0)
            taken = len(Reader(folder / "ledger.jsonl").read().acknowledged)
            early = SIGN_UPS - len(mails.never(emails))
            say(f"{taken} sign-ups while the worker stood still")
            os.kill(worker, signal.SIGKILL)
            begun = time.monotonic()
            is_caught_up = eventually(lambda: not mails.never(emails), 60)
            took = time.monotonic() - begun
            is_ready = eventually(lambda: server.get("/readyz")[0] == 200, 30)
            code, _ = server.end()
    checks = {
        f"{taken} of {SIGN_UPS} sign-ups were taken": taken == SIGN_UPS,
        f"{early} mails left without a worker": early == 0,
        f"{len(mails.never(emails))} of {SIGN_UPS} mails never arrived": is_caught_up,
        "a mail came twice": not mails.copies(emails),
        "/readyz is not 200 again": is_ready,
        f"exit code {code}": code == 0,
    }
    return Found(
        f"/readyz 503, names the worker; {taken} sign-ups taken, their mails wait; another worker "
        f"had sent all {SIGN_UPS} once {took:.1f} s after the kill; /readyz 200 again",
        [*failures, *(sentence for sentence, is_so in checks.items() if not is_so)],
    )


def _stop(worker: int, instance: Instance) -> None:
    """Stop it between two transactions: one that held the database would be another drill, F8."""
    while True:
        os.kill(worker, signal.SIGSTOP)
        database = sqlite3.connect(instance.folder / "wbtest.db", timeout=1, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
            with (instance.folder / "wbtest.lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (sqlite3.OperationalError, BlockingIOError):
            os.kill(worker, signal.SIGCONT)
            time.sleep(0.1)
        else:
            return
        finally:
            database.close()


def _an_hour_passes(instance: Instance) -> None:
    database = sqlite3.connect(instance.folder / "wbtest.db", timeout=30, isolation_level=None)
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
