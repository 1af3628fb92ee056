"""A list before anybody is brought in: the file, and what its columns hold."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from wbtest.audience.lists import columns as meant
from wbtest.audience.lists.models import BroughtList
from wbtest.audience.lists.reading import NotAList, Table, table_of, text_of
from wbtest.audience.lists.sorting import Entry, Sorted, entries_of, names, sort
from wbtest.audience.recording.ledger import take_turn
from wbtest.audience.signing.forms import one_line
from wbtest.extensions import clock, db
from wbtest.publishing.choices import options
from wbtest.publishing.models import Experiment
from wbtest.publishing.running.life import AlreadyDone
from wbtest.store import Invalid, Refused, hold, writing
from wbtest.team.models import Person

# A file with which nobody goes on is deleted after that.
KEPT_FOR = timedelta(days=1)
LONGEST_FILE_NAME = 120
PASTED = "A pasted list"
DONE = "This list was brought in before. It is done once."
OVER = "The addresses of this test are erased, so nobody comes in any more."


def upload(experiment: Experiment, person: Person, name: str, content: bytes) -> BroughtList:
    """Keep a file until it is known what its columns hold; nobody is brought in by that.

    Raises Invalid for what is no list, and for an experiment that never started, Refused once it is
    purged.
    """
    try:
        text, encoding = text_of(content)
        table = table_of(text)
    except NotAList as error:
        raise Invalid("file", str(error)) from error
    guessed = meant.guess(table.headings, table.rows, questions_of(experiment))
    with writing() as session:
        hold(experiment)
        _check_open(experiment)
        is_ours = BroughtList.experiment_id == experiment.id
        last = session.scalar(sa.select(sa.func.max(BroughtList.number)).where(is_ours)) or 0
        brought = BroughtList(
            experiment_id=experiment.id,
            number=last + 1,
            state="choosing",
            person_id=person.id,
            at=clock.now(),
            file_name=one_line(name)[:LONGEST_FILE_NAME] or PASTED,
            encoding=encoding,
            content=zlib.compress(text.encode()),
            columns=[[*pair] for pair in zip(table.headings, guessed, strict=True)],
        )
        session.add(brought)
    return brought


def choose(experiment: Experiment, brought: BroughtList, columns: Sequence[str]) -> None:
    """Say what the columns hold. Raises Invalid where that cannot be, AlreadyDone once it is in."""
    try:
        chosen = meant.check(columns, len(brought.columns), questions_of(experiment))
    except meant.Unfit as error:
        raise Invalid("columns", str(error)) from error
    with writing():
        hold_choosing(experiment, brought)
        headings = [heading for heading, _ in brought.columns]
        brought.columns = [[*pair] for pair in zip(headings, chosen, strict=True)]


def discard(experiment: Experiment, brought: BroughtList) -> None:
    """Delete a file of which nobody was brought in. Raises AlreadyDone once they were."""
    with writing() as session:
        hold_choosing(experiment, brought)
        session.delete(brought)


def drop_old(now: datetime) -> None:
    """Delete files with which nobody went on for a day."""
    is_old = sa.and_(BroughtList.state == "choosing", BroughtList.at < now - KEPT_FOR)
    # Looked up first: to write keeps everybody else from writing.
    if db.session.scalar(sa.select(sa.exists().where(is_old))):
        with writing() as session:
            session.execute(sa.delete(BroughtList).where(is_old))


def find_list(experiment: Experiment, number: int) -> BroughtList | None:
    """Return the list of this number, or None."""
    return db.session.get(BroughtList, (experiment.id, number))


def lists_of(experiment: Experiment) -> list[BroughtList]:
    """Return the lists of an experiment, the newest first."""
    query = (
        sa.select(BroughtList)
        .where(BroughtList.experiment_id == experiment.id)
        .order_by(BroughtList.number.desc())
        # The page of all names whoever brought each in, and shows no file.
        .options(joinedload(BroughtList.person), defer(BroughtList.content))
    )
    return list(db.session.scalars(query))


def read_table(brought: BroughtList) -> Table:
    """Return the rows of a file. Raises AlreadyDone when it is not kept any more."""
    if brought.content is None:
        raise AlreadyDone(DONE)
    return table_of(zlib.decompress(brought.content).decode())


def is_named(experiment: Experiment, email_key: str) -> bool:
    """Whether a list that is not in yet names this address, in whatever column."""
    is_kept = sa.and_(BroughtList.experiment_id == experiment.id, BroughtList.content.is_not(None))
    kept = db.session.scalars(sa.select(BroughtList).where(is_kept))
    return any(names(read_table(brought), email_key) for brought in kept)


def people_of(brought: BroughtList, table: Table) -> Sorted:
    """Return whom a list names. Raises Invalid while no column holds the e-mail."""
    columns = _columns_of(brought)
    if meant.EMAIL not in columns:
        raise Invalid("columns", "Say which column holds the e-mail addresses.")
    return sort(table, columns)


def said_of(
    experiment: Experiment, brought: BroughtList, table: Table, found: Sorted
) -> list[Entry]:
    """Return what a list says of the people that were found in it."""
    return entries_of(found, table.headings, _columns_of(brought), questions_of(experiment))


def kept_of(experiment: Experiment) -> list[str]:
    """Return under which headings cells of lists are kept as they stood."""
    pairs = [pair for brought in reversed(lists_of(experiment)) for pair in brought.columns]
    kept = [meant.own_heading(heading) for heading, meaning in pairs if meaning == meant.KEEP]
    return list(dict.fromkeys(kept))


def questions_of(experiment: Experiment) -> list[str]:
    """Return the questions that the page asks after the sign-up."""
    return [asked.text for asked in options.from_json(experiment.options).questions]


def hold_choosing(experiment: Experiment, brought: BroughtList) -> None:
    """Hold both rows of a list that nobody brought in yet, inside ``writing``."""
    hold(experiment)
    hold(brought)
    if brought.state != "choosing":
        raise AlreadyDone(DONE)
    _check_open(experiment)


def hold_next(experiment: Experiment, brought: BroughtList, state: str) -> bool:
    """Hold both rows for the next group, inside ``writing``; False where there is none.

    After a purge, which deletes a list with its people, nobody comes or goes; nor when somebody
    took the list back meanwhile, or it is done.
    """
    take_turn(db.session.connection())
    hold(experiment)
    if experiment.purged_at is not None:
        return False
    hold(brought)
    return brought.state == state


def _columns_of(brought: BroughtList) -> list[str]:
    return [meaning for _, meaning in brought.columns]


def _check_open(experiment: Experiment) -> None:
    if experiment.state == "draft":
        raise Invalid("file", "Start the experiment first.")
    if experiment.identity_key is None or experiment.purged_at is not None:
        raise Refused(OVER)
