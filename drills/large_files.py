"""Files of all sign-ups and events: nothing is lost on the way, and no row is held in memory."""

import csv
import http.client
import io
import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from bench import history
from bench.page import OWNER
from drills import place as places
from drills.outcome import Drill, Found
from drills.place import Place, run
from drills.progress import say
from drills.server import Server, serving
from wbtest import create_app
from wbtest.audience.recording.events import Event, Seen, Served, SignedUp
from wbtest.config import from_environment
from wbtest.downloads import undefused
from wbtest.extensions import db, utc_now

ROWS = int(os.environ.get("ROWS") or 50_000)
FEW, STEP_US = 2_000, 1_000
# In megabytes: what the peak may differ by, however many rows there are. A file is larger.
MOST_MORE = 16
# Somebody who takes the first bytes of a file and then nothing.
PAUSE_SECONDS = 2.0
MEGABYTE = 1024
CSV, NDJSON = "text/csv", "application/x-ndjson"
NAMES = (
    *("Ann, Lee", 'say "hi"', '""', ",", '"', "=1+1", "-1", "'t Hooft", "; =1", "a;=1+1;b"),
    *("😀 👩\u200d👩\u200d👧", "\ufeffBOM", "عربي", "食卓", "a\u2028b", "x" * 120),
)
CONSENT = 'Yes, "write" to me;\r\nonce, when it is decided.\n\n\t=1+1\n- that is all'
SHOWN = {"signups": ("email", "name", "consent"), "events": ("visitor", "variant", "at")}
STORED = {
    "signups": "SELECT email, name, consent FROM signups ORDER BY at_us DESC, email_key",
    "events": "SELECT visitor, variant, at_us FROM {} ORDER BY at_us",
}
TABLES = ("visits", "sightings", "signups")


class Taken(NamedTuple):
    """What came of the files: rows, bytes, seconds, megabytes at the peak, and what is not so."""

    rows: int
    size: int
    seconds: float
    peak: int
    failures: list[str]


def take(folder: Path) -> Found:
    """Take all files of a page with a few sign-ups, then with many, and compare."""
    place = places.make(folder / "instance")
    _tell(place)
    token = run(place, "token", "create", OWNER, "--name=drill", "--scope=admin").strip()
    few = _take_all(place, token)
    say(f"{FEW:,} sign-ups: {few.peak} MB at the peak")
    _copy(place, -(-ROWS // FEW))
    many = _take_all(place, token)
    failures = [*few.failures, *many.failures]
    if many.peak > few.peak + MOST_MORE:
        failures.append(f"the peak grew from {few.peak} to {many.peak} MB")
    return Found(
        f"{many.rows:,} rows in 4 files, {many.size / 1e6:.0f} MB, within {many.seconds:.0f} s; "
        f"each row as stored; a web process held {few.peak} MB at the peak for {few.rows:,} rows, "
        f"{many.peak} MB for these",
        failures,
    )


def _take_all(place: Place, token: str) -> Taken:
    """Take each file, compare it with the rows, and look at the peak of the web process."""
    rows = size = 0
    failures = []
    begun = time.monotonic()
    with serving(place, workers=1) as server, place.engine().connect() as raw:
        for what, kind in itertools.product(SHOWN, (CSV, NDJSON)):
            with _answer(place, token, what, kind) as answer:
                counted = _Counted(answer)
                text = io.TextIOWrapper(io.BufferedReader(counted), "utf-8", newline="")
                found = itertools.zip_longest(_sent(text, what, kind), _stored(raw, what))
                for one, other in found:
                    if one != other:
                        failures.append(f"{what} as {kind}: {one!r} came for {other!r}")
                        break
                    rows += 1
            size += counted.size
        took = time.monotonic() - begun
        return Taken(rows, size, took, _peak(server), failures)


@contextmanager
def _answer(place: Place, token: str, what: str, kind: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", place.port, timeout=120)
    headers = {"Accept": kind, "Authorization": f"Bearer {token}"}
    try:
        connection.request("GET", f"/api/v1/experiments/1/{what}", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200, f"{what}: {answer.status} {answer.read(500)!r}"
        time.sleep(PAUSE_SECONDS)
        yield answer
    finally:
        connection.close()


class _Counted(io.RawIOBase):
    """What comes, and how much that is."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        came = self._answer.readinto(buffer)
        self.size += came
        return came


def _sent(text: io.TextIOWrapper, what: str, kind: str) -> Iterator[tuple[str, ...]]:
    """What stands in a file, as it was typed."""
    names = SHOWN[what]
    if kind == CSV:
        for row in csv.DictReader(text, strict=True):
            yield tuple(undefused(row[name]) for name in names)
        return
    for line in iter(text.readline, ""):
        record = json.loads(line)
        record["consent"] = (record.get("consent") or {}).get("words")
        yield tuple(record[name] for name in names)


def _stored(raw: sa.Connection, what: str) -> Iterator[tuple[str, ...]]:
    tables = TABLES if what == "events" else ("",)
    for table in tables:
        query = STORED[what].format(table)
        for row in raw.exec_driver_sql(query).yield_per(1_000):
            yield tuple(row) if what == "signups" else (*row[:2], _moment(row[2]))


def _moment(at_us: int) -> str:
    return (history.BEGAN + timedelta(microseconds=at_us)).isoformat()


def _peak(server: Server) -> int:
    """The most memory that its web process ever held, in megabytes."""
    [web] = [pid for pid, kind in server.processes().items() if kind == "web"]
    status = Path(f"/proc/{web}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) // MEGABYTE


def _tell(place: Place) -> None:
    """Let a few sign up, with names that break files, through the recorder's own code."""
    app = create_app(
        from_environment({k: v for k, v in place.environ.items() if k.startswith("WBTEST_")})
    )
    history.write(app, _events(), utc_now())
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _events() -> Iterator[Event]:
    begun = int((utc_now() - timedelta(hours=1)).timestamp() * 1_000_000)
    for number in range(FEW):
        event: dict[str, Any] = {
            "experiment_id": 1,
            "variant": "control",
            "visitor": f"{number:016d}",
            "at_us": begun + number * STEP_US,
            "source": "direct",
            "device": "phone",
            "user_agent": history.BROWSER,
        }
        email = f"{number}@example.com"
        name = NAMES[number % len(NAMES)]
        yield Served(**event)
        yield Seen(**event | {"at_us": event["at_us"] + 10})
        yield SignedUp(**event, email=email, email_key=email, name=name, consent=CONSENT)


def _copy(place: Place, times: int) -> None:
    """Let there be so many rows for each that there is; no roll-up is asked here."""
    keys = {"email_key": "k || '-' || {}", "email": "k || '-' || {}", "visitor": "{} || '-' || k"}
    with place.engine().begin() as raw:
        for table in TABLES:
            names = [row[1] for row in raw.exec_driver_sql(f"PRAGMA table_info({table})")]
            values = ", ".join(
                f"at_us + k * {FEW * STEP_US}"
                if name == "at_us"
                else keys.get(name, "{}").format(name)
                for name in names
            )
            raw.exec_driver_sql(
                "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n "  # noqa: S608 - ours
                f"WHERE k < {times - 1}) INSERT INTO {table} ({', '.join(names)}) "
                f"SELECT {values} FROM {table}, n"
            )


DRILLS = [
    Drill(
        "files",
        f"all sign-ups ({ROWS:,}) and their events taken as CSV and NDJSON over the API, with "
        "names that break files, by somebody who waits in between",
        f"each row as it is stored; the peak of memory differs by {MOST_MORE} MB at most from that "
        f"for {FEW:,}",
        take,
        asked_seconds=ROWS / 500,
        is_patient=True,
    )
]
