"""Taking a list back: exactly those whom it added, and to whom nothing happened since."""

import pytest
import sqlalchemy as sa

from tests.audience.larder import Larder, signups
from tests.audience.lists import AGREED, FIVE, bring_in, newest
from wbtest.audience.leaving import purging
from wbtest.audience.leaving.links import sign_up_token
from wbtest.audience.lists import bringing, taking_back
from wbtest.audience.lists.bringing import carry_on
from wbtest.audience.lists.choosing import lists_of, people_of, read_table, said_of
from wbtest.audience.models import Signup
from wbtest.audience.recording.rollup import differences
from wbtest.extensions import db
from wbtest.publishing.running import life
from wbtest.publishing.running.life import AlreadyDone
from wbtest.store import writing


class TestTakingBack:
    """Exactly those whom the list added, and to whom nothing happened since."""

    def take(self, larder: Larder) -> None:
        brought = newest(larder.experiment)
        taking_back.take_back(larder.experiment, brought, larder.approver)

    def test_whoever_left_was_told_or_signed_up_since_stays(self, app, larder, mia):
        mia.sign_up(mia.get(), "a@x.io")
        signups(app)
        bring_in(larder.experiment, f"{FIVE}f@x.io\n", AGREED)
        mia.sign_up(mia.get(), "b@x.io")
        signups(app)
        with writing() as session:
            session.execute(sa.update(Signup).values(told_us=1).where(Signup.email == "c@x.io"))
        mia.post(leave_url_of(larder, "d@x.io"), {})

        self.take(larder)

        found = newest(larder.experiment)
        assert (found.state, found.removed) == ("gone", 2)
        assert taking_back.count_stayed(found) == (1, 1, 1)
        assert {row.email for row in signups(app)} == {"a@x.io", "b@x.io", "c@x.io", ""}
        assert differences(db.session.connection()) == []

    def test_the_second_click_says_that_it_is_done(self, larder):
        bring_in(larder.experiment, FIVE)
        self.take(larder)

        with pytest.raises(AlreadyDone, match="taken back already"):
            self.take(larder)

    def test_a_purge_ends_what_was_begun(self, larder, now, monkeypatch):
        monkeypatch.setattr(taking_back, "AT_ONCE", 2)
        bring_in(larder.experiment, FIVE)
        self.take(larder)
        brought = newest(larder.experiment)
        life.end(larder.experiment, larder.approver)
        now.turn(days=800)
        purging.purge_due(now())

        taking_back.remove_all(larder.experiment, brought)

        assert lists_of(larder.experiment) == []

    def test_a_long_list_that_is_still_coming_goes_whole(self, app, larder, now, monkeypatch):
        for module in (bringing, taking_back):
            monkeypatch.setattr(module, "AT_ONCE", 2)
        bring_in(larder.experiment, FIVE)
        brought = newest(larder.experiment)
        table = read_table(brought)
        entries = said_of(larder.experiment, brought, table, people_of(brought, table))
        for _ in range(2):
            bringing._add_some(larder.experiment, brought, entries)
        assert len(signups(app)) == 4

        self.take(larder)
        carry_on(now())

        assert (signups(app), newest(larder.experiment).removed) == ([], 4)
        assert differences(db.session.connection()) == []


def leave_url_of(larder: Larder, email: str) -> str:
    """The way out of somebody who got no mail yet."""
    return f"/leave/{sign_up_token(larder.experiment.identity_key, email)}"
