"""Histories that are told on purpose: each has once been shown wrongly, or easily could be."""

from tests.results.everywhere.happenings import (
    DAY,
    HOUR,
    SECOND,
    Follow,
    Form,
    History,
    Part,
    Visit,
    edges,
    place,
)
from wbtest.audience.group_counts import VisitorGroup

KATHMANDU = place("Asia/Kathmandu", "2026-03-01T09:00")
MIDNIGHT = edges(KATHMANDU)[0]
# Seen on the day after the page was served, and on that day nothing else.
ACROSS_MIDNIGHT = History(
    KATHMANDU, (Visit(MIDNIGHT - SECOND, seen_after=SECOND),), part=Part(days=(1, 1))
)
# Nobody came from a source that counts.
ELSEWHERE = History(
    KATHMANDU, (Visit(HOUR, source="direct", forms=(Form(HOUR),)),), sources=("newsletter",)
)
ACTS = (("faq", "0"), ("faq", "2"), ("depth", "100"), ("focus", "top"))
READER = Visit(HOUR, acts=ACTS, forms=(Form(HOUR),))
# Every kind of visitor comes on the first day, and on another one.
EVERYBODY = (
    *(READER, READER._replace(pick=1, device="desktop", language="de", forms=(Form(HOUR, 1),))),
    READER._replace(pick=1, source="instagram", language="", forms=(Form(HOUR, 2), Form(HOUR, 3))),
    *(READER._replace(reason="team"), READER._replace(reason="paused", forms=())),
    *(READER._replace(forms=(Form(HOUR, 4, reason=why),)) for why in ("suspected", "opted_out")),
    *(READER._replace(objects=True, forms=(Form(HOUR, 5),)), READER._replace(source="direct")),
    *(Visit(HOUR, machine=machine) for machine in ("bot", "preview", "prefetch", "lost")),
    *(Visit(HOUR, seen_after=None, forms=(Form(HOUR, 6),)), Visit(HOUR, is_served=False)),
    Visit(HOUR, size=120, every=7, forms=(Form(HOUR),)),
)
LATER = [each._replace(at=2 * DAY) for each in EVERYBODY if each.machine != "lost"]
LATER = [v._replace(forms=tuple(f._replace(address=f.address + 7) for f in v.forms)) for v in LATER]
EVERYTHING = History(
    place("Australia/Lord_Howe", "2026-04-03T21:15", "America/Los_Angeles"),
    (*EVERYBODY, *LATER),
    sources=("newsletter", "instagram"),
    asks=True,
    asks_for=("call",),
    weights=(1, 9),
    follows=(
        Follow(HOUR, "Yes", agrees=True),
        Follow(8 * DAY, "No", agrees=False, is_erased=True),
        Follow(),
    )
    * 4,
    waiting=(0,),
    aside=(VisitorGroup("in", "reason", "team"), VisitorGroup("out", "source", "instagram")),
    is_printed=True,
    part=Part(source=1, days=(0, 1)),
)
CONFIRMED = EVERYTHING._replace(
    conversion="confirmed",
    part=Part(device="phone"),
    is_ended=True,
    is_printed=False,
    moved_to="Pacific/Pago_Pago",
)
