"""F13 and F14: a mail server that is away, busy, silent, hangs up, or refuses."""

import sqlite3
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.drills.ledger import Reader
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.rush import rush
from tests.drills.sizes import sized
from tests.service.instance import Instance, make_instance
from tests.service.ports import free_port
from tests.service.server import Server, eventually, serving
from tests.service.smtp import MailSink, listening
from tests.steps import member

MODES = ("refused", "421", "hang", "drop")
EACH = sized(20, 4)
SIGNUP_SECONDS = 1.0
STRANGER, PATIENT, PATIENCE = "stranger@example.com", "patient@example.com", 5


class Moody(MailSink):
    """Does as its ``mode`` says."""

    def __init__(self) -> None:
        super().__init__()
        self.mode = "refused"
        self.dropped: set[str] = set()
        self.asked_for: Counter[str] = Counter()

    def greeting(self) -> str:
        return {"421": "421 too busy", "hang": ""}.get(self.mode, super().greeting())

    def refusal(self, recipient: str) -> str:
        self.asked_for[recipient] += 1
        if recipient == STRANGER:
            return "550 no such person"
        if recipient == PATIENT and self.asked_for[PATIENT] <= PATIENCE:
            return "451 not now"
        return ""

    def take(self, recipient: str, message: bytes) -> bool:
        super().take(recipient, message)
        if self.mode == "drop":
            self.dropped.add(recipient)
        return self.mode != "drop"


def misbehave(folder: Path) -> Found:
    """Let people sign up under each fault, then let the server be well and count the mails."""
    mails, port = Moody(), free_port()
    more = {"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"}
    instance = make_instance(folder / "instance", more=more)
    failures: list[str] = []
    emails: list[str] = []
    longest = 0.0
    with serving(instance) as server, ExitStack() as stack:
        emails += [f"visitor-before-{number}@example.com" for number in range(EACH)]
        usual = _sign_up(server, folder, emails, failures)
        for mode in MODES:
            mails.mode = mode
            if mode == "421":
                stack.enter_context(listening(mails, port))
            some = [f"visitor-{mode}-{number}@example.com" for number in range(EACH)]
            some += [STRANGER, PATIENT] if mode == "refused" else []
            emails += some
            longest = max(longest, _sign_up(server, folder, some, failures))
            # A server that hangs is waited for; the others have been tried by now.
            if mode != "hang" and not eventually(lambda: _tried(instance, some) > 0, 60):  # noqa: B023
                failures.append(f"{mode}: no mail was tried")
            say(f"{mode}: {_tried(instance, some)} of {len(some)} mails were tried")
        owner = member.at(instance.url).log_in()
        is_told = "Trying again" in owner.get("/settings/email").text
        mails.mode = "ok"
        is_done = eventually(lambda: _hurry(instance) == 0, 90, 0.5)
        code, _ = server.end()
    rows = _rows(instance)
    return _judge(mails, emails, rows, longest, usual, [
        *failures,
        *([] if is_told else ["the owner is not told that mails wait"]),
        *([] if is_done else [f"{len(rows)} mails, some still wait"]),
        *([f"exit code {code}"] if code else []),
    ])  # fmt: skip


def _judge(
    mails: Moody,
    emails: list[str],
    rows: dict[str, tuple[str, int]],
    longest: float,
    usual: float,
    failures: list[str],
) -> Found:
    kept = [email for email in emails if email in rows]
    twice, other = mails.copies(emails), mails.renamed(emails)
    never = mails.never(email for email in emails if email != STRANGER)
    checks = {
        f"a sign-up took {longest:.1f} s, {usual:.1f} s without a fault": longest
        <= max(SIGNUP_SECONDS, 3 * usual),
        f"{len(emails) - len(kept)} sign-ups without a mail": len(kept) == len(emails),
        f"{len(never)} mails never arrived": not never,
        f"{len(other)} mails came under two ids": not other,
        "a mail came twice that was answered": mails.dropped.issuperset(twice),
        f"550: {rows.get(STRANGER)}, asked {mails.asked_for[STRANGER]} ×": mails.asked_for[STRANGER]
        == 1
        and rows.get(STRANGER, ("", 0))[0] == "bounced",
        f"451: {rows.get(PATIENT)}": rows.get(PATIENT, ("", 0))[0] == "sent"
        and rows[PATIENT][1] > PATIENCE,
    }
    return Found(
        f"{len(emails)} sign-ups, all taken, the slowest after {longest:.2f} s "
        f"({usual:.2f} s without a fault); the owner is told; "
        f"0 mails lost; of {len(mails.dropped)} that were hung up on {len(twice)} came twice, "
        f"under one Message-ID; 550: bounced, asked once; 451 {PATIENCE} ×: sent at try "
        f"{rows[PATIENT][1]}",
        [*failures, *(sentence for sentence, is_so in checks.items() if not is_so)],
    )


def _sign_up(server: Server, folder: Path, emails: list[str], failures: list[str]) -> float:
    """Everybody within a second; return the longest time that somebody waited."""
    file = folder / "ledger.jsonl"
    rush(server, file, emails, within=1.0)
    ledger = Reader(file).read()
    if set(ledger.acknowledged) != set(emails):
        failures.append(f"not every sign-up was taken: {ledger.refused}")
    return ledger.longest("signup")


def _tried(instance: Instance, emails: list[str]) -> int:
    rows = _rows(instance)
    return sum(rows[email][1] > 0 for email in emails if email in rows)


def _rows(instance: Instance) -> dict[str, tuple[str, int]]:
    """State and tries of each mail."""
    with instance.engine().connect() as raw:
        query = "SELECT recipient, state, attempts FROM outbox_mails"
        return {row.recipient: (row.state, row.attempts) for row in raw.exec_driver_sql(query)}


def _hurry(instance: Instance) -> int:
    """The time for the next try has come for all; return how many wait."""
    database = sqlite3.connect(instance.folder / "wbtest.db", timeout=30, isolation_level=None)
    try:
        database.execute("UPDATE outbox_mails SET due_at = created_at WHERE state = 'waiting'"
                         " AND error <> ''")  # fmt: skip
    finally:
        database.close()
    return sum(state == "waiting" for state, _ in _rows(instance).values())


DRILLS = [
    Drill(
        "F13 F14",
        f"the mail server refuses the connection, says 421, hangs, hangs up after the mail; 550 "
        f"for one, 451 {PATIENCE} × for another; the waits are let run out by moving them",
        "sign-ups go on within 1 s; 0 mails lost, the same Message-ID; the owner is told; 550 "
        "is not tried again, 451 is",
        misbehave,
        is_patient=True,
    )
]
