"""F20: nobody answers who knows the names of other servers."""

import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from drills import place as places
from drills.ledger import Reader
from drills.outcome import Drill, Found, NotPossible
from drills.owner import Owner
from drills.place import Place
from drills.rush import rush
from drills.server import eventually, serving

SIGN_UPS, NOBODY = 20, "127.0.0.9"
# Who looks up a name waits for five seconds.
SIGNUP_SECONDS = 2.0
ALONE = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'


def ask_nobody(folder: Path) -> Found:
    """Mail and a webhook by name, while the machine's name server keeps silent."""
    with _silence(folder / "resolv.conf") as prefix:
        made = places.make(folder / "instance")
        place = replace(made, more={"WBTEST_MAIL_URL": "smtp://mail.example.com"})
        emails = [f"visitor-{number}@example.com" for number in range(SIGN_UPS)]
        with serving(place, prefix) as server:
            owner = Owner(place.url)
            hook = {"url": "https://hooks.example.com/larder", "events": "signup.created"}
            added = owner.send("/team/webhooks", hook, on="/team/webhooks")[0]
            tested = owner.send("/team/webhooks/1/test", {}, on="/team/webhooks/1")[0]
            rush(server, folder / "ledger.jsonl", emails, within=1.0)
            ledger = Reader(folder / "ledger.jsonl").read()
            is_told = eventually(lambda: all(_errors(place)), 60, 0.5)
            shown = owner.get("/team/webhooks/1")
            ready = server.get("/readyz")[0]
            code, _ = server.end()
    longest = ledger.longest("signup")
    mail, event = _errors(place)
    checks = {
        f"{len(ledger.acknowledged)} of {SIGN_UPS} sign-ups": len(ledger.acknowledged) == SIGN_UPS,
        f"a sign-up took {longest:.1f} s": longest <= SIGNUP_SECONDS,
        f"the webhook's pages gave {added}, {tested}, {shown[0]}": {added, tested, shown[0]}
        == {200},
        "neither is told": is_told,
        "the owner does not see it": bool(event) and event.split(".")[0] in shown[1],
        f"/readyz is {ready}": ready == 200,
        f"exit code {code}": code == 0,
        "an error stands in the log": "Traceback" not in server.log.read_text(encoding="utf-8"),
    }
    return Found(
        f"{SIGN_UPS} sign-ups, the slowest after {longest:.2f} s; the mail waits ({mail}), so does "
        f"the event ({event}); the owner sees both; /readyz 200",
        [sentence for sentence, is_so in checks.items() if not is_so],
    )


@contextmanager
def _silence(file: Path) -> Iterator[Sequence[str]]:
    """What to put before a command so that it asks a name server that never answers."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        raise NotPossible("only root may give a program a name server of its own")
    file.write_text(f"nameserver {NOBODY}\noptions timeout:5 attempts:1\n", encoding="utf-8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        try:
            listener.bind((NOBODY, 53))
        except OSError as error:
            raise NotPossible(f"{NOBODY} cannot be had: {error.strerror}") from error
        yield ["unshare", "--mount", "sh", "-c", ALONE, str(file)]


def _errors(place: Place) -> tuple[str, str]:
    """What the first tries of a mail and of an event came to."""
    with place.engine().connect() as raw:
        found = [
            raw.exec_driver_sql(
                f"SELECT error FROM {table} WHERE error <> '' AND state = 'waiting' LIMIT 1"  # noqa: S608
            ).scalar()
            or ""
            for table in ("outbox_mails", "outbox_events")
        ]
    return found[0], found[1]


DRILLS = [
    Drill(
        "F20",
        "mail server and webhook are known by name, and the name server never answers",
        "sign-ups go on within 2 s; mail and event wait, the owner is told; no 500, /readyz 200",
        ask_nobody,
    )
]
