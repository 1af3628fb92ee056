"""What the visitor path hands to the recorder: values, complete in themselves. Pure.

An event carries its variant, source, device and language from the signed cookie or form, so it
needs no look-up. The writer reads ``user_agent`` and ``hints`` to tell machines from people, and
``address`` to tell networks apart. All three are then dropped and never stored.

What a person did on the page (``Did.acts``) is a kind and an item of a fixed list:

click   the button was pressed: of the form at the "top" or at the "end"
focus   a field of that form was entered
faq     a question was opened: its number on the page, from 0
depth   how much of the page had been on screen when it was left: 25, 50, 75 or 100 per cent
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from msgspec import Struct

# Experiment and visitor.
VisitorId = tuple[int, str]
# A source that the writer reads from the visit: a visitor told by a hash carries none along.
OF_THE_VISIT = ""
FORMS = ("top", "end")
DEPTHS = ("25", "50", "75", "100")
MOST_QUESTIONS = 60
ITEMS = {
    "click": frozenset(FORMS),
    "focus": frozenset(FORMS),
    "faq": frozenset(map(str, range(MOST_QUESTIONS))),
    "depth": frozenset(DEPTHS),
}
LONGEST_TOLD = 1_000
Act = tuple[str, str]


class Arrival(Struct, frozen=True):
    """Who came, when, from where, to which variant. ``at_us``: microseconds since 1970, UTC."""

    experiment_id: int
    variant: str
    visitor: str
    at_us: int
    source: str
    device: str
    language: str = ""
    user_agent: str = ""
    # Values of Sec-Purpose, Purpose and X-Moz, joined; a prefetch is nobody's visit.
    hints: str = ""
    # A reason known at the door (team, paused, …); '' when the writer is to decide.
    excluded_because: str = ""
    # Who sent it to the last proxy that is trusted. Read by the writer for the mark of its network;
    # like the event itself gone once the group is written.
    address: str = ""


class Served(Arrival, frozen=True):
    """The page was answered with a cookie for this visitor."""


class Seen(Arrival, frozen=True):
    """The beacon says that the page was visible to a person."""


class Did(Arrival, frozen=True):
    """What a person who had seen the page did on it: kinds and items of a fixed list."""

    acts: tuple[tuple[str, str], ...] = ()


class SignedUp(Arrival, frozen=True):
    """The form was sent. ``visitor`` is '' when the browser kept no cookie."""

    email: str = ""
    email_key: str = ""
    name: str = ""
    consent: str = ""
    page_digest: str = ""
    is_disposable: bool = False
    token_hash: str = ""
    # Hash of the token under which the steps after the address are answered.
    answer_hash: str = ""
    # The mail to send in the same transaction: subject and body; '' for none.
    subject: str = ""
    body: str = ""
    leave_url: str = ""
    # Whether the mail asks to confirm the address. One that is there and not confirmed is then
    # written to again after a day.
    asks_to_confirm: bool = False
    # So many of a page in an hour are written to at once, those beyond at this pace; 0 for all.
    most_an_hour: int = 0
    # Under which names the form counts against what its network may send, none for not at all; and
    # how much that is, 0 for as much as it likes.
    counted_as: tuple[str, ...] = ()
    most_counted: int = 0


Event = Served | Seen | Did | SignedUp


class TurnedAway(NamedTuple):
    """Nothing was done: its network has sent what it may. It may again after so many seconds."""

    seconds: int


# What a sign-up's transaction did: a new row, or the address was there already; or nothing.
Outcome = Literal["new", "known"] | TurnedAway


def read_acts(text: str) -> tuple[Act, ...]:
    """Return the acts that the lines of a beacon name, each once; what is not in the list is left.

    >>> read_acts("faq 3\\nfaq 3\\ndepth 50\\nfaq 99\\nfaq 03\\npay 1")
    (('faq', '3'), ('depth', '50'))
    """
    return tuple(dict.fromkeys(_known(text[:LONGEST_TOLD])))


def _known(text: str) -> Iterator[Act]:
    for line in text.split("\n"):
        kind, _, item = line.partition(" ")
        if item in ITEMS.get(kind, ()):
            yield kind, item
