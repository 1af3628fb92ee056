"""W20: whether the time of an answer tells who has a log-in, or who has signed up."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.drills.clients import Visitor
from tests.drills.comparing import Times
from tests.drills.ledger import Pen
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.sizes import sized
from tests.factories import PASSWORD
from tests.service.instance import Instance, make_instance
from tests.service.server import Server, serving
from tests.service.smtp import MailSink, listening
from tests.steps.member import Answer, Member, at
from tests.steps.visitor import TYPING_SECONDS
from wbtest.extensions import db
from wbtest.team.people import add_person

TRIES, WARMING = sized(200, 20), sized(10, 2)
# Each address is asked about once; all are of one length, as their answers should be.
KNOWN = [f"known-{number:03}@example.com" for number in range(TRIES + WARMING)]
UNKNOWN = [f"other-{number:03}@example.com" for number in range(TRIES + WARMING)]
# What stands in the database afterwards, at least: of strangers one log-in that failed an hour.
DONE = {
    "login.failed": len(KNOWN) + 1,
    "login.reset_asked": len(KNOWN),
    "login.email_asked": len(KNOWN + UNKNOWN),
    "signups": len(KNOWN + UNKNOWN),
}
WRONG = "four words that are wrong"


def compare(folder: Path) -> Found:
    """Ask about known and unknown addresses in turn, wherever a stranger may type one."""
    with _instance(folder) as instance, serving(instance) as server:
        asked = {
            "log-in": _asked(_log_in(_stranger(instance))),
            "lost password": _asked(_lost_password(_stranger(instance))),
            "new e-mail": _asked(_new_email(_stranger(instance))),
            "sign-up": _sign_ups(server, folder / "ledger.jsonl"),
        }
        failures = _undone(instance)
    numbers = []
    for where, (known, unknown) in asked.items():
        times = Times([each.seconds for each in known], [each.seconds for each in unknown])
        numbers.append(f"{where}: {times}")
        say(numbers[-1])
        if times.is_told:
            failures.append(f"{where}: the time tells who is known")
        kinds = [{(each.status, len(each.text)) for each in some} for some in (known, unknown)]
        if kinds[0] != kinds[1]:
            failures.append(f"{where}: status or length tell who is known: {kinds}")
    return Found("; ".join(numbers), failures)


def _undone(instance: Instance) -> list[str]:
    """What was asked and not done, as when a limit was met: its time would tell nothing."""
    with instance.engine().connect() as raw:
        found = {
            str(name): int(number)
            for name, number in raw.exec_driver_sql(
                "SELECT action, count(*) FROM audit_lines GROUP BY action "
                "UNION ALL SELECT 'signups', count(*) FROM signups"
            )
        }
    return [
        f"{found.get(what, 0)} × {what} instead of {number}"
        for what, number in DONE.items()
        if found.get(what, 0) < number
    ]


@contextmanager
def _instance(folder: Path) -> Iterator[Instance]:
    """An instance where so many people have a log-in beside the owner."""
    with listening(MailSink()) as port:
        more = {"WBTEST_MAIL_URL": f"smtp://127.0.0.1:{port}"}
        instance = make_instance(folder / "instance", more=more)
        with instance.opened():
            for email in KNOWN:
                add_person(email=email, name="Mei", role="viewer", password=PASSWORD)
            db.session.commit()
        yield instance


def _stranger(instance: Instance) -> Member:
    """One browser on one connection, which comes from another IP with each form."""
    return at(instance.url, lambda n: f"10.9.{n >> 8 & 255}.{n & 255}", keeps_connection=True)


def _asked(send: Callable[[str], Answer]) -> tuple[list[Answer], list[Answer]]:
    """The answers for known and for unknown addresses: asked in pairs, either of them first."""
    chance = random.Random(20)
    told: dict[str, Answer] = {}
    for pair in zip(KNOWN, UNKNOWN, strict=True):
        for email in chance.sample(pair, 2):
            told[email] = send(email)
    # The first ones load what is only loaded when it is needed.
    return [told[email] for email in KNOWN[WARMING:]], [told[email] for email in UNKNOWN[WARMING:]]


def _log_in(stranger: Member) -> Callable[[str], Answer]:
    token = stranger.token_of("/login")
    return lambda email: stranger.send_again("/login", {"email": email, "password": WRONG}, token)


def _lost_password(stranger: Member) -> Callable[[str], Answer]:
    token = stranger.token_of("/reset")
    return lambda email: stranger.ask_for_reset(email, token)


def _new_email(owner: Member) -> Callable[[str], Answer]:
    token = owner.log_in().token_of("/account")
    return lambda email: owner.ask_for_email(email, token)


def _sign_ups(server: Server, file: Path) -> tuple[list[Answer], list[Answer]]:
    """The same for addresses that signed up before; each form by another visitor."""
    with file.open("w", encoding="utf-8") as stream:
        pen = Pen(stream)
        asyncio.run(_send_all(_visitors(server, pen, 1, KNOWN), KNOWN))
        pairs = [email for pair in zip(KNOWN, UNKNOWN, strict=True) for email in pair]
        order = random.Random(21).sample(pairs, len(pairs))
        told = asyncio.run(_send_all(_visitors(server, pen, 1_001, order), order))
    return [told[email] for email in KNOWN], [told[email] for email in UNKNOWN]


def _visitors(server: Server, pen: Pen, first: int, emails: Sequence[str]) -> list[Visitor]:
    instance = server.instance
    return [Visitor(instance.url, instance.slug, first + nth, pen) for nth in range(len(emails))]


async def _send_all(visitors: Sequence[Visitor], emails: Sequence[str]) -> dict[str, Answer]:
    """Open the page as everybody, wait as long as they type, and send one form after the other."""
    tokens = [await visitor.open_page(200) for visitor in visitors]
    await asyncio.sleep(TYPING_SECONDS)
    told = {}
    for visitor, token, email in zip(visitors, tokens, emails, strict=True):
        answer = await visitor.send_once(str(token), email)
        told[email] = Answer(answer.status, answer.headers, answer.body, answer.took)
    return told


DRILLS = [
    Drill(
        "enumeration",
        f"{TRIES} known and {TRIES} unknown addresses in turn: log-in with a wrong password, "
        "lost password, new e-mail, sign-up",
        "who bets that the slower of two is the known one wins 4 to 6 times of 10; one status, one "
        "length",
        compare,
    )
]
