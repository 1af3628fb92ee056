"""A history, lived through the real code: started, visited, followed up, ended."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as replace_plan
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from tests.conftest import HandClock
from tests.factories import Team, make_checked, make_experiment
from tests.results.everywhere.happenings import SECOND, Follow, Form, History, Visit
from tests.results.everywhere.plan import Plan
from wbtest.audience.email_addresses import list_key
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import Arrival, Did, Seen, Served, SignedUp
from wbtest.audience.setting_aside import group_of, set_aside, standing
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_options import FollowUpQuestion, Options
from wbtest.publishing.page_settings import change_options
from wbtest.store import Invalid, writing
from wbtest.writing.models import Revision

LINK = "https://pay.example.com/"
NAMES = ("Kitchen", "A & B", "=Price")
QUESTION = FollowUpQuestion("Would you use it?", ("Yes", "No", "Perhaps"))
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Mobile/15E148 Safari/604.1"
# What each machine calls itself and says beside, and the reason under which it is counted.
MACHINES = {
    "bot": ("curl/8.14", "", "bot"),
    "nobody": ("", "", "bot"),
    "preview": ("WhatsApp/2.23", "", "preview"),
    "prefetch": (PHONE, "prefetch;prerender", "prefetch"),
    "lost": (PHONE, "", "lost"),
}


@dataclass(frozen=True)
class Lived:
    """The test, what was planned, and how many requests of machines were sent and events lost."""

    experiment: Experiment
    plan: Plan
    machines: Counter[tuple[str, str]]


def live(history: History, revision: Revision, team: Team, now: HandClock) -> Lived:
    """Let the history happen, and turn the clock to when it is looked at."""
    now.time = history.place.start
    experiment = _start(history, revision, team)
    now.time = history.place.at(history.looked_after)
    plan = _plan_of(history, experiment)
    machines = _visit(history, experiment, plan, int(now().timestamp()) * SECOND)
    _follow_up(history, experiment, now)
    for group in history.aside:
        # Of some of them nobody came.
        with suppress(Invalid):
            set_aside(experiment, team.owner, group, "We know these people.")
    plan = replace_plan(plan, aside=tuple(map(group_of, standing(experiment))))
    if history.is_ended:
        lifecycle.end(experiment, team.approver)
    return Lived(experiment, plan, machines)


def _start(history: History, revision: Revision, team: Team) -> Experiment:
    experiment = make_experiment(
        revision,
        team.editor,
        variants=NAMES[: history.variants - 1],
        time_zone=history.place.zone,
        minimum_days=2,
        ends_on=history.place.first_day + timedelta(days=20),
        sources=history.sources,
        conversion=history.conversion,
        conversion_window_hours=history.window_hours,
    )
    with writing():
        for variant, weight in zip(experiment.variants, history.weights, strict=False):
            variant.weight = weight
    options = Options(
        counting="cookieless" if history.is_cookieless else "cookie",
        confirms=history.confirms,
        questions=(QUESTION,) if history.asks else (),
        asks_for=history.asks_for,
        preorder_url=LINK if "preorder" in history.asks_for else "",
    )
    change_options(experiment, team.editor, options)
    return lifecycle.start(make_checked(experiment, team.editor), team.approver)


def _plan_of(history: History, experiment: Experiment) -> Plan:
    names = {variant.key: variant.name for variant in experiment.variants}
    assert set(names.values()) <= {"Control", *NAMES}
    return Plan(
        names=names,
        zone=history.place.zone,
        start=history.place.start,
        weights=tuple(variant.weight for variant in experiment.variants),
        conversion=history.conversion,
        window_us=history.window_hours * 3600 * SECOND,
        sources=history.sources,
        confirms=history.confirms,
        question=QUESTION.text if history.asks else "",
        choices=QUESTION.choices,
        asks_for=history.asks_for,
    )


def _visit(
    history: History, experiment: Experiment, plan: Plan, now_us: int
) -> Counter[tuple[str, str]]:
    """Send what all visitors do to the recorder; return what it may keep no row of."""
    recorder = runtime().recorder
    machines: Counter[tuple[str, str]] = Counter()
    lost_before = recorder.lost
    # Lost events are told of with the next group that is stored.
    order = sorted(enumerate(history.visits), key=lambda each: each[1].machine != "lost")
    for number, visit in order:
        for wanted in _events_of(history, experiment, plan, visit, number):
            event = replace(wanted, at_us=min(wanted.at_us, now_us))
            if visit.machine:
                machines[MACHINES[visit.machine][2], event.variant] += 1
            if isinstance(event, SignedUp) and visit.size == 1:
                recorder.sign_up(event)
            else:
                recorder.put(event)
        if visit.machine == "lost":
            recorder.flush()
    for number in history.waiting:
        who = _who(history, experiment, plan, Visit(0), "")
        who |= {"variant": "control", "excluded_because": "waiting"}
        recorder.sign_up(_signed_up(who, list_key(_address(number)), "", now_us))
    recorder.put(Served(**_who(history, experiment, plan, Visit(0, machine="bot"), "last")))
    machines["bot", plan.keys[0]] += 1
    recorder.flush()
    lost = sum(number for (why, _), number in machines.items() if why == "lost")
    assert recorder.lost - lost_before == lost
    return machines


def _who(
    history: History, experiment: Experiment, plan: Plan, visit: Visit, visitor: str
) -> dict[str, Any]:
    agent, hints, _ = MACHINES[visit.machine] if visit.machine else (PHONE, "", "")
    return {
        "experiment_id": experiment.id,
        "variant": plan.keys[visit.pick % len(plan.keys)],
        "visitor": visitor,
        "at_us": int(history.place.start.timestamp()) * SECOND + visit.at,
        "source": visit.source,
        "device": visit.device,
        # What no store takes.
        "language": None if visit.machine == "lost" else visit.language,
        "user_agent": agent,
        "hints": hints,
        "excluded_because": visit.reason,
    }


def _events_of(
    history: History, experiment: Experiment, plan: Plan, visit: Visit, number: int
) -> Iterator[Arrival]:
    for member in range(visit.size):
        visitor = f"{number}-{member}"
        who = _who(history, experiment, plan, visit, visitor)
        at_us = who.pop("at_us")
        if visit.is_served:
            yield Served(at_us=at_us, **who)
        if visit.machine:
            continue
        # A page without cookies has only a hash to go by.
        later = who | ({"source": ""} if history.is_cookieless else {})
        if visit.seen_after is not None:
            yield Seen(at_us=at_us + visit.seen_after, **later)
            if visit.acts:
                yield Did(at_us=at_us + visit.seen_after + SECOND, acts=visit.acts, **later)
        if member % visit.every == 0:
            for form in visit.forms:
                email = _address(form.address) if visit.size == 1 else f"{visitor}@example.com"
                yield _form_of(plan, visit, form, later, email, at_us + form.after)


def _form_of(
    plan: Plan, visit: Visit, form: Form, who: dict[str, Any], email: str, at_us: int
) -> SignedUp:
    sent = who | {"excluded_because": form.reason or visit.reason}
    if form.is_other:
        sent["variant"] = plan.keys[(visit.pick + 1) % len(plan.keys)]
    is_known = form.has_cookie and form.reason != "opted_out" and sent["variant"] == who["variant"]
    if not is_known:
        # Only the form tells of them.
        sent |= {"visitor": "", "source": "unknown"}
    return _signed_up(sent, email, sent["visitor"], at_us)


def _signed_up(who: dict[str, Any], email: str, visitor: str, at_us: int) -> SignedUp:
    return SignedUp(
        **who | {"visitor": visitor, "at_us": at_us},
        email=email,
        email_key=email,
        token_hash=_hash(f"token of {email}"),
        answer_hash=_hash(f"answers of {email}"),
    )


def _follow_up(history: History, experiment: Experiment, now: HandClock) -> None:
    for number, follow in enumerate(history.follows):
        _follow(experiment, _address(number), follow, history.asks_for, now)
    with writing() as session:
        for number, visit in enumerate(history.visits):
            if visit.objects and not visit.machine:
                for member in range(visit.size):
                    rollup.forget(session, experiment.id, f"{number}-{member}")


def _follow(
    experiment: Experiment, email: str, follow: Follow, asked: tuple[str, ...], now: HandClock
) -> None:
    at_us = db.session.execute(
        db.text("SELECT at_us FROM signups WHERE experiment_id = :id AND email_key = :key"),
        {"id": experiment.id, "key": email},
    ).scalar()
    if at_us is None:
        return
    latest = int(now().timestamp()) * SECOND
    steps: dict[str, Any] = {}
    if follow.answer:
        answers = json.dumps({QUESTION.text: follow.answer})
        steps |= {"answers": answers, "answered_us": min(at_us + SECOND, latest)}
    said_us = min(at_us + SECOND, latest)
    if follow.agrees is True:
        steps |= {f"{step}_us": said_us for step in asked}
    elif follow.agrees is False:
        steps |= {f"{step}_no_us": said_us for step in asked if step != "preorder"}
    with writing() as session:
        if follow.confirmed_after is not None:
            confirmed_us = min(at_us + follow.confirmed_after, latest)
            rollup.confirm(session, _hash(f"token of {email}"), confirmed_us)
        rollup.note_steps(session, experiment.id, _hash(f"answers of {email}"), lambda _: steps)
        if follow.is_erased:
            rollup.erase(session, _hash(f"token of {email}"), now())


def _address(number: int) -> str:
    return f"{number}@example.com"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
