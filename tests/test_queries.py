"""No page asks the database more often where there is more: each is opened, and again with more."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import Connection

from tests.conftest import HandClock
from tests.copies import Change, Copier, Row, set_counters
from tests.factories import Team, log_in
from tests.filled import fill
from tests.statements import counted
from tests.team_pages import team_pages
from wbtest.extensions import Base, clock, db
from wbtest.results.network_checking import check_all_networks
from wbtest.team.models import Person

TIMES = 1
# Copied with all that hangs on them; then what one release, one test or one webhook has many of.
WHOLE = ("people", "releases", "webhooks", "outbox_mails", "audit_lines", "images")
PARTS = (
    *(
        "annotations",
        "assumption_marks",
        "candidates",
        "checklist_items",
        "comments",
        "decision_papers",
        "decisions",
    ),
    *("experiment_steps", "experiments", "kind_totals", "learning_cards", "outbox_events"),
    *("revisions", "settings_aside", "shared_links", "signups"),
    *("spends", "tracking_links"),
)
# They answer a form.
NOT_OPENED = {"results.plan", "results.target"}
# They draw what a page beside them says, and take long.
DRAWN = {
    *("publishing.qr_png", "publishing.qr_svg", "decisions.stored_memo_pdf", "writing.export"),
}


def test_no_page_asks_more_often_where_there_is_more(
    client: FlaskClient, team: Team, now: HandClock
) -> None:
    filled = fill(team, now)
    found = team_pages(client.application, filled.values)
    pages = {name: addresses for name, addresses in found.items() if name not in DRAWN}
    log_in(client, team.owner)
    with db.engine.connect() as connection:
        copier = Copier(connection)
    multiply(copier)
    few = {name: open_one(client, addresses) for name, addresses in pages.items()}

    multiply(copier)
    many = {name: open_one(client, [few[name][0]]) for name in pages if few[name][1]}

    grown = {
        address: Counter(statements) - Counter(few[name][1])
        for name, (address, statements) in many.items()
        if len(statements) > len(few[name][1])
    }
    assert grown == {}
    assert pages.keys() - many.keys() == NOT_OPENED


def open_one(client: FlaskClient, addresses: list[str]) -> tuple[str, list[str]]:
    """The first of the addresses that shows its page, with the statements that it took."""
    for address in addresses:
        with counted() as statements:
            answer = client.get(address)
        if answer.status_code == 200:
            return address, statements
    return addresses[0], []


def multiply(copier: Copier) -> None:
    """Let there be more of everything, under any release and test as well as under one."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        copy_all(copier, connection)
    # As the worker does within a minute.
    check_all_networks(clock.now())


def copy_all(copier: Copier, connection: Connection) -> None:
    copier.use(connection)
    copier.copy(WHOLE, TIMES)
    newest = connection.scalars(sa.select(Person.id).order_by(Person.id.desc())).all()
    for name in PARTS:
        copier.copy((name,), TIMES, by_others(name, newest[: copier.count("people", bool)]))
    copier.copy(("reviewers",), TIMES, by_link)
    set_counters(connection)


def by_others(name: str, people: Sequence[int]) -> Change:
    """Let copies be by people who come with them: whom a page knows it need not ask for again."""
    columns = Base.metadata.tables[name].columns
    named = [column.name for column in columns if column.references(Person.__table__.c.id)]

    def change(row: Row, number: int) -> None:
        row |= {column: people[number % len(people)] for column in named if row[column]}

    return change


def by_link(row: Row, number: int) -> None:
    """Let a reviewer be a guest: a member has one seat at a release."""
    row |= {"person_id": None, "link_name": f"Guest {number}", "token_hash": None}
