"""The clients' process, seen from the drill that started it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.ledger import Ledger, Reader
from tests.drills.sizes import VISITORS
from tests.service.errors import Broken
from tests.service.instance import ROOT, Instance
from tests.service.server import eventually

LAST_SECONDS = 200.0


class Load:
    """Visitors at work; ``finish`` lets everybody come to an end."""

    def __init__(self, process: "subprocess.Popen[bytes]", reader: Reader) -> None:
        self._process = process
        self._reader = reader

    def so_far(self) -> Ledger:
        """What they were told up to now."""
        return self._reader.read()

    def wait_for(self, signups: int, seconds: float = 60) -> None:
        """Wait until so many sign-ups more are acknowledged than now."""
        before = len(self.so_far().acknowledged)
        if not eventually(
            lambda: len(self.so_far().acknowledged) >= before + signups, seconds, 0.25
        ):
            raise Broken(f"{signups} sign-ups were not acknowledged within {seconds:.0f} s")

    def last(self, seconds: float) -> None:
        """Let it go on for so long."""
        time.sleep(seconds)

    def finish(self) -> Ledger:
        """No new visitors; wait until each who signs up was told yes, and return the ledger."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            code = self._process.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            raise Broken(f"the clients did not finish within {LAST_SECONDS:.0f} s") from None
        if code:
            raise Broken(f"the clients ended with {code}")
        return self.so_far()

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


@contextmanager
def visiting(
    instance: Instance,
    visitors: int = VISITORS,
    share: float = 0.3,
    rest: float = 0.5,
    again: float = 0.0,
    first: int = 1,
) -> Iterator[Load]:
    """Visitors come while the block runs; ``first`` is the number of the first of them."""
    file = instance.folder.parent / f"ledger-{first}.jsonl"
    how = {"visitors": visitors, "share": share, "rest": rest, "again": again, "first": first}
    parts = [f"--{name}={number}" for name, number in how.items()]
    clients = [sys.executable, "-m", "tests.drills.clients", instance.url, instance.slug]
    process = subprocess.Popen(
        [*clients, str(file), *parts],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    load = Load(process, Reader(file))
    try:
        yield load
    finally:
        load.close()
