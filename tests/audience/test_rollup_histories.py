"""Any history of visits and sign-ups, in any order, through two recorders, is counted exactly.

The count beside it is made here, from the events alone and by the words of the definitions: nothing
of the code that is tested takes part in it.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.audience.recording import START_US, STEPS, Database, Page
from tests.conftest import IS_SECOND_ROUND
from wbtest.audience.models import COLUMNS
from wbtest.audience.recording.events import Arrival, Did, Seen, Served, SignedUp

MINUTE_US = 60_000_000
# What happens takes three hours and the window is one, so that all sides of it occur.
WINDOW_HOURS = 1
Counted = Counter[tuple[str, str, str, str, str, str]]
AnyEvent = TypeVar("AnyEvent", bound=Arrival)


class Act(NamedTuple):
    """One thing that happens: to whom, when, by which of two recorders, stored at once or not."""

    kind: str
    visitor: str
    minute: int
    source: str
    language: str
    reason: str
    email: str
    has_cookie: bool
    recorder: int
    is_flushed: bool


# In steps, so that things often happen at once or at the very end of the window.
minutes = st.integers(0, 18).map(lambda step: step * 10)
emails = st.sampled_from(["ada", "bea", "cem", "dora"])
acts = st.builds(
    Act,
    kind=st.sampled_from(["served", "seen", "seen", "did", "signup", "signup"]),
    visitor=st.sampled_from(["v1", "v2", "v3"]),
    minute=minutes,
    source=st.sampled_from(["newsletter", "x"]),
    language=st.sampled_from(["", "de"]),
    reason=st.sampled_from(["", "", "", "team", "suspected"]),
    email=emails,
    has_cookie=st.sampled_from([True, True, True, False]),
    recorder=st.integers(0, 1),
    is_flushed=st.booleans(),
)
# When each address is confirmed, if it is; and when it takes which steps after the sign-up.
confirmations = st.dictionaries(emails, minutes)
steps = st.dictionaries(emails, st.dictionaries(st.sampled_from(STEPS), minutes))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
@pytest.mark.parametrize("conversion", ["signup", "confirmed", "price", "call", "preorder"])
@settings(
    max_examples=10 if IS_SECOND_ROUND else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(acts, min_size=1, max_size=25), confirmed=confirmations, stepped=steps)
def test_any_history_is_counted_exactly(
    database: Database,
    zone: str,
    conversion: str,
    history: list[Act],
    confirmed: dict[str, int],
    stepped: dict[str, dict[str, int]],
) -> None:
    page = Page(database, zone, conversion=conversion, conversion_window_hours=WINDOW_HOURS)
    events = [event_of(page, act) for act in history]

    write(page, history, events, lambda: follow_up(page, confirmed, stepped))

    assert page.differences() == []
    assert stored(page, zone) == naive(events, confirmed, stepped, zone, conversion)
    before = stored(page, zone)
    page.erase(f"ada at {page.id}")
    assert page.differences() == []
    assert stored(page, zone) == before
    page.forget("v1")
    assert page.differences() == []


def event_of(page: Page, act: Act) -> Served | Seen | Did | SignedUp:
    details = {
        "source": act.source,
        "language": act.language,
        "excluded_because": act.reason,
        "variant": "b" if act.visitor == "v3" else "a",
    }
    if act.kind == "signup":
        visitor = act.visitor if act.has_cookie else ""
        details["token_hash"] = f"token of {act.email} at {page.id}"
        details["answer_hash"] = f"answers of {act.email}"
        return page.signed_up(act.email, visitor, act.minute, **details)
    arrival = page.arrival(act.visitor, act.minute, details)
    if act.kind == "did":
        return Did(**arrival, acts=(("faq", str(act.minute)), ("depth", "50")))
    return Seen(**arrival) if act.kind == "seen" else Served(**arrival)


def write(
    page: Page,
    history: Sequence[Act],
    events: Sequence[Served | Seen | Did | SignedUp],
    follow: Callable[[], None],
) -> None:
    """Hand the events to two recorders in the order given; follow up on the way and at the end."""
    recorders = (page.recorder, page.database.open_recorder())
    for act, event in zip(history, events, strict=True):
        recorder = recorders[act.recorder]
        if isinstance(event, SignedUp):
            recorder.sign_up(event)
        else:
            recorder.put(event)
        if act.is_flushed:
            recorder.flush()
            follow()
    for recorder in recorders:
        recorder.flush()
    follow()
    recorders[1].close()


def follow_up(
    page: Page, confirmed: Mapping[str, int], stepped: Mapping[str, Mapping[str, int]]
) -> None:
    for email, minute in confirmed.items():
        page.confirm(f"{email} at {page.id}", minute)
    for email, taken in stepped.items():
        page.step(f"answers of {email}", taken)


def stored(page: Page, zone: str) -> Counted:
    """The roll-up, with hours by their local name."""
    found: Counted = Counter()
    for row in page.cells("") + page.cells("team") + page.cells("suspected"):
        for column in COLUMNS:
            place = (row.variant, name_of(row.hour * 1_000_000, zone), row.source, row.language)
            found[(*place, row.excluded_because, column)] += row._mapping[column]
    return +found


def naive(
    events: Iterable[Arrival],
    confirmed: Mapping[str, int],
    stepped: Mapping[str, Mapping[str, int]],
    zone: str,
    conversion: str,
) -> Counted:
    """Count by the definitions; of a cell variant, local hour, source, language, reason, column."""
    counted: Counted = Counter()

    def add(event: Arrival, column: str, at_us: int | None = None) -> None:
        hour = name_of(event.at_us if at_us is None else at_us, zone)
        place = (event.variant, hour, event.source, event.language)
        counted[(*place, event.excluded_because, column)] += 1

    taken = steps_by_email(confirmed, stepped)
    signups = firsts(
        [event for event in events if isinstance(event, SignedUp)], lambda e: e.email_key
    )
    # A suspected sign-up marks its visitor, whether its address is known or not.
    marks = [event for event in events if isinstance(event, SignedUp) and is_mark(event)]
    visits: list[Arrival] = [event for event in events if isinstance(event, Served | Seen)]
    visits += marks
    sightings = [event for event in visits if isinstance(event, Seen | SignedUp)]
    suspects = {event.visitor for event in sightings if event.excluded_because == "suspected"}
    preceded = set()
    machines = {event.visitor for event in visits if event.excluded_because == "suspected"}
    for visit in firsts(visits, person):
        if visit.excluded_because or visit.visitor not in machines:
            add(visit, "served")
    for sighting in firsts(sightings, person):
        if sighting.visitor in suspects and sighting.excluded_because != "team":
            continue
        theirs = [signup for signup in signups if person(signup) == person(sighting)]
        if any(signup.at_us <= sighting.at_us for signup in theirs):
            continue
        add(sighting, "seen")
        ends_us = sighting.at_us + WINDOW_HOURS * 60 * MINUTE_US
        preceded |= {signup.email for signup in theirs if signup.at_us <= ends_us}
        converted = [
            moment
            for signup in theirs
            if (moment := moment_of(signup, conversion, taken)) is not None
            and signup.at_us <= moment <= ends_us
        ]
        if converted:
            add(sighting, "converted")
            add(sighting, "arrived", min(converted))
    for signup in signups:
        unseen = () if signup.email in preceded else ("unseen",)
        for column in ("signups", *unseen, *taken.get(signup.email, ())):
            add(signup, column)
    return counted


def steps_by_email(
    confirmed: Mapping[str, int], stepped: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, int]]:
    """At which minute each address took which step, being confirmed among them."""
    taken = {email: dict(steps) for email, steps in stepped.items()}
    for email, minute in confirmed.items():
        taken.setdefault(email, {})["confirmed"] = minute
    return taken


def moment_of(
    signup: SignedUp, conversion: str, taken: Mapping[str, Mapping[str, int]]
) -> int | None:
    """When an address did what converts."""
    if conversion == "signup":
        return signup.at_us
    minute = taken.get(signup.email, {}).get(conversion)
    return None if minute is None else START_US + minute * MINUTE_US


def is_mark(event: SignedUp) -> bool:
    return event.excluded_because == "suspected" and event.visitor != ""


def person(event: Arrival) -> Hashable:
    """Under each reason somebody is a person of their own."""
    return event.visitor, event.excluded_because


def firsts(events: Iterable[AnyEvent], key: Callable[[AnyEvent], Hashable]) -> list[AnyEvent]:
    """The first event of each key; one that counts before all others, a suspected one after."""

    def order(event: AnyEvent) -> tuple[bool, bool, int, str, str, str, str, str]:
        reason = event.excluded_because
        place = (event.variant, event.visitor, event.source, event.language, reason)
        return (reason != "", reason == "suspected", event.at_us, *place)

    found: dict[Hashable, AnyEvent] = {}
    for event in sorted(events, key=order):
        found.setdefault(key(event), event)
    return list(found.values())


def name_of(at_us: int, zone: str) -> str:
    """Day and hour as a clock on the wall there shows them."""
    moment = datetime.fromtimestamp(at_us // 1_000_000, UTC).astimezone(ZoneInfo(zone))
    return f"{moment:%d %H}"
