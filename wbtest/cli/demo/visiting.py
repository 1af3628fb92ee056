"""Strangers come: who arrives in which two hours, and what each of them does there."""

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import TypeVar

from wbtest.audience.models import Sighting
from wbtest.cli.demo import crowd
from wbtest.cli.demo.cast import Test, tests
from wbtest.cli.demo.stage import START_HOUR, Stage
from wbtest.cli.demo.writing import text_of
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db

# Strangers come in slots of two hours; at noon one asks something, at night some read their mail.
HOURS = 2
ASK_HOUR, CONFIRM_HOUR = START_HOUR + 4, START_HOUR + 12
# How busy each two hours of a day are, from midnight on.
BUSY = (2, 1, 1, 4, 9, 9, 8, 8, 7, 10, 12, 6)
SHARE_CONFIRMED = 0.6
SEED = 7
PATIENCE_SECONDS = 20.0
_CONFIRM = re.compile(r"/confirm/[\w\-]+")
# A visitor, or the link that one opens.
Who = TypeVar("Who")


class Street:
    """Everybody who walks by: ``visitors`` in all, over all tests and days."""

    def __init__(self, stage: Stage, door: crowd.Door, pool: Executor, visitors: int) -> None:
        self._stage, self._door, self._pool = stage, door, pool
        self._chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
        self._turnout = crowd.Turnout()
        self._before: dict[str, list[crowd.Visitor]] = defaultdict(list)
        self._asking = {test.name: list(test.asking) for test in tests().values()}
        self._confirmed_to = self._looked = 0
        # By when the slot begins.
        self._plan: dict[datetime, list[crowd.Visitor]] = defaultdict(list)
        for test in tests().values():
            self._expect(test, round(test.share * visitors))

    def slots(self) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """When each two hours with visitors begin, and what lets them come."""
        for moment, coming in self._plan.items():
            yield moment, partial(self._let_come, moment, coming)

    def wait_until_recorded(self) -> None:
        """Wait until every beacon is in the store. Raises TimeoutError when it takes too long."""
        pause = Event()
        for _ in range(int(PATIENCE_SECONDS / 0.05)):
            stored = db.session.scalar(db.select(db.func.count()).select_from(Sighting)) or 0
            db.session.rollback()
            if stored >= self._looked:
                return
            pause.wait(0.05)
        raise TimeoutError(f"{self._looked - stored} beacons were not recorded")

    def _expect(self, test: Test, visitors: int) -> None:
        """Draw who comes to a test, and when; busier in the evening."""
        slots = self._slots_of(test)
        weights = [BUSY[moment.hour // HOURS] * self._chance.uniform(0.7, 1.3) for moment in slots]
        text = text_of(test.release, test.draft, self._stage.today.date())
        headlines = [text.headline, *(headline for _, headline in test.variants)]
        coming = crowd.Crowd(
            test=test.name,
            slug=test.slug,
            visitors=visitors,
            rates=dict(zip(headlines, test.rates, strict=True)),
            lost=dict(zip(headlines, test.lost, strict=True)),
            sources=test.sources,
            white={headlines[-1]: test.white_on},
            answers=test.answers,
            questions=len(text.questions("external")),
        )
        for visitor in crowd.draw(coming, self._chance):
            self._plan[self._chance.choices(slots, weights)[0]].append(visitor)

    def _slots_of(self, test: Test) -> list[datetime]:
        begins = self._stage.moment(test.began, START_HOUR)
        moments = [begins + timedelta(hours=HOURS * k) for k in range(24 // HOURS * test.days + 1)]
        over = min(begins + timedelta(days=test.days), self._stage.today)
        return [moment for moment in moments if moment + timedelta(hours=1) <= over]

    def _let_come(self, now: datetime, coming: list[crowd.Visitor]) -> None:
        """Let these visitors come, look, read, sign up and answer; some from before come again."""
        clock = self._stage.clock
        clock.set(now + timedelta(minutes=1))
        self._all(crowd.arrive, coming)
        people = [visitor for visitor in coming if visitor.cookie and not visitor.is_machine]
        served = [one for one in people if not one.sees_nothing]
        looking = [one for one in served if not self._happens("lost", one, one.crowd.lost)]
        clock.set(now + timedelta(minutes=20))
        self._all(crowd.look, looking)
        self._looked += len(looking)
        signing = [one for one in looking if self._happens("signs", one, one.crowd.rates)]
        for visitor in signing:
            visitor.is_signing = True
        self._all(crowd.leave_word, looking)
        clock.set(now + timedelta(minutes=40))
        self._all(crowd.sign_up, signing)
        self._all(crowd.answer, [one for one in signing if one.number % 3])
        if now.hour == ASK_HOUR:
            self._ask(looking[:1])
        open_ones = dict.fromkeys(one.crowd.test for one in people)
        known = [one for test in open_ones for one in self._before[test]]
        self._all(crowd.arrive, self._chance.sample(known, min(len(known), 3)))
        for visitor in people:
            self._before[visitor.crowd.test].append(visitor)
        if now.hour == CONFIRM_HOUR:
            clock.set(now + timedelta(minutes=100))
            self._confirm()

    def _happens(self, kind: str, visitor: crowd.Visitor, rates: Mapping[str, float]) -> bool:
        headline = visitor.headline
        return self._turnout.next(kind, visitor.crowd.test, headline, rate=rates[headline])

    def _all(self, act: Callable[[Who, crowd.Door], None], everybody: Sequence[Who]) -> None:
        """Let all act at once, and wait; the first error of any is raised."""
        for _ in self._pool.map(act, everybody, [self._door] * len(everybody)):
            pass

    def _ask(self, visitors: list[crowd.Visitor]) -> None:
        """Let them ask what visitors of their page still have to ask, one question each."""
        for visitor in visitors:
            if questions := self._asking[visitor.crowd.test]:
                self._all(partial(crowd.ask, question=questions.pop(0)), [visitor])

    def _confirm(self) -> None:
        """Let some press the button in the mails since the last time."""
        query = db.select(OutboxMail).where(OutboxMail.id > self._confirmed_to)
        mails = db.session.scalars(query.order_by(OutboxMail.id)).all()
        pressed = [
            link[0]
            for mail in mails
            if (link := _CONFIRM.search(mail.body))
            and self._turnout.next("confirms", mail.subject, rate=SHARE_CONFIRMED)
        ]
        self._confirmed_to = mails[-1].id if mails else self._confirmed_to
        db.session.rollback()
        self._all(crowd.confirm, pressed)
