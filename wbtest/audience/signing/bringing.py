"""Addresses that a team has from elsewhere, brought in from a list: kept apart, written to never.

Nobody agreed to anything here, so they get no mail and count nowhere. Who signs up by themselves
later takes their place.
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from wbtest.audience.leaving.erasures import email_hash
from wbtest.audience.models import Erasure, Signup
from wbtest.audience.recording import rollup
from wbtest.audience.recording.cells import IMPORTED
from wbtest.audience.recording.ledger import take_turn
from wbtest.audience.recording.rows import SignupRow
from wbtest.audience.signing.forms import LONGEST_NAME, one_line
from wbtest.audience.visitors import NotAnEmail, read_email
from wbtest.audience.waiting import keys_of
from wbtest.extensions import clock, db
from wbtest.publishing.models import Experiment
from wbtest.store import Invalid, hold, writing
from wbtest.team.audit.log import record

MOST_ROWS = 500
LONGEST_LIST = 100_000
MICROSECONDS = 1_000_000


class Brought(NamedTuple):
    """How many addresses of a list were new, known already, erased before, and no addresses."""

    new: int
    known: int
    erased: int
    wrong: int


def bring_in(experiment: Experiment, text: str) -> Brought:
    """Store the addresses of a list, one a line, a name after a comma if there is one.

    Left out are those that are there and those whose owner had them erased. Raises Invalid for a
    list that is empty or too long, and for an experiment that never started or was purged.
    """
    key = experiment.identity_key
    if key is None or not experiment.phases:
        raise Invalid("addresses", "Start the experiment first; after its purge nothing comes in.")
    if len(text) > LONGEST_LIST:
        raise Invalid("addresses", f"Bring in {MOST_ROWS} addresses at most at a time.")
    entries = list(_entries(text))
    if not entries or len(entries) > MOST_ROWS:
        raise Invalid("addresses", f"Give 1 to {MOST_ROWS} addresses, one a line.")
    found = {entry[0][1]: entry for entry in map(_read, entries) if entry is not None}
    with writing() as session:
        # Nobody is erased meanwhile. Before the row is held, as by all who take both: the recorder,
        # whose turn it may be, needs the row for each visit it inserts.
        take_turn(session.connection())
        hold(experiment)
        known = _known(experiment, list(found))
        erased = _erased(experiment, {email_hash(key, each): each for each in found})
        rows = [
            _row(experiment, *entry)
            for email_key, entry in sorted(found.items())
            if email_key not in known | erased
        ]
        new = rollup.bring_in(session, rows) if rows else 0
        what = f"{new} new on /p/{experiment.slug}"
        record(experiment.workspace_id, "signups.brought_in", what)
    wrong = sum(_read(entry) is None for entry in entries)
    return Brought(new, len(known), len(erased - known), wrong)


def _entries(text: str) -> Iterator[list[str]]:
    """The lines that hold anything, as cells; a first line of headings is none."""
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if rows and "@" not in "".join(rows[0]):
        rows = rows[1:]
    yield from rows


def _read(cells: list[str]) -> tuple[tuple[str, str], str] | None:
    """The address, as spelt and as a key, and the name; None without an address."""
    try:
        address = read_email(cells[0])
    except NotAnEmail:
        return None
    name = one_line(cells[1]) if len(cells) > 1 else ""
    return address, name[:LONGEST_NAME]


def _known(experiment: Experiment, keys: list[str]) -> set[str]:
    """Which are there, in the test or on its waiting list."""
    either = [key for each in keys for key in keys_of(each)]
    found = db.session.scalars(
        db.select(Signup.email_key).where(
            Signup.experiment_id == experiment.id, Signup.email_key.in_(either)
        )
    )
    return {keys_of(key)[0] for key in found}


def _erased(experiment: Experiment, keys: dict[str, str]) -> set[str]:
    found = db.session.scalars(
        db.select(Erasure.email_hash).where(
            Erasure.experiment_id == experiment.id, Erasure.email_hash.in_(keys)
        )
    )
    return {keys[each] for each in found}


def _row(experiment: Experiment, address: tuple[str, str], name: str) -> SignupRow:
    return SignupRow(
        experiment_id=experiment.id,
        email_key=address[1],
        visitor="",
        excluded_because=IMPORTED,
        phase=experiment.phases[-1].number,
        variant=experiment.variants[0].key,
        at_us=int(clock.now().timestamp() * MICROSECONDS),
        source=IMPORTED,
        device="unknown",
        language="",
        email=address[0],
        name=name,
        consent="",
        token_hash="",
    )
