"""What the launch check looks at, and what it finds. Pure."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from wbtest.networks import Reach
from wbtest.publishing.choices.confirming import FirstMail
from wbtest.publishing.choices.options import Options
from wbtest.publishing.copy import PageCopy
from wbtest.publishing.objections import Objection
from wbtest.publishing.rule import Hypothesis

Kind = Literal["blocker", "warning", "fine"]
# How far the team's own try has come: nobody tried, there was no mail, or the state of its mail.
Try = Literal["", "unmailed", "waiting", "sent", "failed", "bounced"]
# What each thing that was looked at is called, in the history and the sealed text too.
NAMES = {
    "approval": "Approval",
    "newest": "Newest revision",
    "text": "Text",
    "end": "Last day",
    "controller": "Who is responsible",
    "stop": "Able to say stop",
    "disclosure": "Disclosure",
    "quote": "Customer’s quote",
    "payment": "No payment",
    "variants": "Variants differ",
    "look": "Contrast and pictures",
    "options": "Options",
    "preorder": "Pre-order",
    "address": "Web address",
    "networks": "Visitors’ networks",
    "mail": "Mail",
    "tried": "Own sign-up",
    "traffic": "Enough visitors",
    "maximum": "Visitors at most",
    "compared": "Number of variants",
    "floor": "Floor and target",
    "need": "Target and need",
    "crowds": "Announced crowds",
    "region": "Where visitors live",
    "counting": "How visitors are counted",
    "sources": "Own sources",
    "team": "Team left out",
}
# The page on which each thing is mended that a start lacks anyway.
WHERE_MISSING = {
    "approval": "revision",
    "newest": "newest",
    "text": "release",
    "end": "rule",
    "controller": "team",
}


class Finding(NamedTuple):
    """One thing that was looked at: what is the case, and what to do about it.

    A blocker stops the start, a warning must be seen. ``where`` names the page on which it is
    mended, '' for none.
    """

    kind: Kind
    what: str
    sentence: str
    todo: str = ""
    where: str = ""

    @property
    def name(self) -> str:
        return NAMES[self.what]


class Situation(Struct, frozen=True):
    """Everything the launch check looks at.

    ``missing`` are kind and sentence of what a start lacks anyway. ``pages`` are name and page of
    each variant, the control first. ``daily`` are the visitors a day that the team expects, None
    while it said nothing; ``objections`` are the planner's. ``rivals`` are the addresses of other
    open pages with the sources that both count by name. ``conflicts`` say where the options
    contradict the rule or a page. ``crowds_over`` are the names of announced crowds whose time is
    over before the start. ``reach`` is how who looks reached the server.
    """

    missing: Sequence[tuple[str, str]]
    rule: Hypothesis
    pages: Sequence[tuple[str, PageCopy]]
    options: Options
    base_url: str
    first_mail: FirstMail
    tried: Try
    daily: int | None
    objections: Sequence[Objection] = ()
    rivals: Sequence[tuple[str, Sequence[str]]] = ()
    look_faults: Sequence[str] = ()
    conflicts: Sequence[str] = ()
    crowds_over: Sequence[str] = ()
    reach: Reach = ""
