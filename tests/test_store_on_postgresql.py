"""What PostgreSQL must be, and what it may do, for our transactions to hold."""

import os
import socket
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from wbtest import create_app, store
from wbtest.config import Settings
from wbtest.extensions import db

pytestmark = pytest.mark.postgresql


def test_a_database_that_cannot_hold_every_name_is_refused(
    app: Flask, settings: Settings, now: HandClock
) -> None:
    """As one is that was made where no language is set."""
    name = f"{db.engine.url.database}_ascii"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        encoded = "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        connection.exec_driver_sql(f'CREATE DATABASE "{name}" {encoded}')
        url = db.engine.url.set(database=name).render_as_string(hide_password=False)
        with create_app(replace(settings, database_url=url), now).app_context():
            with pytest.raises(store.StoreBroken, match="--encoding=UTF8"):
                store.check_rules(db.engine)
            db.engine.dispose()
        connection.exec_driver_sql(f'DROP DATABASE "{name}"')


def test_a_connection_that_broke_meanwhile_spoils_no_answer(app: Flask) -> None:
    end = sa.text("SELECT pg_terminate_backend(:pid)")
    pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
    with db.engine.connect() as another:
        another.execute(end, {"pid": pid})

    store.let_go()

    assert db.session.scalar(sa.text("SELECT 1")) == 1


def test_after_the_database_went_away_one_page_fails_and_all_others_are_there(
    client: Browser, team: Team
) -> None:
    log_in(client, team.editor)
    # As many connections wait for requests as a few threads have used.
    used = [db.engine.connect() for _ in range(3)]
    for connection in used:
        connection.close()
    others = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with sa.create_engine(db.engine.url, poolclass=sa.NullPool).connect() as another:
        another.execute(sa.text(others))

    answers = [client.get("/ideas").status_code for _ in range(5)]

    assert answers == [503, 200, 200, 200, 200]


def test_while_the_database_takes_no_writes_senders_of_a_form_are_told_to_come_back(
    client: Browser, team: Team
) -> None:
    """As one does that has become a replica meanwhile."""
    log_in(client, team.owner)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()

    answer = client.send("/logout")

    assert answer.status_code == 503
    assert "cannot store anything right now" in answer.get_data(as_text=True)


def test_where_another_database_has_its_name_a_page_is_refused_and_not_broken(
    client: Browser, team: Team
) -> None:
    log_in(client, team.editor)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE releases RENAME TO releases_elsewhere")

    answer = client.get("/ideas").status_code

    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE releases_elsewhere RENAME TO releases")
    assert answer == 503


def test_a_machine_that_says_nothing_more_is_given_up_soon(app: Flask) -> None:
    """Of one whose power is gone no end of the connection comes: the system must ask for it."""
    assert options_of_a_connection() == {
        "SO_KEEPALIVE": 1,
        "TCP_KEEPIDLE": 10,
        "TCP_KEEPINTVL": 5,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": 25_000,
    }


def test_an_address_may_say_how_long_to_wait(settings: Settings, now: HandClock) -> None:
    url = sa.make_url(settings.database_url).update_query_dict({"tcp_user_timeout": "60000"})
    patient = replace(settings, database_url=url.render_as_string(hide_password=False))

    with create_app(patient, now).app_context():
        assert options_of_a_connection()["TCP_USER_TIMEOUT"] == 60_000
        db.engine.dispose()


def options_of_a_connection() -> dict[str, int]:
    """What the system keeps of a connection of the app."""
    names = ("SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        with socket.socket(fileno=os.dup(driver.fileno())) as ours:
            if ours.family == socket.AF_UNIX:
                pytest.skip("whoever is on this machine is never silent")
            levels = {"SO": socket.SOL_SOCKET, "TCP": socket.IPPROTO_TCP}
            return {
                name: ours.getsockopt(levels[name.partition("_")[0]], getattr(socket, name))
                for name in names
            }
