"""The demo's story: three releases, three tests, twelve days of strangers.

People and texts are made through the same verbs as everybody's, at the demo's own times; strangers
come over HTTP. One test meets its target, one has not enough visitors yet, one has a broken split.
"""

import random
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

from flask import Flask

from wbtest.cli.demo import crowd, review
from wbtest.cli.demo.cast import REASONS, TESTS, Test, read
from wbtest.cli.demo.clock import DemoClock
from wbtest.delivery.models import OutboxMail
from wbtest.extensions import db
from wbtest.publishing import experiments
from wbtest.publishing.choices.choosing import change_options
from wbtest.publishing.launch import passing as launching
from wbtest.publishing.launch.facts import findings_of
from wbtest.publishing.looks.changing import change_look
from wbtest.publishing.rule import Hypothesis
from wbtest.publishing.running import life
from wbtest.review.approvals import approve
from wbtest.team import people, setup
from wbtest.team.models import Person, Workspace
from wbtest.writing import releases
from wbtest.writing.document import Document
from wbtest.writing.models import Revision

OWNER, APPROVER = "tom@larder.example", "priya@larder.example"
READER = "jonas@larder.example"
DAYS = 12
SLOT = timedelta(hours=2)
SLOTS = range(int(timedelta(days=DAYS) / SLOT))
# How busy each two hours of a day are, from midnight on.
BUSY = (2, 1, 1, 4, 9, 9, 8, 8, 7, 10, 12, 6)
SHARE_CONFIRMED = 0.6
SEED = 7
_CONFIRM = re.compile(r"/confirm/[\w\-]+")


def write(app: Flask, clock: DemoClock, start: datetime, password: str) -> None:
    """Make the team, let it write and approve its three releases, and start their tests."""
    with app.app_context():
        clock.set(start - timedelta(days=14))
        author = setup.set_up(
            setup.make_setup_link(),
            name="Tom Okafor",
            email=OWNER,
            password=password,
            workspace_name="Okafor & Daughters",
            controller="Okafor & Daughters Ltd, 14 Call Lane, Leeds",
        )
        workspace = db.session.scalars(db.select(Workspace)).one()
        approver = people.add_person(
            workspace, email=APPROVER, name="Priya Nair", role="approver", password=password
        )
        jonas = people.add_person(
            workspace, email=READER, name="Jonas Weber", role="viewer", password=password
        )
        team = {review.AUTHOR: author, "priya": approver, "jonas": jonas}
        for test in TESTS:
            revision = _write_release(test, workspace, team, clock, start)
            clock.set(start - timedelta(hours=20))
            approve(revision, approver)
            clock.set(start)
            _start(test, revision, author, approver, start.date())


def visit(
    app: Flask,
    clock: DemoClock,
    start: datetime,
    door: crowd.Door,
    visitors: int,
    step: Callable[[], None],
) -> None:
    """Send twelve days of strangers, ``visitors`` in all; ``step`` is called after each slot."""
    chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
    turnout = crowd.Turnout()
    plan = _plan(chance, visitors)
    before: list[crowd.Visitor] = []
    asking = {test.file: list(test.questions) for test in TESTS}
    confirmed_to = 0
    with ThreadPoolExecutor(8) as pool:
        for slot in SLOTS:
            now = start + slot * SLOT
            coming = plan[slot]
            clock.set(now + timedelta(minutes=1))
            _all(pool, crowd.arrive, coming, door)
            people = [visitor for visitor in coming if visitor.cookie and not visitor.is_machine]
            looking = [
                visitor
                for visitor in people
                if not turnout.next("lost", visitor, visitor.crowd.lost[visitor.headline])
            ]
            clock.set(now + timedelta(minutes=20))
            _all(pool, crowd.look, looking, door)
            signing = [
                visitor
                for visitor in looking
                if turnout.next("signs", visitor, visitor.crowd.rates[visitor.headline])
            ]
            for visitor in signing:
                visitor.is_signing = True
            _all(pool, crowd.leave_word, looking, door)
            clock.set(now + timedelta(minutes=40))
            _all(pool, crowd.sign_up, signing, door)
            _all(pool, crowd.answer, [one for one in signing if one.number % 3], door)
            _all(pool, crowd.arrive, chance.sample(before, min(len(before), 3)), door)
            for visitor in looking[:1]:
                if questions := asking[visitor.crowd.slug]:
                    crowd.ask(visitor, door, questions.pop())
            before += people
            if slot % 12 == 11:
                confirmed_to = _confirm(app, chance, confirmed_to, door)
            step()


def _all(
    pool: ThreadPoolExecutor,
    act: Callable[[crowd.Visitor, crowd.Door], None],
    visitors: list[crowd.Visitor],
    door: crowd.Door,
) -> None:
    """Let all act at once, and wait; the first error of any is raised."""
    for _ in pool.map(act, visitors, [door] * len(visitors)):
        pass


def _plan(chance: random.Random, visitors: int) -> list[list[crowd.Visitor]]:
    """Who comes in which slot, busier in the evening."""
    plan: list[list[crowd.Visitor]] = [[] for _ in SLOTS]
    weights = [BUSY[slot % len(BUSY)] * chance.uniform(0.7, 1.3) for slot in SLOTS]
    for test in TESTS:
        headlines = [read(test).headline, *(headline for _, headline in test.variants)]
        coming = crowd.Crowd(
            slug=test.file,
            visitors=round(test.share * visitors),
            rates=dict(zip(headlines, test.rates, strict=True)),
            lost=dict(zip(headlines, test.lost, strict=True)),
            sources=test.sources,
        )
        for visitor in crowd.draw(coming, chance):
            plan[chance.choices(SLOTS, weights)[0]].append(visitor)
    return plan


def _confirm(app: Flask, chance: random.Random, after: int, door: crowd.Door) -> int:
    """Confirm some of the sign-ups mailed since row ``after``; return the newest row."""
    with app.app_context():
        mails = db.session.scalars(
            db.select(OutboxMail).where(OutboxMail.id > after).order_by(OutboxMail.id)
        ).all()
        for mail in mails:
            link = _CONFIRM.search(mail.body)
            if link and chance.random() < SHARE_CONFIRMED:
                crowd.confirm(link[0], door)
        newest = mails[-1].id if mails else after
        db.session.rollback()
    return newest


def _write_release(
    test: Test, workspace: Workspace, team: dict[str, Person], clock: DemoClock, start: datetime
) -> Revision:
    """Write the release draft by draft, two days apart, and return the last revision."""
    final, author = read(test), team[review.AUTHOR]
    told = review.read_story(test.file)
    drafts = list(_drafts(final))
    first = start - timedelta(days=2 * len(drafts))
    clock.set(first)
    release = releases.create_release(
        workspace,
        author,
        form="full" if final.solution else "short",
        product=final.product,
        language=final.language,
        document=drafts[0],
    )
    revision = releases.freeze(release, author)
    readers = review.invite(told, release, team) if told else None
    for number, draft in enumerate(drafts):
        if number:
            clock.set(first + timedelta(days=2 * number))
            releases.save_release(release, draft, release.version, author)
            if told and draft is final:
                review.let_stay(release, author)
            revision = releases.freeze(release, author)
        if told and readers:
            review.review(told, revision, readers, clock)
    return revision


def _drafts(final: Document) -> Iterator[Document]:
    """How the text grew: five drafts of a full release, two of a short one."""
    if not final.solution:
        yield replace(final, faq=final.faq[:1])
        yield final
        return
    yield replace(final, headline=f"{final.product}: an app for your kitchen", why_now="", faq=())
    yield replace(final, headline=f"{final.product} plans your dinners", faq=final.faq[:2])
    yield replace(final, why_now="", faq=final.faq[:6])
    yield replace(final, faq=final.faq[:9])
    yield final


def _start(test: Test, revision: Revision, author: Person, approver: Person, today: date) -> None:
    """Make the experiment of a test and start it."""
    rule = Hypothesis(
        who=test.who,
        does="leave their address",
        target=test.target,
        floor=0.03,
        minimum_visitors=test.minimum,
        maximum_visitors=test.maximum,
        minimum_days=7,
        ends_on=today + timedelta(days=28),
        if_met="We build the smallest version that does what the page says, by May.",
        if_not_met="Above 3 % we write a sixth draft for another customer; below it we stop.",
        if_unclear="We run two more weeks if the newsletters agree, else we stop.",
    )
    experiment = experiments.create_experiment(
        revision,
        author,
        slug=test.file,
        rule=rule,
        time_zone="Europe/London",
        expected_daily=test.daily,
    )
    for name, headline in test.variants:
        words = {"headline": headline}
        experiments.add_variant(experiment, author, name=name, weight=1, overrides=words)
    change_look(experiment, author, test.look)
    change_options(experiment, test.options)
    warnings = [found.what for found in findings_of(experiment) if found.kind == "warning"]
    launching.check(experiment, author, {what: REASONS[what] for what in warnings})
    life.start(experiment, approver)
