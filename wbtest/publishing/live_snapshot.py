"""What the public path may show: started experiments as frozen values, checked once more.

Whatever a row says, a page is made only from a revision that somebody approved and that still is
what was approved, and only with the words and the rule that were sealed.
"""

import logging
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from msgspec import Struct, structs
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload, scoped_session, selectinload

from wbtest.extensions import db
from wbtest.publishing import page_copy, page_options, rule
from wbtest.publishing.corrections import cut_for, in_force, page_of
from wbtest.publishing.models import Experiment
from wbtest.publishing.page_design import Look, family_of
from wbtest.publishing.page_strings import display_letters
from wbtest.publishing.sealing import BROKEN, NotPublishable, find_faults, sealed_options
from wbtest.publishing.typefaces import cut_typeface
from wbtest.review.models import Approval
from wbtest.team.models import PagesVersion, TeamSettings
from wbtest.writing import document as documents

log = logging.getLogger(__name__)

AnySession = Session | scoped_session[Any]


class LiveVariant(NamedTuple):
    """One variant of the page: its key, its weight, its words."""

    key: str
    weight: int
    page: page_copy.PageCopy


class LiveExperiment(Struct, frozen=True):
    """Everything the visitor path needs of one experiment, so that it reads nothing else.

    The first variant is the control. ``state`` is running, paused or ended (draft in a preview,
    which has no salt). ``ends_at`` is when ``ends_on`` is over in ``time_zone``,
    ``closed_at`` since when nobody has been shown the page, None while it runs.
    """

    id: int
    release_id: int
    slug: str
    attempt: int
    state: str
    salt: str
    variants: tuple[LiveVariant, ...]
    disclosure: rule.Disclosure
    conversion: rule.Conversion
    window_hours: int
    ends_on: date
    ends_at: datetime
    closed_at: datetime | None
    asks_name: bool
    time_zone: str
    controller: str
    contact: str
    identity_key: bytes
    options: page_options.Options
    # The display typeface as WOFF2, b"" for the device's own fonts.
    typeface: bytes = b""
    # Of its own, where the page is at /; '' for the team's.
    host: str = ""
    # When the test was over, when a waiting list that is still kept was opened, whether who signed
    # up was told the decision, and whether what was known of the test's visitors is erased.
    over_at: datetime | None = None
    list_opened_at: datetime | None = None
    is_told: bool = False
    is_purged: bool = False
    # Of one that was changed by hand no word is known: no page of it is shown and no form taken.
    # Who was in it can still leave, and is no stranger to the next test.
    is_shown: bool = True
    # The variants as they were before the first correction, the second, and so on.
    before: tuple[tuple[LiveVariant, ...], ...] = ()
    # Whether ``identity_key`` is the one that signed the cookies, and not one in its place.
    has_key: bool = True
    seal: str = ""
    # After the end: what is told of it, and the variant that everybody is shown who joins the
    # waiting list; '' for nothing, and for no list.
    outcome: str = ""
    waiting: str = ""

    @property
    def control(self) -> LiveVariant:
        """The variant the others are compared with."""
        return self.variants[0]

    @property
    def weights(self) -> tuple[tuple[str, int], ...]:
        """Key and weight of each variant, in the order in which they are drawn."""
        return tuple((found.key, found.weight) for found in self.variants)

    def find_variant(self, key: str, corrections: int | None = None) -> LiveVariant | None:
        """The variant of this key, or None.

        With a number, as it was when so many corrections were in force. Another process may know of
        one already that this one has not read yet.
        """
        states = (*self.before, self.variants)
        shown = states[-1 if corrections is None else min(corrections, len(self.before))]
        return next((variant for variant in shown if variant.key == key), None)


def pages_version(session: AnySession) -> int:
    """Return the number that grows whenever what the public may see has changed."""
    return session.scalar(select(PagesVersion.version)) or 0


def load_live(session: AnySession) -> tuple[LiveExperiment, ...]:
    """Return every experiment that was ever started, by id; ``is_shown`` says which may be."""
    return tuple(_publishable(session, Experiment.state != "draft"))


def find_for_preview(experiment_id: int) -> LiveExperiment | None:
    """Return the experiment in any state, also a draft, or None when it may not be shown."""
    found = next(iter(_publishable(db.session, Experiment.id == experiment_id)), None)
    # The team sees it where it logs in.
    return structs.replace(found, host="") if found and found.is_shown else None


def with_look(live: LiveExperiment, look: Look) -> LiveExperiment:
    """Return a preview of the same page with another look, its typeface cut again."""
    variants = tuple(each._replace(page=replace(each.page, look=look)) for each in live.variants)
    letters = display_letters(each.page for each in variants)
    typeface = cut_typeface(family_of(look), letters)
    return structs.replace(live, variants=variants, typeface=typeface)


def _publishable(session: AnySession, *conditions: ColumnElement[bool]) -> list[LiveExperiment]:
    """Read the experiments that meet the conditions; log which of them were changed."""
    experiments = session.scalars(
        select(Experiment)
        .where(*conditions)
        .order_by(Experiment.id)
        .options(
            joinedload(Experiment.revision),
            selectinload(Experiment.variants),
            selectinload(Experiment.steps),
            selectinload(Experiment.corrections),
        )
    ).all()
    approvals = _approvals(session, [experiment.revision_id for experiment in experiments])
    if not experiments:
        return []
    team = session.scalars(select(TeamSettings)).one()
    found = []
    for experiment in experiments:
        try:
            found.append(_read(experiment, team, approvals[experiment.revision_id]))
        except (NotPublishable, *BROKEN) as error:
            log.error("the page %s is not shown: %s", experiment.slug, error)
            found.append(_without_words(experiment, team))
    return found


def _approvals(session: AnySession, revisions: Iterable[int]) -> dict[int, list[Approval]]:
    """The approvals of the revisions, oldest first."""
    found = session.scalars(
        select(Approval)
        .where(Approval.revision_id.in_(set(revisions)))
        .order_by(Approval.approved_at, Approval.id)
    )
    by_revision: dict[int, list[Approval]] = defaultdict(list)
    for approval in found:
        by_revision[approval.revision_id].append(approval)
    return by_revision


def _read(
    experiment: Experiment, team: TeamSettings, approvals: Sequence[Approval]
) -> LiveExperiment:
    """Return the experiment as values. Raises NotPublishable, or what its rows' errors are."""
    revision = experiment.revision
    for fault in find_faults(experiment, {(each.digest, each.approver_id) for each in approvals}):
        raise NotPublishable(fault)
    document = documents.from_json(revision.document)
    corrections = in_force(experiment.corrections)
    *before, variants = (
        tuple(
            LiveVariant(each.key, each.weight, page_of(experiment, each, document, number))
            for each in experiment.variants
        )
        for number in range(len(corrections) + 1)
    )
    hypothesis = rule.from_json(experiment.rule)
    ends_at = hypothesis.ends_at(experiment.time_zone)
    return LiveExperiment(
        id=experiment.id,
        release_id=experiment.release_id,
        slug=experiment.slug,
        attempt=experiment.attempt,
        state=experiment.state,
        salt=experiment.assignment_salt,
        variants=variants,
        before=tuple(before),
        disclosure=hypothesis.disclosure,
        conversion=hypothesis.conversion,
        window_hours=hypothesis.conversion_window_hours,
        ends_on=hypothesis.ends_on,
        ends_at=ends_at,
        closed_at=_closed_at(experiment, ends_at),
        asks_name=experiment.asks_name,
        host=experiment.host,
        time_zone=experiment.time_zone,
        controller=team.controller,
        contact=team.contact_email,
        # Once the key is destroyed one that nobody holds takes its place: nothing signed before
        # is valid any more, and nothing can be forged.
        identity_key=experiment.identity_key or secrets.token_bytes(32),
        options=page_options.from_json(experiment.options),
        typeface=_typeface(experiment),
        over_at=min(experiment.ended_at, ends_at) if experiment.ended_at else None,
        list_opened_at=experiment.opened_at if experiment.identity_key else None,
        is_told=experiment.last_letter_at is not None,
        # Not before the last row is gone.
        is_purged=any(step.what == "purged" for step in experiment.steps),
        has_key=experiment.identity_key is not None,
        seal=experiment.seal,
        outcome=experiment.outcome if experiment.afterwards == "closed" else "",
        waiting=_waiting(experiment),
    )


def _typeface(experiment: Experiment) -> bytes:
    """The one that was cut at the start; a draft's is cut for its preview."""
    return cut_for(experiment) if experiment.typeface is None else experiment.typeface


def _without_words(experiment: Experiment, team: TeamSettings) -> LiveExperiment:
    """Return what holds of a test whatever was changed in it: it is over, and has no words."""
    began = experiment.started_at or experiment.created_at
    page = page_copy.build_copy(documents.Document(product=experiment.slug))
    return LiveExperiment(
        id=experiment.id,
        release_id=experiment.release_id,
        slug=experiment.slug,
        attempt=experiment.attempt,
        state="ended",
        salt="",
        variants=tuple(LiveVariant(each.key, each.weight, page) for each in experiment.variants)
        or (LiveVariant("control", 1, page),),
        disclosure="before",
        conversion="signup",
        window_hours=0,
        ends_on=began.date(),
        ends_at=began,
        closed_at=began,
        asks_name=False,
        host=experiment.host,
        time_zone="UTC",
        controller=team.controller,
        contact=team.contact_email,
        identity_key=experiment.identity_key or secrets.token_bytes(32),
        options=page_options.Options(counting=_counting(experiment)),
        over_at=experiment.ended_at or began,
        has_key=experiment.identity_key is not None,
        is_shown=False,
    )


def _counting(experiment: Experiment) -> Literal["cookie", "cookieless"]:
    try:
        return sealed_options(experiment).counting
    except BROKEN:
        return page_options.Options().counting


def _closed_at(experiment: Experiment, ends_at: datetime) -> datetime | None:
    """The pause or end since which the page is down; a worker may have noticed the end late."""
    closed_at = None
    for step in experiment.steps:
        if step.what in ("started", "resumed"):
            closed_at = None
        elif step.what in ("paused", "ended") and closed_at is None:
            closed_at = min(step.at, ends_at)
    return closed_at


def _waiting(experiment: Experiment) -> str:
    """The variant of the waiting list, when there is one and its key still signs forms."""
    is_open = experiment.state == "ended" and experiment.afterwards == "open"
    if not is_open or experiment.identity_key is None:
        return ""
    keys = {variant.key for variant in experiment.variants}
    return experiment.waiting_variant if experiment.waiting_variant in keys else ""
