"""What stands at the address of a test that is over: its outcome, or a waiting list."""

import re

import pytest

from tests.audience.larder import Visitor, mails, sightings, signups, visits, words_in
from tests.factories import log_in
from wbtest.audience.outcome_mail import tell_outcome
from wbtest.audience.recording.rollup import differences
from wbtest.audience.result_counts import people_of
from wbtest.audience.retention import purge
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.lifecycle import NotOver, choose_afterwards
from wbtest.results.exports import rows_by_variant, rows_left_out
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.results.network_checking import check_all_networks
from wbtest.results.segments import Filters
from wbtest.results.signup_list import kinds
from wbtest.results.visitor_checks import reason_name
from wbtest.store import Invalid, writing

OUTCOME = "We do not build <it>.\n\nThe fridge was never the problem."


@pytest.fixture
def form(mia):
    """What Mia saw while the test ran."""
    page = mia.get()
    mia.see(page)
    return page


@pytest.fixture
def over(larder, mia, form, now):
    """A page that two people saw, of whom one signed up; closed two hours ago."""
    now.turn(minutes=2)
    zoe = Visitor(mia.browser.application)
    page = zoe.get()
    zoe.see(page)
    now.turn(minutes=2)
    zoe.sign_up(page, "zoe@x.io")
    signups(mia.browser.application)
    lifecycle.end(larder.experiment, larder.approver)
    now.turn(hours=2)
    return larder


def open_list(larder, variant="photo"):
    return choose_afterwards(larder.experiment, larder.approver, "open", waiting_variant=variant)


def test_a_closed_page_tells_the_outcome_and_is_gone(over, mia):
    silent = mia.get()

    choose_afterwards(over.experiment, over.approver, "closed", outcome=OUTCOME)
    told = mia.get()

    assert (silent.status_code, told.status_code) == (410, 410)
    assert "We do not build &lt;it&gt;." in told.text
    assert "We do not build" not in silent.text
    assert [step.what for step in over.experiment.steps][-1] == "closed"


def test_a_closed_page_promises_an_email_until_everybody_has_it(over, mia):
    assert "you’ll hear from us" in words_in(mia.get())

    tell_outcome(over.experiment, over.approver, OUTCOME)

    assert "Sign-up is closed. Larder Ltd" in words_in(mia.get())


def test_a_closed_page_promises_nothing_once_the_emails_are_deleted(over, mia):
    purge(over.experiment)

    assert "Sign-up is closed. Larder Ltd" in words_in(mia.get())


def test_the_list_shows_one_page_to_all_and_says_what_becomes_of_an_address(app, over, mia):
    open_list(over)
    before = len(visits(app))

    pages = [mia.get(), Visitor(app).get(), mia.get(**{"Sec-GPC": "1"})]

    for page in pages:
        assert page.status_code == 200
        assert "<h1>Dinner from a photo" in page.text
        assert "Set-Cookie" not in page.headers
        assert "data-seen" not in page.text
    assert words_in(pages[1]).count("Join the waiting list. We’ll only email you") == 2
    assert re.search(r"until \d+ \w+ 2028 at the latest", words_in(pages[1]).replace("\xa0", " "))
    assert len(visits(app)) == before


def figures(larder, now):
    """Every figure that may not move, from page, CSV and JSON."""
    # As the worker does once a minute, so also before rows are purged.
    check_all_networks(now())
    found = results_of(larder.experiment, now())
    values = results_json(found)
    for variant in values["variants"]:
        variant["excluded"].pop("waiting", None)
    return values, list(rows_by_variant(larder.experiment, found, Filters())), found.everybody


def test_who_joins_the_list_never_enters_the_figures(app, over, mia, now):
    before = figures(over, now)
    open_list(over, "control")

    # Mia was seen a moment ago, within the window, and comes with her cookie.
    answer = mia.sign_up(mia.get(), "mia@x.io")
    stranger = Visitor(app)
    stranger.sign_up(stranger.get(), "noor@x.io")

    assert answer.status_code == 303
    joined = [row for row in signups(app) if row.email != "zoe@x.io"]
    assert {(row.excluded_because, row.visitor, row.variant) for row in joined} == {
        ("waiting", "", "control")
    }
    assert all("waiting list" in row.consent for row in joined)
    assert figures(over, now) == before
    assert len(sightings(app)) == 2


def test_who_confirms_for_the_list_is_promised_news_and_no_decision(app, over, mia):
    open_list(over, "control")
    mia.sign_up(mia.get(), "mia@x.io")
    [mail] = mails(app, "mia@x.io")
    path = f"/confirm/{mail.leave_url.rpartition('/')[2]}"

    mia.post(path, {})

    said = words_in(mia.get(path))
    assert "We’ll email you when there’s news about Larder." in said
    assert "decided" not in said


def test_who_was_in_the_test_joins_the_list_again_and_stays_on_it_after_the_purge(
    app, over, mia, now
):
    before = figures(over, now)
    open_list(over, "control")
    mia.sign_up(mia.get(), "ZOE@x.io")
    reasons = sorted(row.excluded_because for row in signups(app))
    letters = mails(app, "ZOE@x.io")

    purge(over.experiment)

    [row] = signups(app)
    assert reasons == ["", "waiting"]
    assert [mail.subject for mail in letters] == ["Confirm your email for Larder"]
    assert (row.email, row.excluded_because) == ("ZOE@x.io", "waiting")
    assert "waiting list" in row.consent
    assert figures(over, now) == before
    assert kinds(over.experiment)[reason_name("waiting")] == 1


def test_a_late_form_of_the_test_takes_nobody_off_the_list(app, over, mia, form):
    open_list(over)
    mia.sign_up(mia.get(), "mia@x.io")

    mia.sign_up(form, "mia@x.io")

    mine = {row.excluded_because for row in signups(app) if row.email == "mia@x.io"}
    assert mine == {"", "waiting"}
    assert differences(db.session.connection()) == []


def test_one_link_shows_and_erases_both(app, over, mia):
    open_list(over)
    mia.sign_up(mia.get(), "zoe@x.io")
    first, second = (mail.leave_url.rpartition("/")[2] for mail in mails(app, "zoe@x.io"))

    shown = words_in(mia.get(f"/mine/{first}"))
    mia.post(f"/leave/{second}", {})

    assert first != second
    assert "Join the waiting list." in shown
    assert [row.email for row in signups(app)] == ["", ""]


def test_the_list_stands_apart_alike_everywhere(app, over, mia, now):
    open_list(over, "control")
    mia.sign_up(mia.get(), "mia@x.io")
    signups(app)
    found = results_of(over.experiment, now())
    log_in(mia.browser, over.approver)

    page = mia.get(f"/experiments/{over.experiment.id}/results/visitors")

    assert people_of(over.experiment).left_out_signups["control"]["waiting"] == 1
    assert results_json(found)["variants"][0]["excluded"]["waiting"] == 1
    assert ("waiting", "control", 0, 1) in list(rows_left_out(over.experiment, found, Filters()))
    assert "People on the waiting list, after the end" in page.text
    assert next(check for check in found.trust if check.check == "excluded").value == "0"


def test_a_form_from_before_the_end_still_counts_beside_the_list(app, over, mia, form):
    open_list(over)

    mia.sign_up(form, "mia@x.io")

    [row] = [row for row in signups(app) if row.email == "mia@x.io"]
    assert (row.excluded_because, row.is_converted) == ("", True)
    assert "waiting list" not in row.consent


def test_a_list_that_was_closed_takes_nobody(app, over, mia):
    open_list(over)
    page = mia.get()
    choose_afterwards(over.experiment, over.approver, "closed")

    assert mia.sign_up(page, "mia@x.io").status_code == 410
    assert "mia@x.io" not in {row.email for row in signups(app)}


def test_what_the_list_cannot_take_comes_back_as_typed(over, mia):
    open_list(over)

    answer = mia.sign_up(mia.get(), "no address")

    assert answer.status_code == 422
    assert 'value="no address"' in answer.text
    assert "Join the waiting list." in answer.text


def test_only_what_is_over_and_can_still_be_signed_is_opened(over, larder):
    with pytest.raises(Invalid, match="Choose the page"):
        open_list(over, "nobody")
    with writing():
        over.experiment.identity_key = None
    with pytest.raises(Invalid, match="is deleted"):
        open_list(over)


def test_a_test_that_runs_has_nothing_to_choose(larder):
    with pytest.raises(NotOver):
        open_list(larder)
