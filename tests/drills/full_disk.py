"""F5: the disk under the instance fills up, and is freed again."""

import errno
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.drills.load import Load, visiting
from tests.drills.outcome import Drill, Found
from tests.drills.progress import say
from tests.drills.proof import prove
from tests.drills.sizes import SIGNUPS, sized
from tests.service.errors import Broken, NotPossible
from tests.service.instance import make_instance
from tests.service.server import Server, eventually, serving
from tests.steps.visitor import page_path

# Below 50 MB free we say that the disk is almost full, so it must be larger than that.
MEGABYTES = 80
FULL_SECONDS = sized(10, 3)


def fill_up(folder: Path) -> Found:
    """Fill the disk under load, look what visitors are told, free it, and count."""
    with disk(folder / "instance") as room:
        instance = make_instance(room)
        with serving(instance) as server, visiting(instance) as load:
            load.wait_for(SIGNUPS)
            was_ready = eventually(lambda: server.get("/readyz")[0] == 200, 20)
            filler = room / "filler"
            fill(filler)
            _wait_until_refused(load, filler)
            say("the disk is full and sign-ups are refused")
            shown = _look(server)
            load.last(FULL_SECONDS)
            filler.unlink()
            begun = time.monotonic()
            load.wait_for(SIGNUPS)
            back = time.monotonic() - begun
            is_ready = eventually(lambda: server.get("/readyz")[0] == 200, 20)
            ledger = load.finish()
            proof = prove(server, ledger)
    refused = ledger.refused.get(("signup", 503), 0)
    proof.must(was_ready and is_ready, "/readyz is not 200 with a free disk")
    proof.must(ledger.errors == 0, f"odd answers: {ledger.refused}")
    proof.must(ledger.broken(0) == 0, f"{ledger.broken(0)} connections broke")
    proof.must(ledger.without_cookie > 0, "no page came without a cookie")
    for sentence, is_so in shown.items():
        proof.must(is_so, f"not so: {sentence}")
    return Found(
        f"{refused} × 503 with Retry-After; {ledger.without_cookie} pages without a cookie, whose "
        f"form says so; sign-ups went on {back:.1f} s after it was freed, without a restart; "
        f"{proof}",
        proof.failures,
    )


def _look(server: Server) -> dict[str, bool]:
    """What a visitor and the operator see while nothing can be stored."""
    said: list[tuple[int, str]] = []

    def comes_without_a_cookie() -> bool:
        said.append(server.get(page_path(server.instance.slug)))
        return (
            re.search(r"try (again|once more)[^<]*minute", said[-1][1], re.IGNORECASE) is not None
        )

    is_told = eventually(comes_without_a_cookie, 10, 0.1)
    status, text = server.get("/readyz")
    return {
        "the page is 200": all(one[0] == 200 for one in said),
        "its form says to try again in a minute": is_told,
        "/readyz is 503 and names the disk": status == 503 and "disk" in text,
    }


def _wait_until_refused(load: Load, filler: Path) -> None:
    """What was freed meanwhile inside the database's own files is filled up, too."""
    before = load.so_far().refused.get(("signup", 503), 0)

    def is_refused() -> bool:
        fill(filler)
        return load.so_far().refused.get(("signup", 503), 0) >= before + 5

    if not eventually(is_refused, 90, 0.2):
        raise Broken("sign-ups were taken for 90 s on a full disk")


def fill(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    os.write(handle, b"x" * size)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    finally:
        os.close(handle)


@contextmanager
def disk(folder: Path, megabytes: int = MEGABYTES) -> Iterator[Path]:
    """A small disk of its own, in memory. Raises NotPossible where we may not mount one."""
    if os.geteuid() != 0:
        raise NotPossible("only root may mount a small disk")
    mount, umount = shutil.which("mount"), shutil.which("umount")
    if not mount or not umount:
        raise NotPossible("there is no mount here")
    folder.mkdir()
    command = [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "wbtest-drill", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotPossible(f"this machine lets nobody mount a small disk: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run([umount, "--lazy", str(folder)], check=True)


DRILLS = [
    Drill(
        "F5",
        f"the instance's disk ({MEGABYTES} MB) fills up for {FULL_SECONDS} s and more",
        "sign-ups: 503; the page: 200 without cookie, its form says so; /readyz: 503, names it; "
        "all works once freed, without a restart; no acknowledged row lost",
        fill_up,
        is_patient=True,
    )
]
