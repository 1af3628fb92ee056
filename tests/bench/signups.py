"""Addresses left through the real form over HTTP, durable before the answer."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from tests.bench import history, wrk
from tests.bench.amounts import amount
from tests.bench.ours import served
from tests.bench.row import Goal, Line, Lost, Part, Row, Run
from tests.service.instance import SLUG, Instance, make_instance
from tests.service.programs import granian
from tests.steps.visitor import DESKTOP, signup_path
from wbtest.audience import visitors
from wbtest.audience.models import Signup
from wbtest.audience.page_server import form_token
from wbtest.audience.recording.events import Event, Seen, Served
from wbtest.audience.traffic import cookie_name
from wbtest.audience.visitors import Visitor
from wbtest.delivery import backups
from wbtest.extensions import utc_now
from wbtest.publishing.live_snapshot import LiveExperiment, load_live

SECONDS = amount(2, 1)
WORKERS = 2
# More than anybody takes in one load; those who have come before and are seen.
PEOPLE = amount(12_000, 6_000)
AGO_SECONDS = 60
VARIANT = "control"
_WHO = (
    "Each is somebody else, from a network of their own, who was seen a minute ago. Same form, "
    "same server (two workers, as many threads as ours has), same client in a process of its own, "
    "in turn. "
)
LINES = (
    Line(
        "signups ÷ ORM",
        "durable sign-ups, SQLite",
        "ORM commit per request at WAL FULL",
        "a second",
        Goal("≥", 2),
        f"Forms answered with the address on the disk. {_WHO}The floor stores one row; ours also "
        "counts the form by network, settles the visitor, keeps the roll-ups and queues the mail.",
    ),
    Line(
        "signups p99",
        "… how long all but one in 100 take",
        "ORM commit per request at WAL FULL",
        "ms",
        Goal("≤", 0.1),
        "With 32 people at once. SQLite lets writers who wait sleep up to 100 ms; ours queue.",
    ),
)


@dataclass(frozen=True, slots=True)
class Round:
    """The load on both servers, in turn."""

    ours: wrk.Load
    orm: wrk.Load


def measure(run: Run) -> list[Row]:
    """Let people sign up on both servers in turn, and count at the end what is stored."""
    instance = make_instance(run.folder / "instance")
    live = _live(instance)
    at = time.time() - AGO_SECONDS
    files = [run.folder / f"people-{number}" for number in range(run.rounds)]
    for number, file in enumerate(files):
        _make_people(instance, live, file, number * PEOPLE, at)
    beside = run.folder / "beside.db"
    backups.copy_database(run.folder / "instance" / "wbtest.db", beside)
    environ = os.environ | {
        "BENCH_DATABASE": f"sqlite:///{beside}",
        "BENCH_EXPERIMENT": str(live.id),
    }
    token = quote(form_token(live, VARIANT, time.time()), safe="")
    cookie = cookie_name(f"wb-p{live.id}", is_https=False)
    with ExitStack() as stack:
        ours = stack.enter_context(served(instance, workers=WORKERS))
        orm = stack.enter_context(granian("tests.bench.forms:with_orm", environ, workers=WORKERS))
        urls = (ours.url + signup_path(SLUG), f"{orm.url}/signup")
        found = [_round(urls, [str(file), cookie, token]) for file in files]
    answered = sum(each.ours.answered for each in found)
    if (stored := _stored(instance)) < answered:
        raise Lost(f"{answered - stored} of {answered} sign-ups that were taken are not stored")
    return _rows(found, answered)


def _round(urls: Iterable[str], arguments: list[str]) -> Round:
    done = Round(*(wrk.load(url, SECONDS, wrk.SIGNERS, arguments) for url in urls))
    if done.ours.refused:
        raise Lost(f"{done.ours.refused} sign-ups were refused")
    if done.ours.answered > PEOPLE:
        raise RuntimeError(f"{done.ours.answered} sign-ups: more people are needed")
    return done


def _rows(found: list[Round], answered: int) -> list[Row]:
    rate = tuple(each.ours.rate for each in found)
    refused = sum(each.orm.refused for each in found)
    note = f"All {answered:,} that were taken are stored."
    if refused:
        note += f" The floor refused {refused:,}: database is locked."
    to_orm, p99 = LINES
    return [
        Row(to_orm, rate, tuple(each.orm.rate for each in found), note=note),
        Row(
            p99,
            tuple(each.ours.p99_ms for each in found),
            tuple(each.orm.p99_ms for each in found),
        ),
    ]


def _live(instance: Instance) -> LiveExperiment:
    with sa.orm.Session(instance.engine()) as session:
        return load_live(session)[0]


def _make_people(
    instance: Instance, live: LiveExperiment, file: Path, first: int, at: float
) -> None:
    """Write a line for each, with the cookie of the page, and let them have been seen."""
    people = [(first + number, visitors.new_visitor(at + number)) for number in range(PEOPLE)]
    cookies = (Visitor(name, VARIANT, int(at), "newsletter", "desktop", "en") for _, name in people)
    key = live.identity_key
    lines = (
        f"{number} {visitors.sign_cookie(key, cookie)}\n"
        for (number, _), cookie in zip(people, cookies, strict=True)
    )
    file.write_text("".join(lines))
    with instance.opened() as app:
        history.write(app, _came(live, (name for _, name in people), at), utc_now())


def _came(live: LiveExperiment, names: Iterable[str], at: float) -> Iterator[Event]:
    for name in names:
        event: dict[str, Any] = {
            "experiment_id": live.id,
            "variant": VARIANT,
            "visitor": name,
            "at_us": int(at * 1_000_000),
            "source": "newsletter",
            "device": "desktop",
            "language": "en",
            "user_agent": DESKTOP,
        }
        yield Served(**event)
        yield Seen(**event)


def _stored(instance: Instance) -> int:
    counts = sa.select(sa.func.count()).select_from(Signup).where(Signup.excluded_because == "")
    with instance.engine().connect() as connection:
        return int(connection.scalar(counts) or 0)


PART = Part("signups", LINES, measure)
