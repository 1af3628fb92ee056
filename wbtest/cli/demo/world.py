"""What every scene of the demo has at hand: clock, people, mail server, the tests of its story."""

import json
import mmap
import struct
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from tempfile import NamedTemporaryFile
from typing import Any

import msgspec

from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import USUAL, Look
from wbtest.publishing.page_options import AsksFor, FollowUpQuestion, Options
from wbtest.review import sample
from wbtest.team.models import Person
from wbtest.writing.models import Release

_FORM = struct.Struct("ddd")
END = b".\r\n"
ANSWERS = {b"EHLO": "250 demo", b"HELO": "250 demo", b"DATA": "354 Go on", b"QUIT": "221 Bye"}
OWNER = "tom@larder.example"
EMAILS = {"tom": OWNER, "priya": "priya@larder.example", "jonas": "jonas@larder.example"}
AUTHOR, APPROVER = "tom", "priya"
# At which hour of the day, in UTC, tests are started.
START_HOUR = 9


class DemoClock:
    """Call it for the demo's now, aware and in UTC; ``set`` moves it for every process at once.

    Each process maps a file of three numbers into memory: the demo's time and the machine's when it
    was last set, in seconds since 1970, and how fast it runs. Zeros mean real time.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            file.write_bytes(_FORM.pack(0, 0, 0))
        with file.open("r+b") as handle:
            self._map = mmap.mmap(handle.fileno(), _FORM.size)

    def __reduce__(self) -> tuple[type["DemoClock"], tuple[Path]]:
        # A web process opens the file for itself.
        return DemoClock, (self._file,)

    def __call__(self) -> datetime:
        demo, machine, speed = _FORM.unpack(self._map[:])
        if not demo:
            return datetime.now(UTC)
        return datetime.fromtimestamp(demo + (time.time() - machine) * speed, UTC)

    def set(self, at: datetime, speed: float = 1.0) -> None:
        """Make it ``at`` now, and let it run at ``speed`` demo seconds a second."""
        self._map[:] = _FORM.pack(at.timestamp(), time.time(), speed)

    def keep_real_time(self) -> None:
        """From now on be the machine's clock."""
        self._map[:] = _FORM.pack(0, 0, 0)


class MailSink(ThreadingTCPServer):
    """Takes mails at ``url``, a free port of this computer, once started."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, name="mail sink", daemon=True)

    def start(self) -> None:
        """Take mails in a thread of its own; until then they wait."""
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self.shutdown()
        self.server_close()


class _Conversation(StreamRequestHandler):
    """As much of RFC 5321 as a mail takes."""

    server: MailSink

    def handle(self) -> None:
        self._say("220 demo")
        while line := self.rfile.readline():
            command = line[:4].upper()
            self._say(ANSWERS.get(command, "250 OK"))
            if command == b"QUIT":
                return
            if command == b"DATA":
                self._keep()
                self._say("250 Kept")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _keep(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (END, b""):
            # A line that begins with a dot comes with one more.
            lines.append(line[1:] if line.startswith(b".") else line)
        with NamedTemporaryFile(dir=self.server.folder, suffix=".eml", delete=False) as file:
            file.write(b"".join(lines))


@dataclass(frozen=True, slots=True)
class Test:
    """One experiment of the demo: of which draft, by which rule, and who comes.

    ``began`` says how many days ago, ``days`` for how many of them strangers come, though never
    later than now, ``lasts`` after how many the last day is. On browsers ``white_on`` the last
    variant's page stays white.
    """

    # Tests of one release stand at one address: each has a name of its own.
    name: str
    slug: str
    release: str
    draft: int
    began: int
    days: int
    lasts: int
    who: str
    target: float
    floor: float
    minimum: int
    maximum: int
    # Visitors a day that the team expects.
    daily: int
    if_met: str
    if_not_met: str
    if_unclear: str
    # True share of those who look that sign up, and lost beacons, per variant, control first.
    rates: tuple[float, ...]
    lost: tuple[float, ...]
    sources: dict[str, float]
    # Of all visitors of the demo; or so many people, however many the demo has.
    share: float = 0.0
    people: int = 0
    knows_team: bool = False
    hoped_for: float | None = None
    white_on: tuple[str, ...] = ()
    # Name of each further variant and its headline.
    variants: tuple[tuple[str, str], ...] = ()
    look: Look = USUAL
    # What the page asks after the sign-up, and what is answered to each in turn.
    questions: tuple[FollowUpQuestion, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()
    asks_for: tuple[AsksFor, ...] = ()
    # What some visitors ask under the page.
    asking: tuple[str, ...] = ()

    @property
    def options(self) -> Options:
        """How the page treats its visitors."""
        return Options(questions=self.questions, asks_for=self.asks_for)


@cache
def planned_tests() -> dict[str, Test]:
    """Every test of the demo by its name, in the order in which they begin."""
    told_tests = [{"name": said["slug"]} | said for said in told("tests")]
    return {test.name: test for test in msgspec.convert(told_tests, list[Test])}


def told(name: str) -> Any:
    """What a file of the story says. One release of it is the sample that everybody may look at."""
    if name.startswith(sample.NAME):
        return sample.read_texts(name)
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


def is_told(name: str) -> bool:
    """Whether there is such a file."""
    folders = (Path(__file__).parent, sample.HERE)
    return any((folder / f"{name}.json").exists() for folder in folders)


def drafts_of(name: str) -> Any:
    """How each draft of a release differed from the last."""
    return told(f"{name}_drafts") if name == sample.NAME else told("drafts")[name]


@dataclass(slots=True)
class World:
    """The story leads up to ``today``, the machine's time when it began.

    ``releases`` and ``guests`` are ids, by the name of the release's file.
    """

    clock: DemoClock
    today: datetime
    password: str
    releases: dict[str, int] = field(default_factory=dict)
    guests: dict[str, int] = field(default_factory=dict)

    def moment(self, days_ago: int, hour: float) -> datetime:
        """The moment so many days before today at an hour of the day, in UTC."""
        midnight = self.today.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=-days_ago, hours=hour)

    def later(self, **parts: float) -> None:
        """Let some time pass within a scene."""
        self.clock.set(self.clock() + timedelta(**parts))

    @property
    def members(self) -> dict[str, Person]:
        """Everybody with a log-in, by the name of the story."""
        return {name: self.person(name) for name in EMAILS}

    def person(self, name: str) -> Person:
        """Somebody with a log-in, by the name of the story."""
        query = db.select(Person).where(Person.email == EMAILS[name])
        found: Person = db.session.scalars(query).one()
        return found

    def release(self, name: str) -> Release:
        """A release that was begun in an earlier scene."""
        return db.session.get_one(Release, self.releases[name])

    def experiment(self, name: str) -> Experiment:
        """A test that was started in an earlier scene."""
        test = planned_tests()[name]
        same = [each.name for each in planned_tests().values() if each.slug == test.slug]
        query = db.select(Experiment).where(
            Experiment.slug == test.slug,
            Experiment.attempt == same.index(name) + 1,
            Experiment.started_at.is_not(None),
        )
        found: Experiment = db.session.scalars(query).one()
        return found
