"""Requests that are known to have broken others: each is sent, and something certain must come.

They stand in modules by what is sent; this one asks them.
"""

import resource
import time
from typing import NamedTuple

from tests.fuzz.answers import fault_of
from tests.fuzz.asking import Answer, Request
from tests.fuzz.forms import is_accepted
from tests.fuzz.tally import Tally
from tests.fuzz.world import World

# Of processor time, whatever is sent; and what a request may take of memory.
MOST_SECONDS, MOST_MEGABYTES = 1.0, 100
# What takes too long is asked again: others on the machine make its cores slower, too.
TRIES = 3


class Row(NamedTuple):
    """A request, what it is, and which statuses may come back; none for any but a fault."""

    what: str
    request: Request
    allowed: tuple[int, ...] = ()


def ask_row(world: World, row: Row, tally: Tally, *, is_measured: bool = True) -> Answer:
    """Ask one; measured in time of our own thread, which others on the machine cannot take."""
    before = _peak_megabytes()
    answer, seconds = _ask(world, row.request)
    more = _peak_megabytes() - before
    for _ in range(1, TRIES):
        if is_measured and seconds > MOST_SECONDS:
            seconds = min(seconds, _ask(world, row.request)[1])
    where = world.address_of(row.request)
    tally.note(where, answer.status, is_accepted=is_accepted(answer))
    wrong = fault_of(world.endpoint_of(row.request), answer, has_body=row.request.method != "HEAD")
    if not wrong and row.allowed and answer.status not in row.allowed:
        wrong = f"answers {answer.status}"
    if not wrong and is_measured and seconds > MOST_SECONDS:
        wrong = f"takes {seconds:.1f} s"
    if not wrong and is_measured and more > MOST_MEGABYTES:
        wrong = f"takes {more} MB"
    if wrong:
        tally.blame(where, f"{row.what}: {wrong}", row.request.curl)
    return answer


def _ask(world: World, request: Request) -> tuple[Answer, float]:
    """The answer, and how long it took; all rows are put back."""
    begun = time.thread_time()
    answer = world.ask(request)
    seconds = time.thread_time() - begun
    world.put_back()
    return answer, seconds


def _peak_megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
