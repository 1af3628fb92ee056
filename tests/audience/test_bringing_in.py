"""People from a list: in as was said before, apart from all figures, written to if they agreed."""

import csv
import io
import json

import pytest
import sqlalchemy as sa

from tests.audience.larder import Larder, Visitor, mails, signups, start_page, words_in
from tests.audience.lists import AGREED, FIVE, Brought, bring_in, newest, somebody
from tests.audience.test_closing import recipients, tell
from tests.audience.test_mine import stored
from tests.audience.test_steps import CALL
from wbtest.audience.leaving import erasures, purging
from wbtest.audience.leaving.closing import count_hearers, write_letters
from wbtest.audience.lists import bringing
from wbtest.audience.lists.bringing import carry_on, look_ahead
from wbtest.audience.lists.choosing import (
    kept_of,
    questions_of,
    read_table,
    upload,
)
from wbtest.audience.recording.rollup import differences
from wbtest.downloads import as_csv
from wbtest.extensions import db
from wbtest.publishing.running import life
from wbtest.publishing.running.life import AlreadyDone
from wbtest.results.figures import results_of, sealed_rule
from wbtest.results.figures_json import results_json
from wbtest.results.signup_files import mailing_rows, signup_rows
from wbtest.results.signup_list import signups as listed
from wbtest.store import Invalid


def leave_url(app, email: str) -> str:
    return mails(app, email)[-1].leave_url.removeprefix("http://localhost")


def test_what_is_said_before_is_what_happens(app, larder: Larder, mia: Visitor):
    page = mia.get()
    for email in ("here@x.io", "gone@x.io"):
        mia.sign_up(page, email)
    mia.post(leave_url(app, "gone@x.io"), {})
    text = "email\nada@x.io\nHERE@x.io\nno\ngone@x.io\nada@x.io\n"
    person = somebody(larder.experiment)
    brought = upload(larder.experiment, person, "people.csv", text.encode())

    ahead = look_ahead(larder.experiment, brought, read_table(brought))
    is_before = {row.email for row in signups(app)}
    bringing.bring_in(larder.experiment, brought, person)

    assert ahead == (1, 1, 1, [4], 1)
    assert is_before == {"", "here@x.io"}
    found = newest(larder.experiment)
    assert (found.added, found.known, found.left_before) == (1, 1, 1)
    assert (found.wrong, found.repeated, found.content) == (1, 1, None)


def test_the_second_of_two_clicks_brings_nobody_in(larder: Larder):
    bring_in(larder.experiment, FIVE)
    brought = newest(larder.experiment)

    with pytest.raises(AlreadyDone, match="brought in before"):
        bringing.bring_in(larder.experiment, brought, somebody(larder.experiment))

    assert newest(larder.experiment).added == 5


def test_what_somebody_else_chose_meanwhile_is_not_brought_in(app, larder: Larder):
    person = somebody(larder.experiment)
    brought = upload(larder.experiment, person, "people.csv", b"email,name\nada@x.io,Ada\n")
    assert brought.columns[1] == ["name", "name"]
    with db.engine.begin() as other:
        table = sa.table("brought_lists", sa.column("columns", sa.JSON))
        other.execute(sa.update(table).values(columns=[["email", "email"], ["name", ""]]))

    with pytest.raises(Invalid, match="meanwhile"):
        bringing.bring_in(larder.experiment, brought, person)

    assert signups(app) == []


def test_no_figure_of_the_test_knows_them(app, larder: Larder, mia: Visitor, now):
    page = mia.get()
    mia.see(page)
    mia.sign_up(page, "mia@x.io")
    signups(app)

    def figures():
        found = results_json(results_of(larder.experiment, now()))
        apart = [variant.pop("excluded") for variant in found["variants"]]
        return found | {"trust": []}, sum(row.get("imported", 0) for row in apart)

    before, _ = figures()
    bring_in(larder.experiment, FIVE, AGREED)

    assert figures() == (before, 5)
    assert differences(db.session.connection()) == []


def test_whoever_agreed_hears_the_decision_and_nobody_else_of_a_list(app, larder: Larder, now):
    bring_in(larder.experiment, "ada@x.io")
    bring_in(larder.experiment, "bea@x.io", AGREED)
    life.end(larder.experiment, larder.approver)
    before = count_hearers(larder.experiment)
    tell(larder)

    write_letters(now())

    assert before == (0, 1, 0, 1)
    assert recipients() == ["bea@x.io"]
    [mail] = mails(app, "bea@x.io")
    assert "our list of people who agreed to hear about Larder" in mail.body
    assert "left an address" not in mail.body


def test_they_see_what_is_kept_and_leave_by_the_link_in_that_mail(app, larder: Larder, mia, now):
    bring_in(larder.experiment, "email,source\nbea@x.io,zqfair\n", AGREED)
    life.end(larder.experiment, larder.approver)
    tell(larder)
    write_letters(now())
    url = leave_url(app, "bea@x.io")

    shown = words_in(mia.get(url.replace("/leave/", "/mine/")))
    data = json.loads(mia.get(f"{url.replace('/leave/', '/mine/')}/data.json").data)
    mia.post(url, {})

    assert "zqfair" in shown
    assert AGREED in shown
    assert data["brought_in"]["list_says"] == {"source": "zqfair"}
    assert data["brought_in"]["agreement"] == AGREED
    assert "zqfair" not in stored()
    assert bring_in(larder.experiment, "bea@x.io", AGREED) == Brought(0, 0, 1, 0)


def test_nobody_of_a_list_is_erased_for_not_confirming(app, larder: Larder, now):
    bring_in(larder.experiment, "bea@x.io", AGREED)
    now.turn(days=31)

    erasures.erase_unconfirmed(now())

    assert [row.email for row in signups(app)] == ["bea@x.io"]


def test_a_file_with_which_nobody_goes_on_is_kept_for_a_day(larder: Larder, now):
    upload(larder.experiment, larder.editor, "zqlist.csv", FIVE.encode())
    now.turn(hours=23)
    carry_on(now())
    assert "zqlist.csv" in stored()

    now.turn(hours=2)
    carry_on(now())

    assert "zqlist.csv" not in stored()


def test_a_purge_deletes_the_lists_with_the_people(app, larder: Larder, now):
    bring_in(larder.experiment, "email,source\nbea@x.io,zqfair\n", "zqagreed")
    life.end(larder.experiment, larder.approver)
    now.turn(days=800)

    purging.purge_due(now())

    assert not any(trace in stored() for trace in ("bea@x.io", "zqfair", "zqagreed", "people.csv"))


class TestTheWayRound:
    """Our own file, brought into another test, and that one's file."""

    ROWS = (
        'email,name,at,source,consent,agreed,Who cooks?,score\r\nada@x.io,"\'=1+1",2 May 2025,'
        'fair,"Yes, ""write"" to me",3 May,\'-2,"a\nb"\r\nbea@x.io,\'\'t Hooft,,,,,,\r\n'
    )

    def file_of(self, experiment) -> str:
        found = listed(experiment, sealed_rule(experiment))
        return "".join(as_csv(signup_rows(found, questions_of(experiment), kept_of(experiment))))

    def test_nothing_is_lost(self, app):  # noqa: ARG002 - the pages need it
        first, second = (
            start_page(slug=slug, options=CALL).experiment for slug in ("larder", "pantry")
        )
        bring_in(first, self.ROWS)
        text = self.file_of(first)
        bring_in(second, text)

        before, after = (
            [*csv.DictReader(io.StringIO(each, newline=""))]
            for each in (text, self.file_of(second))
        )
        assert after[0]["name"] == "'=1+1"
        for old, new in zip(before, after, strict=True):
            for name in ("email", "name", "at", "source", "consent", "consented_at", "Who cooks?"):
                assert new[name] == old[name]
            for name in ("variant", "device", "counts", "notes", "page_version", "brought_in_at"):
                assert new[f"list: {name}"] == old[name]


def test_the_file_for_mailing_tools_holds_whoever_agreed(app, larder: Larder, mia: Visitor):
    page = mia.get()
    for email in ("yes@x.io", "pending@x.io"):
        mia.sign_up(page, email)
    mia.post(leave_url(app, "yes@x.io").replace("/leave/", "/confirm/"), {})
    bring_in(larder.experiment, "ada@x.io")
    bring_in(larder.experiment, "bea@x.io", AGREED)

    rows = [*mailing_rows(listed(larder.experiment, sealed_rule(larder.experiment)), "larder")]

    assert rows[0][:3] == ("email", "name", "tags")
    tags = {row[0]: row[2].split(",") for row in rows[1:]}
    assert tags.keys() == {"yes@x.io", "bea@x.io"}
    assert tags["bea@x.io"] == ["larder", "imported"]
