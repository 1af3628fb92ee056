"""Two tests over sixty days: their visitors, what was promised to each, and a look at every page.

What is promised is read on the pages and in the emails. When it's due is reckoned here, by the days
that they name, and compared with the database and with what a mail server got.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from functools import cached_property

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import Visitor, token_in, words_in
from tests.conftest import HandClock
from tests.delivery.conftest import MailServer
from tests.factories import PASSWORD, log_in
from wbtest.audience.models import Signup
from wbtest.delivery import worker
from wbtest.delivery.backups import backup_folder
from wbtest.delivery.models import JobRun
from wbtest.extensions import db, runtime
from wbtest.publishing.models import Experiment
from wbtest.store import writing
from wbtest.team.models import Person
from wbtest.team.settings import announce_change

CONFIRM, THANKS, DECISION = "Confirm your email", "thanks for signing up", "what we decided"
OPEN_IT = "open the email we just sent"
DAY = r"(\d+ (?:March|April|May) 2027)"
RUNNING = re.compile(
    rf"The test ends on {DAY} at the latest\. We delete this data (\d+) days after"
)
KEPT = re.compile(rf"(?:keep (?:this data|your email) until|Kept until) {DAY}")
LIST_KEPT = re.compile(
    rf"(?:waiting list, we keep it until|about \w+\. We keep your email until) {DAY}"
)
NOTICE = re.compile(rf"/p/(\w+): emails are deleted after {DAY}")
LINK = re.compile(r"http://localhost(/(?:confirm|leave|mine)/\S+)")
UNCONFIRMED = timedelta(30)
LINK_WORKS = timedelta(7)
COPIES = timedelta(14)


@dataclass(eq=False)
class Guest:
    """Somebody who signed up, and what the pages said to them by then."""

    email: str
    slug: str
    visitor: Visitor
    since: date
    on_list: bool = False
    is_confirmed: bool = False
    # The days on which the page spoke of an email to confirm.
    asked: list[date] = field(default_factory=list)
    # Whether the first of these was the day on which they signed up.
    is_asked: bool = False
    left: date | None = None
    page: TestResponse | None = None


@dataclass
class Received:
    """A mail as it arrived, and when."""

    day: date
    message: EmailMessage

    # Each is read on each day, and a header takes long.
    @cached_property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    @cached_property
    def to(self) -> str:
        return str(self.message["To"])

    @cached_property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @cached_property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert isinstance(part, EmailMessage)
        return part.get_content().replace("\xa0", " ")

    @property
    def links(self) -> list[str]:
        return LINK.findall(self.text)


class Life:
    """The app, its clock, the mail server, and everybody who came."""

    def __init__(self, app: Flask, now: HandClock, server: MailServer) -> None:
        self.app, self.now, self.server = app, now, server
        self.guests: list[Guest] = []
        self.received: list[Received] = []
        # Until when each page said that it keeps its sign-ups, and those of its waiting list.
        self.kept_until: dict[tuple[str, bool], date] = {}
        self.told_on: dict[str, date] = {}
        # Who has the form open.
        self.late: Guest | None = None

    @property
    def today(self) -> date:
        return self.now().date()

    def test_of(self, slug: str) -> Experiment:
        return db.session.scalars(sa.select(Experiment).where(Experiment.slug == slug)).one()

    def person(self, role: str) -> Person:
        query = sa.select(Person).where(Person.email == f"{role}@larder.example")
        return db.session.scalars(query).one()

    def set_mail(self, url: str) -> None:
        """What a restart with another WBTEST_MAIL_URL does."""
        object.__setattr__(runtime(self.app).settings, "mail_url", url)
        with writing():
            announce_change()

    @property
    def has_mail(self) -> bool:
        return bool(runtime(self.app).settings.mail_url)

    def open_page(self, name: str, slug: str) -> Guest:
        """Somebody comes and looks at the page."""
        visitor = Visitor(self.app)
        guest = Guest(f"{name}@x.io", slug, visitor, self.today, page=visitor.get(f"/p/{slug}"))
        self.now.turn(minutes=1)
        return guest

    def sign_up(self, name: str, slug: str) -> Guest:
        """Somebody comes and leaves their address, perhaps not for the first time."""
        return self.send_form(self.open_page(name, slug))

    def send_form(self, guest: Guest) -> Guest:
        assert guest.page is not None
        token = token_in(guest.page)
        on_list = "Join the waiting list" in words_in(guest.page)
        if not on_list:
            guest.visitor.post(f"/p/{guest.slug}/seen", token)
            self.now.turn(minutes=1)
        fields = {"token": token, "email": guest.email, "website": ""}
        answer = guest.visitor.post(f"/p/{guest.slug}/signup", fields)
        thanks = guest.visitor.get(answer.location)
        assert (answer.status_code, thanks.status_code) == (303, 200)
        assert "Thanks, you’re on the list." in words_in(thanks)
        known = self.find(guest.email, guest.slug, on_list=on_list)
        is_asked = OPEN_IT in words_in(thanks)
        if known is None:
            guest.since, guest.on_list, guest.is_asked = self.today, on_list, is_asked
            self.guests.append(guest)
        kept = known or guest
        kept.page = thanks
        if is_asked and self.today not in kept.asked:
            kept.asked.append(self.today)
        return kept

    def find(self, email: str, slug: str, *, on_list: bool = False) -> Guest | None:
        found = [
            each
            for each in self.guests
            if (each.email, each.slug, each.on_list, each.left) == (email, slug, on_list, None)
        ]
        return found[0] if found else None

    def named(self, name: str, slug: str = "larder", *, on_list: bool = False) -> Guest:
        found = self.find(f"{name}@x.io", slug, on_list=on_list)
        assert found is not None
        return found

    def mails_to(self, guest: Guest, kind: str) -> list[Received]:
        product = guest.slug.capitalize()
        return [
            mail
            for mail in self.received
            if mail.to == guest.email and kind in mail.subject and product in mail.subject
        ]

    def press(self, guest: Guest, path: str) -> None:
        """They press the button of the page that our newest mail to them leads to."""
        [link] = [
            link
            for mail in self.mails_to(guest, "")[-1:]
            for link in mail.links
            if link.startswith(f"/{path}/")
        ]
        assert guest.visitor.get(link).status_code == 200
        assert guest.visitor.post(link, {}).status_code in (200, 303)
        guest.is_confirmed |= path == "confirm"
        if path == "leave":
            self.leave(guest)

    def leave(self, guest: Guest) -> None:
        guest.left = self.today

    def work(self) -> None:
        """What is due gets done; no job may fail."""
        runtime(self.app).recorder.flush()
        db.session.remove()
        while worker.step(self.app):
            pass
        failed = db.session.execute(sa.select(JobRun.name, JobRun.error).where(JobRun.error != ""))
        assert failed.all() == []
        known = len(self.received)
        self.received += [Received(self.today, mail) for mail in self.server.mails[known:]]

    def live_on(self, hours: float) -> None:
        """Let the worker do its part of some hours."""
        self.now.turn(hours=hours)
        self.work()

    # What has to hold.

    def is_kept(self, guest: Guest) -> bool:
        """Whether the address should still be there, by what was promised."""
        until = self.kept_until.get((guest.slug, guest.on_list), date.max)
        if guest.left is not None or self.today > until:
            return False
        if not guest.is_asked or guest.is_confirmed:
            return True
        arrived = [mail.day for mail in self.mails_to(guest, CONFIRM)]
        last = max((day + LINK_WORKS for day in arrived), default=date.max)
        return self.today < max(guest.since + UNCONFIRMED, last)

    def check_nobody_is_lost(self) -> None:
        rows = db.session.execute(
            sa.select(Experiment.slug, Signup.email, Signup.excluded_because == "waiting")
            .join(Experiment, Experiment.id == Signup.experiment_id)
            .where(Signup.email != "")
        )
        kept = [(each.slug, each.email, each.on_list) for each in self.guests if self.is_kept(each)]
        assert sorted(tuple(row) for row in rows) == sorted(kept)

    def check_nobody_is_written_to_twice(self) -> None:
        ids = Counter(mail.id for mail in self.received)
        assert set(ids.values()) <= {1}
        for guest in self.guests:
            assert len(self.mails_to(guest, CONFIRM)) <= len(guest.asked)
            assert len(self.mails_to(guest, THANKS)) <= 1
            assert len(self.mails_to(guest, DECISION)) <= self.owed(guest)
        each_day = Counter((mail.to, mail.subject, mail.day) for mail in self.received)
        assert set(each_day.values()) <= {1}
        known = {guest.email for guest in self.guests}
        others = {mail.to for mail in self.received if mail.to.endswith("@x.io")}
        assert others <= known

    def owed(self, guest: Guest) -> bool:
        """Whether somebody should hear the decision."""
        told = self.told_on.get(guest.slug)
        is_here = told is not None and (guest.left is None or guest.left >= told)
        return is_here and not guest.on_list and (guest.is_confirmed or not guest.is_asked)

    def check_every_mail_came(self) -> None:
        """By the end of a day on which mail leaves, all that was promised has come."""
        for guest in self.guests:
            if guest.left is None:
                assert len(self.mails_to(guest, CONFIRM)) == len(guest.asked)
            assert len(self.mails_to(guest, DECISION)) == self.owed(guest)

    def check_links(self) -> None:
        """A confirming link works for a week; the others as long as the address is kept.

        Every fifth day of each guest: there are three links in a mail.
        """
        for guest in self.guests[self.today.day % 5 :: 5]:
            for mail in self.mails_to(guest, "")[-1:]:
                for link in mail.links:
                    works = self.is_kept(guest)
                    if link.startswith("/confirm/"):
                        over = mail.day + LINK_WORKS
                        # On its last day it depends on the hour.
                        if self.today == over:
                            continue
                        works &= self.today < over
                    assert (guest.visitor.get(link).status_code == 200) == works, (guest, link)

    def check_mail_dates(self) -> None:
        for mail in self.received:
            for found in KEPT.findall(mail.text):
                slug = "kiln" if "Kiln" in mail.subject else "larder"
                assert day_of(found) == self.kept_until[slug, False]
            for slug, found in NOTICE.findall(mail.subject.replace("\xa0", " ")):
                # A week before the end of that day.
                assert day_of(found) == self.kept_until[slug, False] == mail.day + timedelta(6)

    def check_public_pages(self, slug: str) -> None:
        visitor = Visitor(self.app)
        names = ("", "/privacy", "/thanks")
        pages = {name: visitor.get(f"/p/{slug}{name}") for name in names}
        assert all(page.status_code in (200, 410) for page in pages.values())
        texts = {name: words_in(page).replace("\xa0", " ") for name, page in pages.items()}
        if not self.has_mail:
            assert not any(OPEN_IT in text or "link in each" in text for text in texts.values())
        self._check_days_kept(slug, texts)
        has_rows = any(self.is_kept(each) for each in self.guests if each.slug == slug)
        until = self.kept_until[slug, False]
        assert ("we’ve deleted what we knew" in texts["/privacy"]) == (self.today > until)
        assert not ("you’ll hear from us" in texts[""] and slug in self.told_on)
        assert not ("you’ll hear from us" in texts[""] and not has_rows)
        assert not ("once we’ve decided" in texts["/thanks"] and slug in self.told_on)
        is_taken = pages[""].status_code == 200
        is_open = self.today <= until if slug not in self.told_on else False
        on_list = self.today <= self.kept_until.get((slug, True), date.min)
        assert is_taken == ((is_open and self.test_of(slug).state == "running") or on_list)

    def _check_days_kept(self, slug: str, texts: dict[str, str]) -> None:
        for day, number in RUNNING.findall(texts["/privacy"]):
            assert self.today <= day_of(day)
            self._promise(slug, day_of(day) + timedelta(int(number)))
        for text in texts.values():
            for day in LIST_KEPT.findall(text):
                self._promise(slug, day_of(day), on_list=True)
            for day in KEPT.findall(LIST_KEPT.sub("", text)):
                self._promise(slug, day_of(day))

    def _promise(self, slug: str, until: date, *, on_list: bool = False) -> None:
        """What was said once is said ever after, until it is done."""
        assert until >= self.today
        assert self.kept_until.setdefault((slug, on_list), until) == until

    def check_team_pages(self) -> None:
        """One page of one test each day, so all within eight."""
        slug = ("larder", "kiln")[self.today.day // 4 % 2]
        base = f"/experiments/{self.test_of(slug).id}"
        name = ("", "/results", "/signups", "/decision")[self.today.day % 4]
        page = self.browser_of_owner().get(base + name)
        assert page.status_code == 200, (name, page.location)
        text = words_in(page).replace("\xa0", " ")
        if name == "":
            assert ("once email is set up" in text) == (not self.has_mail)
        if name == "/results":
            self._check_results(text)
        for day in KEPT.findall(text):
            assert day_of(day) == self.kept_until[slug, False]
        for guest in self.guests if name == "/signups" else []:
            if guest.slug == slug and self.is_kept(guest):
                assert guest.email in text

    def _check_results(self, text: str) -> None:
        for number, of in re.findall(r"Running since 1 March, day (\d+) of (\d+)", text):
            assert (int(number), int(of)) == (self.today.day, 28)
        for number in re.findall(r"(\d+) more days?: the minimum is 7 days", text):
            assert int(number) == 7 - self.today.day + 1
            assert "Target met" not in text

    def browser_of_owner(self) -> Visitor:
        visitor = Visitor(self.app)
        log_in(visitor.browser, self.person("owner"))
        visitor.browser.send("/account/prove", {"password": PASSWORD})
        return visitor

    def check_copies(self) -> None:
        """Two weeks after somebody's address went no copy of the database has a row with it."""
        gone = [each for each in self.guests if each.left and self.today > each.left + COPIES]
        for file in backup_folder(runtime(self.app).settings).glob("*.db") if gone else []:
            with closing(sqlite3.connect(file)) as copy:
                kept = {email for (email,) in copy.execute("SELECT email FROM signups")}
                kept |= {email for (email,) in copy.execute("SELECT recipient FROM outbox_mails")}
            here = {each.email for each in self.guests if each.left is None}
            assert not kept & ({each.email for each in gone} - here), file.name

    def check(self) -> None:
        """Everything that has to hold on each day."""
        db.session.rollback()
        for slug in ("larder", "kiln"):
            self.check_public_pages(slug)
        self.check_team_pages()
        self.check_nobody_is_lost()
        self.check_nobody_is_written_to_twice()
        self.check_links()
        self.check_mail_dates()
        self.check_copies()


def day_of(text: str) -> date:
    return datetime.strptime(f"{text} +0000", "%d %B %Y %z").date()


@contextmanager
def told(day: int) -> Iterator[None]:
    """Say of a failure on which day it was."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"on day {day}")
        raise
