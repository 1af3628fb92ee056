"""The people of a group: read what is stored of them, settle what they change, write it once.

What stands there afterwards is worked out from what was read, so nothing is read again, and a row
is inserted with the marks that it will have.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from wbtest.audience.recording import exposures
from wbtest.audience.recording import rows as kept
from wbtest.audience.recording.cells import SUSPECTED, HistoryKey, histories_of, history_key
from wbtest.audience.recording.ledger import SIGHTINGS, SIGNUPS, Ledger
from wbtest.audience.recording.rows import Kept, Row, SightingRow, SignupRow, frees

T = TypeVar("T")


class People:
    """The sightings and sign-ups of a group, beside what is stored of the same people.

    ``new`` are the ids of the sign-ups that are new. For its owner an address is new, too, that
    only a machine has left before. ``at_address`` are the rows that stood under the addresses.
    """

    def __init__(
        self, ledger: Ledger, sightings: Sequence[SightingRow], signups: Sequence[SignupRow]
    ) -> None:
        self._ledger = ledger
        self._came = signups
        touched = {
            HistoryKey(row.experiment_id, row.visitor, row.excluded_because) for row in sightings
        }
        # Suspicion reaches over into what would count.
        touched |= {key._replace(excluded_because="") for key in touched if key[2] == SUSPECTED}
        # Those in which the addresses stand now; an earlier sign-up takes them elsewhere.
        addresses = {row[:2] for row in signups}
        self.at_address = kept.find(ledger.connection, SIGNUPS, addresses)
        touched |= {history_key(row) for row in (*signups, *self.at_address)}
        self._touched = touched
        visitors = {key[:2] for key in touched if key.visitor}
        self._seen = kept.find(ledger.connection, SIGHTINGS, visitors)
        theirs = kept.find(ledger.connection, SIGNUPS, visitors, by="visitor")
        # Of a row that was found twice the one that may move.
        self._signed = {kept.key_of(row): row for row in (*theirs, *self.at_address)}.values()
        self._sightings = kept.choose(sightings, self._seen)
        self._signups = kept.choose(signups, self.at_address)
        freed = [row for row, stored in self._signups.moved if frees(row, stored)]
        self.new = {id(row) for row in (*self._signups.new, *freed)}

    def write(self, mailed: Mapping[int, int]) -> None:
        """Settle everybody, and write what changes.

        ``mailed`` says when our mail to a new sign-up leaves, in microseconds since 1970, where
        that is not at once; by the id of its row.
        """
        if not self._touched:
            return
        signups = _mailed(self._signups, mailed)
        before = histories_of(self._touched, self._seen, self._signed)
        after = histories_of(
            self._touched, _after(self._seen, self._sightings), _after(self._signed, signups)
        )
        settled = self._ledger.settle(before, after)
        flags, connection = settled.flags, self._ledger.connection
        new_sightings, flags.sightings = _marked(self._sightings.new, flags.sightings)
        new_signups, flags.signups = _marked(signups.new, flags.signups)
        kept.write(connection, SIGHTINGS, Kept(new_sightings, self._sightings.moved))
        kept.write(connection, SIGNUPS, Kept(new_signups, signups.moved))
        flags.write(connection)
        self._ledger.follow(settled)
        exposures.mark_repeats(connection, self._came, self.at_address)


def _mailed(signups: Kept, mailed: Mapping[int, int]) -> Kept:
    """The same, with the moment at which each mail leaves."""
    if not mailed:
        return signups

    def told(row: SignupRow) -> SignupRow:
        return row._replace(mailed_us=mailed.get(id(row), row.mailed_us))

    moved = [(told(row), stored) for row, stored in signups.moved]
    return Kept([told(row) for row in signups.new], moved)


def _after(stored: Iterable[Any], chosen: Kept) -> list[Any]:
    """What is stored once these rows are written."""
    moved = {id(old): kept.changed(row, old) for row, old in chosen.moved}
    return [*(moved.get(id(row), row) for row in stored), *chosen.new]


def _marked(new: Sequence[Any], marks: Sequence[Row]) -> tuple[list[Any], list[Row]]:
    """New rows with their marks, and the marks that are those of rows which are there already."""
    wanted = {tuple(mark.values())[:-1]: mark for mark in marks}
    found = []
    for row in new:
        mark = wanted.pop(kept.key_of(row), None)
        found.append(row if mark is None else row._replace(**mark))
    return found, [*wanted.values()]
