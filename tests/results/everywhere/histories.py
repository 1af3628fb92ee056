"""Any small history, drawn by Hypothesis."""

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.results.everywhere.happenings import (
    DAY,
    DAYS,
    HOUR,
    PLACES,
    SECOND,
    Follow,
    Form,
    History,
    Part,
    Place,
    Visit,
    edges,
    place,
)
from wbtest.audience.group_counts import VisitorGroup
from wbtest.publishing.page_options import AsksFor

SOURCES = ("newsletter", "instagram", "direct", "mia & co", "=1+1")
SERVERS = ("UTC", "Pacific/Auckland", "America/Los_Angeles")
ADDRESSES = 6
ASIDE = (VisitorGroup("out", "source", "instagram"), VisitorGroup("in", "reason", "team"))
Made = TypeVar("Made")


def made(kind: Callable[..., Made], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Made]:
    """Values with these parts, the others as usual; ``builds`` would draw those as well."""
    return st.fixed_dictionaries(parts).map(lambda drawn: kind(**drawn))


def moments(where: Place) -> st.SearchStrategy[int]:
    """Any moment, and often the last one of a day or the first one of the next."""
    near = st.sampled_from([-SECOND, -1, 0, SECOND])
    at_edge = st.tuples(st.sampled_from(edges(where)), near).map(sum)
    return at_edge | st.integers(0, DAYS * 24 - 1).map(lambda hour: hour * HOUR + HOUR // 3)


# At once, at the very end of a window, and just too late.
delays = st.sampled_from([0, 1, SECOND, HOUR, 9 * HOUR, 24 * HOUR, 24 * HOUR + 1, 30 * HOUR])
forms = made(
    Form,
    after=delays,
    address=st.integers(0, ADDRESSES - 1),
    has_cookie=st.sampled_from([True, True, True, False]),
    reason=st.sampled_from(["", "", "", "", "suspected", "opted_out", "team"]),
    is_other=st.sampled_from([False, False, False, True]),
)
acts = st.sampled_from(
    [
        *(("faq", "0"), ("faq", "2"), ("depth", "25"), ("depth", "100")),
        *(("focus", "top"), ("focus", "end"), ("click", "end")),
    ]
)
follows = made(
    Follow,
    confirmed_after=st.sampled_from([None, SECOND, 10 * HOUR, 23 * HOUR, 8 * DAY]),
    answer=st.sampled_from(["", "", "Yes", "No"]),
    agrees=st.sampled_from([True, False, None]),
    is_erased=st.sampled_from([False, False, False, True]),
)
parts = made(
    Part,
    source=st.none() | st.integers(0, 4),
    device=st.sampled_from(["", "phone", "desktop"]),
    days=st.none() | st.tuples(st.integers(0, DAYS), st.integers(0, DAYS)),
)


def visits(where: Place) -> st.SearchStrategy[Visit]:
    """Somebody who comes and does some of what can be done, or a machine, or a crowd."""
    who = {
        "at": moments(where),
        "pick": st.integers(0, 3),
        "source": st.sampled_from(SOURCES),
        "device": st.sampled_from(["phone", "phone", "tablet", "desktop"]),
        "language": st.sampled_from(["en", "de", ""]),
    }
    one = made(
        Visit,
        reason=st.sampled_from(["", "", "", "", "", "team", "paused"]),
        is_served=st.sampled_from([True, True, True, False]),
        seen_after=st.one_of(delays, delays, st.none()),
        acts=st.lists(acts, max_size=3, unique=True).map(tuple),
        forms=st.lists(forms, max_size=2).map(tuple),
        objects=st.sampled_from([False] * 7 + [True]),
        **who,
    )
    machines = st.sampled_from(["bot", "nobody", "preview", "prefetch", "lost"])
    crowd = made(
        Visit,
        size=st.sampled_from([8, 31, 120]),
        every=st.sampled_from([2, 7, 40]),
        forms=made(Form, after=delays).map(lambda form: (form,)),
        **who,
    )
    return st.one_of(one, one, one, one, made(Visit, machine=machines, **who), crowd)


# What counts, whether a mail asks to confirm, and what the page asks after the address.
COUNTED: list[tuple[str, bool, tuple[AsksFor, ...]]] = [
    *(("signup", True, ()), ("signup", False, ("call",)), ("signup", True, ("price", "preorder"))),
    *(("confirmed", True, ()), ("confirmed", True, ("call",))),
    *(("price", False, ("price", "call")), ("call", True, ("call",))),
    ("preorder", True, ("price", "call", "preorder")),
]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Any small history, anywhere."""
    where = place(*draw(st.sampled_from(PLACES)), draw(st.sampled_from(SERVERS)))
    some = st.lists(st.integers(0, ADDRESSES - 1), max_size=2, unique=True).map(tuple)
    conversion, confirms, asks_for = draw(st.sampled_from(COUNTED))
    is_cookieless = draw(st.sampled_from([False, False, True]))
    return History(
        place=where,
        visits=losing_one(draw(st.lists(visits(where), min_size=1, max_size=12))),
        variants=1 if is_cookieless else draw(st.integers(1, 4)),
        conversion=conversion,
        window_hours=draw(st.sampled_from([1, 24])),
        sources=draw(st.sampled_from([None, SOURCES[:1], SOURCES[:2], SOURCES[1:4]])),
        confirms=confirms,
        asks=draw(st.booleans()),
        asks_for=asks_for,
        is_cookieless=is_cookieless,
        weights=draw(st.lists(st.sampled_from([1, 1, 9]), min_size=4, max_size=4).map(tuple)),
        follows=tuple(draw(st.lists(follows, min_size=ADDRESSES, max_size=ADDRESSES))),
        waiting=draw(some),
        aside=draw(st.sampled_from([(), ASIDE[:1], ASIDE[1:], ASIDE])),
        looked_after=draw(st.sampled_from([(DAYS + 2) * DAY, (DAYS + 10) * DAY])),
        is_ended=draw(st.booleans()),
        # To draw a sheet of paper takes as long as all the rest.
        is_printed=draw(st.sampled_from([False, False, True])),
        part=draw(parts),
        moved_to=draw(st.sampled_from(["", "", "Asia/Kathmandu", "Pacific/Pago_Pago"])),
    )


def losing_one(visits: list[Visit]) -> tuple[Visit, ...]:
    """The same with one event at most that no store takes."""
    first = next((visit for visit in visits if visit.machine == "lost"), None)
    return tuple(visit for visit in visits if visit.machine != "lost" or visit is first)
