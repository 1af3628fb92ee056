"""F2: kill -9 of the worker between a mail that left and the note that it did."""

import os
import signal
import sqlite3
import threading
from pathlib import Path

from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.rush import rush
from tests.drills.sizes import sized
from tests.service.errors import Broken
from tests.service.instance import Instance, make_instance
from tests.service.server import Server, eventually, serving
from tests.service.smtp import MailSink, listening

MAILS, KILLS = sized(60, 16), sized(4, 2)


class Killing(MailSink):
    """Takes every mail, and kills the worker while some of them are handed over.

    In turn: before the worker is told that the mail was taken, and a moment after.
    """

    def __init__(self) -> None:
        super().__init__()
        self.killed = 0
        self.server: Server | None = None
        self._last = 0

    def take(self, recipient: str, message: bytes) -> bool:
        """Note a mail that was handed over as a whole; the worker may not live to hear of it."""
        super().take(recipient, message)
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
    sink = Killing()
    emails = [f"visitor-{number}@example.com" for number in range(MAILS)]
    with listening(sink) as port:
        more = {"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"}
        instance = make_instance(folder / "instance", more=more)
        with serving(instance) as server:
            sink.server = server
            rush(server, folder / "ledger.jsonl", emails, within=1.0)
            if not eventually(lambda: sink.killed >= KILLS, 90):
                raise Broken(f"the worker was killed {sink.killed} times only")
            eventually(lambda: _waiting(instance) <= KILLS, 30)
            say("the leases of the dead workers run out")
            is_sent = eventually(lambda: _let_run_out(instance) == 0, 30, 0.5)
            server.end()
    return _judge(sink, emails, is_sent=is_sent)


def _judge(sink: Killing, emails: list[str], *, is_sent: bool) -> Found:
    never, other = sink.never(emails), sink.renamed(emails)
    twice, more = sink.copies(emails), sink.copies(emails, 3)
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


def _waiting(instance: Instance) -> int:
    found: int = instance.scalars("SELECT count(*) FROM outbox_mails WHERE state = 'waiting'")[0]
    return found


def _let_run_out(instance: Instance) -> int:
    """Five minutes are over for what a dead worker had claimed; return how many mails wait."""
    database = sqlite3.connect(instance.folder / "wbtest.db", timeout=30, isolation_level=None)
    try:
        database.execute(
            "UPDATE outbox_mails SET due_at = created_at"
            " WHERE state = 'waiting' AND attempts > 0 AND due_at > datetime('now', '+1 minute')"
        )
    finally:
        database.close()
    return _waiting(instance)


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
