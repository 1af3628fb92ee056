"""F2: kill -9 of the worker between a mail that left and the note that it did."""

import os
import signal
import sqlite3
import threading
from collections import defaultdict
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

from tests.drills import place as places
from tests.drills.outcome import Broken, Drill, Found
from tests.drills.place import Place
from tests.drills.progress import say
from tests.drills.rush import rush
from tests.drills.server import Server, eventually, serving
from tests.drills.smtp import listening

MAILS, KILLS = 60, 4


class MailServer:
    """Takes every mail, and kills the worker while some of them are handed over.

    In turn: before the worker is told that the mail was taken, and a moment after.
    """

    def __init__(self) -> None:
        self.got: dict[str, list[str]] = defaultdict(list)
        self.killed = 0
        self.server: Server | None = None
        self._last = 0

    def greets(self) -> str:
        return "220 drill"

    def asked(self, recipient: str) -> str:  # noqa: ARG002 - everybody is welcome
        return ""

    def take(self, recipient: str, message: bytes) -> bool:
        """Note a mail that was handed over as a whole; the worker may not live to hear of it."""
        self.got[recipient].append(str(message_from_bytes(message)["Message-ID"]))
        worker = self._worker()
        if worker and worker != self._last and self.killed < KILLS:
            self._last = worker
            self.killed += 1
            if self.killed % 2:
                os.kill(worker, signal.SIGKILL)
            else:
                threading.Timer(0.001 * self.killed, os.kill, (worker, signal.SIGKILL)).start()
        return True

    def _worker(self) -> int:
        kinds = self.server.processes() if self.server else {}
        return next((pid for pid, kind in kinds.items() if kind == "worker"), 0)


def kill_the_worker(folder: Path) -> Found:
    """Let people sign up, kill the worker at their mails, and count what arrived."""
    sink = MailServer()
    emails = [f"visitor-{number}@example.com" for number in range(MAILS)]
    with listening(sink) as port:
        made = places.make(folder / "instance")
        place = replace(made, more={"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"})
        with serving(place) as server:
            sink.server = server
            rush(server, folder / "ledger.jsonl", emails, within=1.0)
            if not eventually(lambda: sink.killed >= KILLS, 90):
                raise Broken(f"the worker was killed {sink.killed} times only")
            eventually(lambda: _waiting(place) <= KILLS, 30)
            say("the leases of the dead workers run out")
            is_sent = eventually(lambda: _let_run_out(place) == 0, 30, 0.5)
            server.end()
    return _judge(sink, emails, is_sent=is_sent)


def _judge(sink: MailServer, emails: list[str], *, is_sent: bool) -> Found:
    never = [email for email in emails if not sink.got[email]]
    twice = [email for email in emails if len(sink.got[email]) == 2]
    more = [email for email in emails if len(sink.got[email]) > 2]
    other = [email for email in emails if len(set(sink.got[email])) > 1]
    failures = [
        *([f"{len(never)} mails never arrived"] if never else []),
        *([f"{len(more)} mails arrived more than twice"] if more else []),
        *([f"{len(twice)} mails came twice for {KILLS} kills"] if len(twice) > KILLS else []),
        *([f"{len(other)} mails came under two ids"] if other else []),
        *([] if is_sent else ["mails are still waiting"]),
    ]
    return Found(
        f"{len(emails)} mails, {sink.killed} kills while one was handed over; {len(never)} never "
        f"arrived, {len(twice)} came twice, {len(other)} under two Message-IDs",
        failures,
    )


def _waiting(place: Place) -> int:
    with place.engine().connect() as raw:
        query = "SELECT count(*) FROM outbox_mails WHERE state = 'waiting'"
        found: int = raw.exec_driver_sql(query).scalar_one()
        return found


def _let_run_out(place: Place) -> int:
    """Five minutes are over for what a dead worker had claimed; return how many mails wait."""
    database = sqlite3.connect(place.folder / "wbtest.db", timeout=30, isolation_level=None)
    try:
        database.execute(
            "UPDATE outbox_mails SET due_at = created_at"
            " WHERE state = 'waiting' AND attempts > 0 AND due_at > datetime('now', '+1 minute')"
        )
    finally:
        database.close()
    return _waiting(place)


DRILLS = [
    Drill(
        "F2",
        f"kill -9 of the worker while a mail is handed over, {KILLS} ×; its lease of 5 minutes "
        "is let run out by moving it",
        "each mail sent after the restart, at most one extra copy, same Message-ID",
        kill_the_worker,
        is_patient=True,
    )
]
