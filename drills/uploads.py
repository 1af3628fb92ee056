"""F6: there is no room for a file on its way in, while the database has some."""

from dataclasses import replace
from pathlib import Path

from drills import place as places
from drills.full_disk import disk, fill
from drills.outcome import Drill, Found
from drills.owner import Owner
from drills.place import run
from drills.server import WORKERS, serving

# Larger than what is kept in memory while it is read.
FILE = b"# Larder\n" + b"A word. " * 200_000
TRIES = 3


def upload(folder: Path) -> Found:
    """Send a file while the folder for temporary files is full, and once it is not."""
    with disk(folder / "temporary", megabytes=4) as room:
        made = places.make(folder / "instance")
        place = replace(made, more={"TMPDIR": str(room)})
        with serving(place) as server:
            owner = Owner(place.url)
            # Python looks for a folder with room when a process asks for the first time.
            for _ in range(2 * WORKERS * TRIES):
                _send(owner)
            fill(room / "filler")
            refused = [_send(owner) for _ in range(TRIES)]
            page = server.get(f"/p/{place.slug}")[0]
            (room / "filler").unlink()
            taken = _send(owner)
            left = [path for path in room.rglob("*") if path.is_file()]
            code, _ = server.end()
    run(place, "verify")
    statuses = [status for status, _ in refused]
    checks = {
        f"the answers were {statuses}": statuses == [503] * TRIES,
        "the answer does not say what is wrong": all("full" in text for _, text in refused),
        f"the page gave {page}": page == 200,
        f"once there was room: {taken[0]}": taken[0] in (200, 422),
        f"{len(left)} files are left": not left,
        f"exit code {code}": code == 0,
    }
    return Found(
        f"{TRIES} × 503 that says so, the page 200; once there was room it was read "
        f"({taken[0]}), without a restart; 0 files left, verify clean",
        [sentence for sentence, is_so in checks.items() if not is_so],
    )


def _send(owner: Owner) -> tuple[int, str]:
    return owner.upload("/releases/import", "file", FILE, on="/releases/import")


DRILLS = [
    Drill(
        "F6",
        "the folder for temporary files is full while a file of 1.6 MB is sent (pictures and texts "
        "themselves are in the database: see F5)",
        "503 with a plain sentence; no row, no file left behind; works once freed",
        upload,
        is_patient=True,
    )
]
