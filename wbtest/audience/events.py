"""What the visitor path hands to the recorder: values, complete in themselves. Pure.

Attribution comes from the signed cookie and the signed form alone, so an event carries its phase,
variant, source, device and language, and needs no look-up. ``user_agent`` and the headers behind
``hints`` are read by the writer to tell machines from people, then dropped; they are never stored.

Nobody changes an event. That the classes do not forbid it is for speed: one is made for each visit,
and a frozen one takes three times as long.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Arrival:
    """Who came, when, from where, to which variant. ``at_us``: microseconds since 1970, UTC."""

    experiment_id: int
    phase: int
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


@dataclass(slots=True)
class Served(Arrival):
    """The page was answered with a cookie for this visitor."""


@dataclass(slots=True)
class Seen(Arrival):
    """The beacon says that the page was visible to a person."""


@dataclass(slots=True)
class SignedUp(Arrival):
    """The form was sent. ``visitor`` is '' when the browser kept no cookie."""

    email: str = ""
    email_key: str = ""
    name: str = ""
    consent: str = ""
    token_hash: str = ""
    # The mail to send in the same transaction: subject and body; '' for none.
    subject: str = ""
    body: str = ""
    leave_url: str = ""


Event = Served | Seen | SignedUp
# What a sign-up's transaction did: a new row, or the address was there already.
Outcome = Literal["new", "known"]
