"""A long list comes in by groups: whole, whatever breaks or happens in between."""

import pytest
import sqlalchemy as sa

from tests.audience.larder import Larder, signups
from tests.audience.lists import FIVE, bring_in, newest
from wbtest.audience.leaving import erasures, purging
from wbtest.audience.lists import bringing
from wbtest.audience.lists.bringing import carry_on
from wbtest.audience.lists.choosing import lists_of, people_of, read_table, said_of
from wbtest.audience.recording.rollup import differences
from wbtest.delivery.each import SomeFailed
from wbtest.extensions import db
from wbtest.publishing.running import life
from wbtest.store import Invalid


def test_a_long_list_is_taken_up_where_it_broke(app, larder: Larder, now, monkeypatch):
    monkeypatch.setattr(bringing, "AT_ONCE", 2)
    bring_in(larder.experiment, FIVE)
    groups: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        groups.extend([statement] if statement.startswith("UPDATE brought_lists") else [])

    def break_in_the_second(_connection) -> None:
        if len(groups) == 2:
            raise OSError("the power is gone")

    sa.event.listen(db.engine, "before_cursor_execute", note)
    sa.event.listen(db.engine, "commit", break_in_the_second)
    with pytest.raises(SomeFailed, match="power"):
        carry_on(now())
    sa.event.remove(db.engine, "before_cursor_execute", note)
    sa.event.remove(db.engine, "commit", break_in_the_second)
    assert (len(signups(app)), newest(larder.experiment).looked_at) == (2, 2)

    carry_on(now())

    assert (len(signups(app)), newest(larder.experiment).state) == (5, "done")
    assert newest(larder.experiment).added == 5
    assert differences(db.session.connection()) == []


def test_a_purge_ends_a_long_list_that_is_coming_in(app, larder: Larder, now, monkeypatch):
    monkeypatch.setattr(bringing, "AT_ONCE", 2)
    bring_in(larder.experiment, FIVE)
    brought = newest(larder.experiment)
    table = read_table(brought)
    entries = said_of(larder.experiment, brought, table, people_of(brought, table))
    life.end(larder.experiment, larder.approver)
    now.turn(days=800)
    purging.purge_due(now())

    assert not bringing._add_some(larder.experiment, brought, entries)
    del brought
    # The list that the worker would take up next.
    bringing._carry_on((larder.experiment.id, 1))

    assert (signups(app), lists_of(larder.experiment)) == ([], [])


def test_whoever_is_erased_while_their_list_is_coming_stays_out(
    app, larder: Larder, now, monkeypatch
):
    monkeypatch.setattr(bringing, "AT_ONCE", 2)
    bring_in(larder.experiment, FIVE)

    erasures.erase_for(larder.experiment, larder.approver, "D@x.io")
    with pytest.raises(Invalid, match="Nobody here"):
        erasures.erase_for(larder.experiment, larder.approver, "typo@x.io")
    carry_on(now())

    assert sorted(row.email for row in signups(app)) == ["a@x.io", "b@x.io", "c@x.io", "e@x.io"]
    assert newest(larder.experiment).left_before == 1
    with pytest.raises(Invalid, match="Nobody here"):
        erasures.erase_for(larder.experiment, larder.approver, "d@x.io")
