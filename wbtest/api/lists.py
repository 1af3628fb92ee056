"""Lists of people from elsewhere: brought in, and taken back. They count nowhere."""

from datetime import datetime

import msgspec
from flask import abort

from wbtest.api.release_shapes import Given
from wbtest.audience.lists import choosing
from wbtest.audience.lists.bringing import bring_in
from wbtest.audience.lists.models import BroughtList
from wbtest.audience.lists.taking_back import take_back
from wbtest.publishing.models import Experiment
from wbtest.results.bringing.agreeing import agreement_of
from wbtest.store import Invalid
from wbtest.team import access


class ListGiven(Given, kw_only=True):
    """A CSV file as `text`, with or without headings.

    `columns` say what each column holds: `email`, `name`, `at`, `source`, `consent`, `agreed`,
    `answer-0` and so on for the questions of the page, `keep`, or nothing to leave it out. Without
    them they are guessed from the headings. With `how` you vouch that these people agreed to your
    mail; without it they get none.
    """

    text: str
    file_name: str = ""
    columns: list[str] | None = None
    how: str = ""


class ListShown(msgspec.Struct, kw_only=True):
    """What became of a list: a long one is `adding` or `going` for a while."""

    number: int
    state: str
    file_name: str
    columns: list[list[str]]
    by: str
    at: datetime
    agreement: str
    people: int
    new: int
    known: int
    left: int
    wrong: int
    repeated: int
    taken_back_by: str | None
    taken_back_at: datetime | None
    removed: int


class Lists(msgspec.Struct):
    lists: list[ListShown]


def list_lists(experiment_id: int) -> Lists:
    """Which lists were brought in, the newest first."""
    experiment = access.get(Experiment, experiment_id, "own")
    return Lists([_shown(brought) for brought in choosing.lists_of(experiment)])


def bring_list_in(experiment_id: int, body: ListGiven) -> ListShown:
    """Add the people of a list. Who is here stays as they are, who was erased stays out."""
    experiment, person = access.get(Experiment, experiment_id, "own"), access.person()
    agreement = agreement_of(experiment, body.how) if body.how else ""
    brought = choosing.upload(experiment, person, body.file_name, body.text.encode())
    try:
        if body.columns is not None:
            choosing.choose(experiment, brought, body.columns)
        bring_in(experiment, brought, person, agreement)
    except Invalid:
        # Nobody goes on with a file that a program sent.
        choosing.discard(experiment, brought)
        raise
    return _shown(brought)


def take_list_back(experiment_id: int, number: int) -> ListShown:
    """Take out again whom a list added and to whom nothing happened since."""
    experiment = access.get(Experiment, experiment_id, "own")
    brought = choosing.find_list(experiment, number) or abort(404)
    take_back(experiment, brought, access.person())
    return _shown(brought)


def _shown(brought: BroughtList) -> ListShown:
    by = brought.taken_back_by
    return ListShown(
        number=brought.number,
        state=brought.state,
        file_name=brought.file_name,
        columns=brought.columns,
        by=brought.person.name,
        at=brought.at,
        agreement=brought.agreement,
        people=brought.people,
        new=brought.added,
        known=brought.known,
        left=brought.left_before,
        wrong=brought.wrong,
        repeated=brought.repeated,
        taken_back_by=None if by is None else by.name,
        taken_back_at=brought.taken_back_at,
        removed=brought.removed,
    )
