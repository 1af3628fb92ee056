"""Bringing a list in. Whoever comes with one counts nowhere, in no rate and in no total of people.

Those who are here stay as they are; whoever had their address erased stays out. A short list is one
transaction. A long one is added by the worker in groups, so that visitors need not wait for it:
``looked_at`` is written with each group, so whatever breaks in between is taken up again, and
nobody is left out or comes twice.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from wbtest import driver
from wbtest.audience.leaving.erasures import email_hash
from wbtest.audience.leaving.links import hash_of, sign_up_token
from wbtest.audience.lists.choosing import (
    drop_old,
    find_list,
    hold_choosing,
    hold_next,
    people_of,
    read_table,
    said_of,
)
from wbtest.audience.lists.models import BroughtList
from wbtest.audience.lists.reading import Table
from wbtest.audience.lists.sorting import Entry
from wbtest.audience.lists.taking_back import AT_ONCE, remove_all
from wbtest.audience.models import Erasure
from wbtest.audience.recording import rollup
from wbtest.audience.recording.cells import IMPORTED
from wbtest.audience.recording.ledger import take_turn
from wbtest.audience.recording.rows import SignupRow
from wbtest.audience.waiting import keys_of
from wbtest.delivery.each import for_each
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, writing
from wbtest.team.audit.log import record
from wbtest.team.models import Person

MICROSECONDS = 1_000_000
OTHERS = "Somebody changed what the columns hold meanwhile. Nobody was brought in; count again."
_KNOWN = f"SELECT email_key FROM signups WHERE experiment_id = ? AND email_key IN ({driver.MANY})"  # noqa: S608 - marks


class Outlook(NamedTuple):
    """What would happen: how many would be ``new``, are ``known``, or ``left`` before.

    ``wrong`` are the rows without an address that can be right, ``repeated`` how many name somebody
    who stands further up.
    """

    new: int
    known: int
    left: int
    wrong: list[int]
    repeated: int


def look_ahead(experiment: Experiment, brought: BroughtList, table: Table) -> Outlook:
    """Return what would happen with the columns as they are chosen. Raises as ``people_of``."""
    found = people_of(brought, table)
    known, left = _those_here(experiment, found.people)
    new = len(found.people) - len(known | left)
    return Outlook(new, len(known), len(left - known), found.wrong, found.repeated)


def bring_in(
    experiment: Experiment, brought: BroughtList, person: Person, agreement: str = ""
) -> None:
    """Add the people of a list. ``agreement`` are the words that say they agreed to our mail.

    A long list is only begun, the worker does the rest. Raises Invalid while no column holds the
    e-mail, and where somebody else changed what they hold meanwhile; AlreadyDone for the second of
    two clicks, Refused once the test is purged.
    """
    table, columns = read_table(brought), brought.columns
    found = people_of(brought, table)
    is_short = len(found.people) <= AT_ONCE
    entries = said_of(experiment, brought, table, found) if is_short else []
    with writing():
        # Nobody is erased meanwhile. Before a row is held, as by all who take both: the recorder,
        # whose turn it may be, needs the experiment for each visit that it inserts.
        take_turn(db.session.connection())
        hold_choosing(experiment, brought)
        if brought.columns != columns:
            raise Invalid("columns", OTHERS)
        brought.state, brought.begun_at = "adding", clock.now()
        brought.person_id, brought.agreement = person.id, agreement
        brought.people, brought.wrong = len(found.people), len(found.wrong)
        brought.repeated = found.repeated
        about = f"list {brought.number} with {brought.people:,} people, on /p/{experiment.slug}"
        record(experiment.workspace_id, "signups.brought_in", about, by=person)
        if is_short:
            _add(experiment, brought, entries)


def carry_on(now: datetime) -> None:
    """Go on with long lists, and delete files with which nobody does; a job of the worker."""
    drop_old(now)
    is_begun = BroughtList.state.in_(("adding", "going"))
    keys = sa.select(BroughtList.experiment_id, BroughtList.number).where(is_begun)
    begun = [(experiment_id, number) for experiment_id, number in db.session.execute(keys)]
    for_each(begun, _carry_on, lambda key: f"list {key[1]}")


def _carry_on(key: tuple[int, int]) -> None:
    experiment = db.session.get(Experiment, key[0])
    brought = None if experiment is None else find_list(experiment, key[1])
    # A purge, or whoever deleted the workspace, was there while the list before came in.
    if experiment is None or brought is None:
        return
    if brought.state == "going":
        remove_all(experiment, brought)
        return
    table = read_table(brought)
    entries = said_of(experiment, brought, table, people_of(brought, table))
    while _add_some(experiment, brought, entries):
        pass


def _add_some(experiment: Experiment, brought: BroughtList, entries: Sequence[Entry]) -> bool:
    """Add the next group in one transaction; False when there is none, or it may not come."""
    with writing():
        if not hold_next(experiment, brought, "adding"):
            return False
        _add(experiment, brought, entries[brought.looked_at : brought.looked_at + AT_ONCE])
        return brought.state == "adding"


def _add(experiment: Experiment, brought: BroughtList, entries: Sequence[Entry]) -> None:
    """Add some people, inside ``writing`` with its turn taken and both rows held."""
    known, left = _those_here(experiment, [entry.email_key for entry in entries])
    here = known | left
    rows = [_row(experiment, brought, each) for each in entries if each.email_key not in here]
    brought.added += len(rows)
    brought.known += len(known)
    brought.left_before += len(left - known)
    brought.looked_at += len(entries)
    if brought.looked_at >= brought.people:
        brought.state, brought.content = "done", None
    if rows:
        rollup.bring_in(db.session, rows)


def _those_here(experiment: Experiment, keys: Collection[str]) -> tuple[set[str], set[str]]:
    """Which keys are here, in the test or on its waiting list, and whose addresses were erased."""
    pairs = ((experiment.id, either) for key in keys for either in keys_of(key))
    found = driver.ask_pairs(db.session.connection(), _KNOWN, pairs)
    known = {keys_of(key)[0] for (key,) in found}
    page_key, is_ours = experiment.identity_key, Erasure.experiment_id == experiment.id
    erased = set(db.session.scalars(sa.select(Erasure.email_hash).where(is_ours)))
    if page_key is None or not erased:
        return known, set()
    return known, {key for key in keys if email_hash(page_key, key) in erased}


def _row(experiment: Experiment, brought: BroughtList, entry: Entry) -> SignupRow:
    token_hash = ""
    if brought.agreement and experiment.identity_key is not None:
        # Leads out again, and to all that is kept. Without one no mail goes out.
        token_hash = hash_of(sign_up_token(experiment.identity_key, entry.email_key))
    begun_at = brought.begun_at or clock.now()
    return SignupRow(
        experiment_id=experiment.id,
        email_key=entry.email_key,
        visitor="",
        excluded_because=IMPORTED,
        variant=experiment.variants[0].key,
        at_us=int(begun_at.timestamp() * MICROSECONDS),
        source=IMPORTED,
        device="unknown",
        language="",
        email=entry.email,
        name=entry.name,
        consent=entry.consent,
        token_hash=token_hash,
        answers=entry.answers,
        list_number=brought.number,
        from_list=entry.said,
    )
