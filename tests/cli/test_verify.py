"""`wbtest verify` finds what does not agree, and recomputes what it can when asked to."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.audience.larder import Visitor, start_page
from tests.cli.conftest import Instance
from tests.conftest import HandClock
from tests.factories import make_approval, make_revision, make_running, make_team
from tests.publishing.tampering import words_changed
from wbtest.extensions import db, runtime
from wbtest.store import writing


@pytest.fixture
def larder(instance: Instance, now: HandClock) -> Instance:
    """An instance with a page that somebody saw."""
    with instance.opened(now) as app:
        start_page()
        visitor = Visitor(app)
        visitor.see(visitor.get())
        runtime(app).recorder.close()
    return instance


def change(instance: Instance, statement: str) -> None:
    with instance.opened(), db.engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_an_untouched_instance_agrees(larder: Instance) -> None:
    said = larder.run("verify")

    assert said.exit_code == 0, said.output
    assert [line.split()[-1] for line in said.output.splitlines()] == ["ok"] * 6


@pytest.mark.parametrize(
    ("statement", "difference"),
    [
        ("UPDATE revisions SET digest = 'x'", "revision 1 of release 1 was changed"),
        ("UPDATE approvals SET digest = 'x'", "the approval of revision 1 of release 1"),
        ("UPDATE hourly_counts SET served = served + 1", "served"),
        ("DELETE FROM hourly_counts", "served"),
    ],
)
def test_a_change_behind_our_back_is_named(
    larder: Instance, statement: str, difference: str
) -> None:
    change(larder, statement)

    said = larder.run("verify")

    assert said.exit_code == 1
    assert "differ" in said.output
    assert difference in said.output


# What all of them are called is in tests/results/test_tampered_results.py.
def test_a_change_of_what_was_approved_and_sealed_is_a_line(instance: Instance) -> None:
    with instance.opened():
        team = make_team()
        revision = make_revision(team.editor)
        make_approval(revision, team.approver)
        running = make_running(revision, team.editor, team.approver, variants=("Price",))
        with writing():
            words_changed(running)

    said = instance.run("verify")

    assert said.exit_code == 1
    assert "  experiment 1: the words of “Price” differ from the sealed ones" in said.output


def test_a_time_zone_that_there_is_none_is_a_line(larder: Instance) -> None:
    change(larder, "UPDATE experiments SET time_zone = 'Mars/Utopia'")

    said = larder.run("verify")

    assert said.exit_code == 1
    assert "  experiment 1: the time zone differs from the sealed one" in said.output


def test_a_rule_that_nothing_can_count_by_is_a_line(larder: Instance) -> None:
    change(larder, "UPDATE experiments SET sealed = '{', rule = '{}'")

    said = larder.run("verify")

    assert said.exit_code == 1
    assert "  experiment 1: its rule can’t be read" in said.output


def test_roll_ups_that_differ_are_recomputed_when_asked_for(larder: Instance) -> None:
    change(larder, "UPDATE hourly_counts SET served = served + 1")

    assert "wbtest verify --fix" in larder.run("verify").output
    said = larder.run("verify", "--fix")

    assert said.exit_code == 0, said.output
    assert "fixed       1 of the roll-ups differed" in said.output
    assert "served is 2, the events say 1" in said.output
    assert larder.run("verify").exit_code == 0


def test_what_cannot_be_counted_is_not_fixed(larder: Instance) -> None:
    change(larder, "UPDATE approvals SET digest = 'x'")

    said = larder.run("verify", "--fix")

    assert said.exit_code == 1
    assert "fixed" not in said.output
    assert "--fix" not in said.output


class TestOnSqlite:
    """What PostgreSQL does not let happen."""

    @pytest.fixture
    def empty_database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'instance' / 'wbtest.db'}"

    def test_a_row_without_the_row_it_names_is_found(self, larder: Instance) -> None:
        # Another program, which does not ask SQLite to keep references whole.
        with sqlite3.connect(larder.folder / "wbtest.db") as other:
            other.execute("UPDATE releases SET author_id = 99")
        other.close()

        said = larder.run("verify")

        assert said.exit_code == 1
        assert "releases, row 1, names no row of people" in said.output


def test_a_purged_experiment_is_named_apart(larder: Instance) -> None:
    change(larder, "UPDATE experiments SET purged_at = '2027-03-01 09:00:00.000000'")
    change(larder, "DELETE FROM visits")

    said = larder.run("verify")

    assert said.exit_code == 0, said.output
    assert "purged      1 experiment:" in said.output


def test_totals_of_a_purged_experiment_are_made_from_its_hours(larder: Instance) -> None:
    change(larder, "UPDATE experiments SET purged_at = '2027-03-01 09:00:00.000000'")
    change(larder, "DELETE FROM visits")
    change(larder, "UPDATE day_totals SET served = 7")

    said = larder.run("verify", "--fix")

    assert said.exit_code == 0, said.output
    assert "day_totals" in said.output
    assert "its hours say 1" in said.output
