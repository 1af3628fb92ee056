"""What every scene of the demo has at hand: its clock, its people, and what they made before."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from wbtest.cli.demo.cast import tests
from wbtest.cli.demo.clock import DemoClock
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.team.models import Person
from wbtest.writing.models import Release

OWNER = "tom@larder.example"
EMAILS = {"tom": OWNER, "priya": "priya@larder.example", "jonas": "jonas@larder.example"}
AUTHOR, APPROVER = "tom", "priya"
# At which hour of the day, in UTC, tests are started.
START_HOUR = 9


@dataclass(slots=True)
class Stage:
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
        midnight = datetime.combine(self.today, time(), UTC)
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
        test = tests()[name]
        same = [each.name for each in tests().values() if each.slug == test.slug]
        query = db.select(Experiment).where(
            Experiment.slug == test.slug,
            Experiment.attempt == same.index(name) + 1,
            Experiment.started_at.is_not(None),
        )
        found: Experiment = db.session.scalars(query).one()
        return found
