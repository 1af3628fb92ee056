"""F3: kill -9 while the database is brought up to date."""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from bench import history
from drills import place as places
from drills.outcome import Broken, Drill, Found
from drills.place import ROOT, Place
from drills.progress import say
from drills.server import Server, eventually
from wbtest import create_app
from wbtest.config import from_environment
from wbtest.extensions import db, utc_now

KILLS = 6
# Before the roll-ups that are made of others, so that there is something to do on the way back.
OLD = "0004"
VISITS = 10_000


def kill_it(folder: Path) -> Found:
    """Kill it at a random moment of the migration, over and over, each time from the old shape."""
    old, newest = _old_instance(folder / "old")
    signups = _count(old.folder / "wbtest.db")
    took = _time_of_migration(places.copied(old, folder / "timed"), newest)
    hit: Counter[str] = Counter()
    failures: list[str] = []
    for number in range(KILLS):
        place = places.copied(old, folder / f"instance-{number}")
        server = Server(place)
        try:
            server.spawn()
            _wait_for_backup(place)
            time.sleep(random.uniform(0, took))  # noqa: S311 - a moment
            server.close()
            reached = _revision(place.folder / "wbtest.db")
            hit[reached] += 1
            say(f"kill {number + 1} of {KILLS}: the database is at {reached}")
            failures += _check_backup(place, signups)
            server.start()
            server.end()
        finally:
            server.close()
        verified = place.run("verify")
        if verified.returncode or _count(place.folder / "wbtest.db") != signups:
            failures.append(f"after a kill at {reached}: {verified.stdout}{verified.stderr}")
    where = ", ".join(f"{number} at {revision}" for revision, number in sorted(hit.items()))
    return Found(
        f"{KILLS} kills within the {took * 1000:.0f} ms of the migration from {OLD} ({where}); "
        f"each restart finished it, verify clean, {signups:,} sign-ups there; each backup whole, "
        f"at {OLD}, with the same sign-ups",
        failures,
    )


def _old_instance(folder: Path) -> tuple[Place, str]:
    """An instance with visitors whose database has an earlier shape, and the name of the newest."""
    place = places.make(folder)
    app = create_app(
        from_environment({k: v for k, v in place.environ.items() if k.startswith("WBTEST_")})
    )
    history.tell(app, 1, visits=VISITS, days=10, until=utc_now())
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    newest = _revision(folder / "wbtest.db")
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "flask", "--app", "app", "db", "downgrade", OLD],
        cwd=ROOT,
        env=place.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Broken(f"downgrade to {OLD}: {done.stderr[-500:]}")
    return place, newest


def _time_of_migration(place: Place, newest: str) -> float:
    """Seconds from the backup until the database is up to date."""
    file = place.folder / "wbtest.db"
    server = Server(place)
    try:
        server.spawn()
        _wait_for_backup(place)
        begun = time.monotonic()
        if not eventually(lambda: _now_at(file) == newest, 60, 0.005):
            raise Broken(f"it did not start; see {server.log}")
        return time.monotonic() - begun
    finally:
        server.close()


def _wait_for_backup(place: Place) -> None:
    if not eventually(lambda: any(place.folder.glob("backups/before-*.db")), 60, 0.005):
        raise Broken("no backup was made before the migration")


def _check_backup(place: Place, signups: int) -> list[str]:
    backup = next(place.folder.glob("backups/before-*.db"))
    with sqlite3.connect(backup) as copy:
        whole = copy.execute("PRAGMA integrity_check").fetchone()[0]
    copy.close()
    if (whole, _revision(backup), _count(backup)) != ("ok", OLD, signups):
        return [f"the backup is {whole}, at {_revision(backup)}"]
    return []


def _revision(file: Path) -> str:
    return str(_ask(file, "SELECT version_num FROM alembic_version"))


def _now_at(file: Path) -> str:
    """The revision of a database in use."""
    database = sqlite3.connect(file, timeout=30)
    try:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    finally:
        database.close()


def _count(file: Path) -> int:
    return int(str(_ask(file, "SELECT count(*) FROM signups")))


def _ask(file: Path, query: str) -> object:
    # A copy, since to open the file itself would clear up what the kill left behind.
    beside = file.with_name("asked")
    beside.mkdir(exist_ok=True)
    for part in file.parent.glob(f"{file.name}*"):
        shutil.copyfile(part, beside / part.name)
    database = sqlite3.connect(beside / file.name)
    try:
        return database.execute(query).fetchone()[0]
    finally:
        database.close()
        shutil.rmtree(beside)


DRILLS = [
    Drill(
        "F3",
        f"kill -9 during the migration from {OLD}, {KILLS} × at random, {VISITS:,} visits",
        "the restart finishes or rolls back; the automatic backup is whole and of the old shape",
        kill_it,
        is_patient=True,
    )
]
