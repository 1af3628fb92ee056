"""Power loss, which kill -9 does not show: a trace of every write, sync and answer.

Two proofs from one trace. First: before each sign-up was answered, the thread that wrote it into
the write-ahead log had synced that log. Second: of the files only what was synced is kept, as a
disk may after the power went, cut at each answer; SQLite opens that, and the sign-up is there.
"""

import asyncio
import shutil
import sys
from pathlib import Path

from tests.drills.clients import Visitor
from tests.drills.ledger import Pen, Reader
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.sizes import sized
from tests.drills.tracing import Trace, strace
from tests.service.errors import Broken, NotPossible
from tests.service.instance import WBTEST, Instance, make_instance
from tests.service.server import serving

SIGN_UPS = sized(40, 8)
CARELESS = (sys.executable, "-m", "tests.drills.careless")


def lose_power(folder: Path) -> Found:
    """Trace it as it is, and as it would be under synchronous=OFF."""
    if shutil.which("strace") is None:
        raise NotPossible("strace is not installed (Debian: apt install strace)")
    say("as it is")
    ours = _trace(folder / "ours", WBTEST)
    say("the same under synchronous=OFF")
    careless = _trace(folder / "careless", CARELESS)
    failures = []
    if ours.unsynced or ours.lost:
        failures.append(f"{ours.unsynced} answered before the sync, {ours.lost} lost")
    if not careless.unsynced or not careless.lost:
        failures.append("under synchronous=OFF nothing is found, so this proves nothing")
    return Found(
        f"as it is: {ours}; under synchronous=OFF, where it must fail: {careless}", failures
    )


def _trace(folder: Path, program: tuple[str, ...]) -> Trace:
    folder.mkdir()
    instance = make_instance(folder / "instance")
    file = folder / "trace.txt"
    shutil.copytree(instance.folder, folder / "before")
    with serving(instance, strace(file), program) as server:
        emails = asyncio.run(_sign_up(instance, folder / "ledger.jsonl"))
        if len(Reader(folder / "ledger.jsonl").read().acknowledged) != SIGN_UPS:
            raise Broken("not every sign-up was acknowledged under strace")
        # What is traced first: the trace itself is whole once strace has ended by itself.
        server.kill(["web", "worker"])
        server.wait_until_gone(10)
    return Trace(file, instance.folder, folder / "before", emails)


async def _sign_up(instance: Instance, file: Path) -> list[str]:
    """One after the other, so that each answer in the trace is known."""
    emails = [f"visitor-power-{number}@example.com" for number in range(SIGN_UPS)]
    with file.open("w", encoding="utf-8") as stream:
        for number, email in enumerate(emails, 1):
            visitor = Visitor(instance.url, instance.slug, number, Pen(stream))
            await visitor.sign_up(await _token(visitor), email)
    return emails


async def _token(visitor: Visitor) -> str:
    page = await visitor.open_page()
    if page is None:
        raise Broken("the page was not answered")
    return page


DRILLS = [
    Drill(
        "power",
        f"a trace of {SIGN_UPS} sign-ups; writes that were not synced are dropped at each answer",
        "the log is synced before each answer; 0 acknowledged sign-ups lost; both fail under "
        "synchronous=OFF",
        lose_power,
        is_patient=True,
    )
]
