"""One address for all tests of an idea: what stands there, and which test a form belongs to."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.audience.larder import (
    Visitor,
    mails,
    sightings,
    signups,
    start_next,
    token_in,
    visits,
    words_in,
)
from tests.factories import log_in, make_checked, make_person
from wbtest.audience.erasure import erase_for
from wbtest.audience.outcome_mail import queue_outcome_mails, tell_outcome
from wbtest.audience.retention import purge
from wbtest.extensions import runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.lifecycle import Replaced, choose_afterwards
from wbtest.publishing.page_options import FollowUpQuestion, Options
from wbtest.publishing.page_settings import change_options
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.store import writing
from wbtest.team.settings import announce_change, find_open_pages


def test_the_address_shows_the_test_that_runs(app, larder):
    start_next(larder)

    page = Visitor(app).get("/p/Larder")

    assert page.status_code == 200
    assert [row.experiment_id for row in visits(app)] == [2]


def test_a_draft_never_shows(app, larder):
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)

    before = Visitor(app).get()
    make_checked(draft, larder.editor)

    assert before.status_code == Visitor(app).get().status_code == 410


def test_a_paused_test_is_not_covered_by_the_one_before(app, larder):
    choose_afterwards(
        lifecycle.end(larder.experiment, larder.approver),
        larder.approver,
        "open",
        waiting_variant="photo",
    )
    lifecycle.pause(start_next(larder), larder.approver)

    assert Visitor(app).get().status_code == 503


def test_between_two_tests_stands_what_was_chosen_for_the_newest(app, larder):
    lifecycle.end(larder.experiment, larder.approver)
    choose_afterwards(larder.experiment, larder.approver, "closed", outcome="We asked too little.")
    lifecycle.end(start_next(larder), larder.approver)
    closed = Visitor(app).get()

    newest = clone_experiment(larder.experiment, larder.editor)
    lifecycle.end(
        lifecycle.start(make_checked(newest, larder.editor), larder.approver), larder.approver
    )
    choose_afterwards(newest, larder.approver, "open", waiting_variant="photo")

    assert closed.status_code == 410
    assert "We asked too little." not in words_in(closed)
    assert "Dinner from a photo" in words_in(Visitor(app).get())


def changed_by_hand(experiment):
    with writing():
        experiment.variants[0].name = "Never sealed"
        announce_change()


def test_no_earlier_test_takes_the_place_of_one_that_was_changed_by_hand(app, larder):
    lifecycle.end(larder.experiment, larder.approver)
    choose_afterwards(larder.experiment, larder.approver, "open", waiting_variant="photo")
    list_page = Visitor(app).get()
    changed_by_hand(start_next(larder))
    visitor = Visitor(app)

    shown, sent = visitor.get(), visitor.sign_up(list_page, "zoe@example.com")

    assert (shown.status_code, sent.status_code, signups(app)) == (503, 503, [])
    assert visitor.get("/p/larder/privacy?test=1").status_code == 503


def test_who_was_in_a_test_that_was_changed_by_hand_is_known_and_can_leave(app, larder, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    mia.sign_up(page, "mia@example.com")
    [mail] = mails(app, "mia@example.com")
    token = mail.leave_url.rpartition("/")[2]
    start_next(larder)
    changed_by_hand(larder.experiment)

    assert mia.get(f"/mine/{token}").status_code == 200
    assert mia.get(f"/leave/{token}").status_code == 200
    assert mia.get("/p/larder/privacy?test=1").status_code == 503
    mia.get()
    assert [row.excluded_because for row in visits(app)] == ["", "returning"]
    mia.post("/p/larder/object", {})
    assert visits(app) == []


def test_the_start_of_the_next_test_settles_what_stands_after_the_one_before(larder):
    earlier = lifecycle.end(larder.experiment, larder.approver)

    start_next(larder)

    assert (earlier.afterwards, earlier.steps[-1].what) == ("closed", "closed")


def test_a_list_of_an_earlier_test_is_open_to_nobody(larder):
    choose_afterwards(
        lifecycle.end(larder.experiment, larder.approver),
        larder.approver,
        "open",
        waiting_variant="photo",
    )
    assert find_open_pages() == ["larder"]

    lifecycle.end(start_next(larder), larder.approver)

    assert find_open_pages() == []


def test_what_stands_there_is_no_choice_of_an_earlier_test(app, larder):
    earlier = lifecycle.end(larder.experiment, larder.approver)
    start_next(larder)
    owner = app.test_client()
    log_in(owner, make_person("owner@example.com", "owner"))

    with pytest.raises(Replaced, match="/p/larder now shows test 2"):
        choose_afterwards(earlier, larder.approver, "open", waiting_variant="photo")
    assert owner.send(f"/experiments/{earlier.id}/after", {}).status_code == 409


def test_the_page_of_an_earlier_test_leads_to_the_one_that_its_address_shows(app, larder):
    earlier = lifecycle.end(larder.experiment, larder.approver)
    newer = start_next(larder)
    owner = app.test_client()
    log_in(owner, make_person("owner@example.com", "owner"))

    shown = owner.get(f"/experiments/{earlier.id}").text

    assert f'The page now shows <a href="/experiments/{newer.id}">test 2</a>.' in shown
    assert f"/experiments/{earlier.id}/after" not in shown


def test_a_form_from_before_counts_for_its_own_test(app, larder, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    start_next(larder)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 303
    [signup] = signups(app)
    assert (signup.experiment_id, signup.is_converted) == (1, True)


def test_a_form_from_before_that_is_too_old_shows_the_test_that_runs(app, larder, mia, now):
    page = mia.get()
    start_next(larder)
    now.turn(hours=25)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.status_code == 422
    assert signups(app) == []
    assert token_in(answer).startswith("2:")
    assert 'value="mia@x.io"' in answer.text


def test_a_beacon_from_before_counts_for_no_test(app, larder, mia):
    page = mia.get()
    start_next(larder)
    mia.get()

    mia.see(page)

    assert sightings(app) == []


def test_a_form_of_the_list_before_joins_that_list(app, larder):
    lifecycle.end(larder.experiment, larder.approver)
    choose_afterwards(larder.experiment, larder.approver, "open", waiting_variant="photo")
    visitor = Visitor(app)
    page = visitor.get()
    start_next(larder)

    visitor.sign_up(page, "mia@x.io")

    [signup] = signups(app)
    assert (signup.experiment_id, signup.excluded_because) == (1, "waiting")


def test_links_in_mails_of_an_older_test_go_on_working(app, larder, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    mia.sign_up(page, "mia@x.io")
    [mail] = mails(app, "mia@x.io")
    token = mail.leave_url.rpartition("/")[2]
    start_next(larder)

    confirmed = mia.post(f"/confirm/{token}", {})
    mine = mia.get(f"/mine/{token}")
    [signup] = signups(app)
    assert (confirmed.status_code, mine.status_code) == (303, 200)
    assert signup.confirmed_us is not None
    assert 'href="/p/larder/privacy?test=1"' in mine.text
    mia.post(f"/leave/{token}", {})
    assert [row.email for row in signups(app)] == [""]


def test_the_steps_after_a_late_sign_up_are_those_of_its_test(app, mia, larder, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    change_options(draft, larder.editor, Options(questions=(FollowUpQuestion("Where?"),)))
    lifecycle.start(make_checked(draft, larder.approver), larder.approver)

    answer = mia.sign_up(page, "mia@x.io")

    assert answer.location == "/p/larder/thanks?test=1"
    assert "Where?" not in words_in(mia.get(answer.location))


def test_answers_go_to_the_sign_up_of_their_test(app, larder, now):
    lifecycle.end(larder.experiment, larder.approver)
    draft = clone_experiment(larder.experiment, larder.editor)
    change_options(draft, larder.editor, Options(questions=(FollowUpQuestion("Where?"),)))
    second = lifecycle.start(make_checked(draft, larder.approver), larder.approver)
    visitor = Visitor(app)
    page = visitor.get()
    now.turn(minutes=2)
    onward = visitor.sign_up(page, "mia@x.io").location
    fields = dict(parse_qsl(urlsplit(onward).query))
    lifecycle.end(second, larder.approver)
    start_next(larder)

    visitor.post("/p/larder/answers", fields | {"answer-0": "Here"})

    assert [row.answers for row in signups(app)] == ['{"Where?": "Here"}']


def test_who_objected_on_an_older_test_is_not_counted_on_a_newer_one(app, larder, mia):
    mia.get()
    mia.post("/p/larder/object", {})
    start_next(larder)

    page = mia.get()

    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert visits(app) == []


def test_an_objection_forgets_the_visits_of_every_test(app, larder, mia):
    mia.get()
    start_next(larder)
    mia.get()
    assert len(visits(app)) == 2

    mia.post("/p/larder/object", {})

    assert visits(app) == []


def test_a_purged_test_leaves_the_newer_one_alone(app, larder, mia, now):
    mia.see(mia.get())
    second = start_next(larder)
    now.turn(days=1)
    Visitor(app).get()
    runtime(app).recorder.flush()
    purge(larder.experiment)

    assert [row.experiment_id for row in visits(app)] == [second.id]
    assert Visitor(app).get().status_code == 200


def signed_up_twice(app, larder, mia, now):
    """Mia leaves her address in two tests; return the token of her first mail and the new test."""
    mia.see(page := mia.get())
    now.turn(minutes=2)
    mia.sign_up(page, "mia@x.io")
    second = start_next(larder)
    mia.see(page := mia.get())
    now.turn(minutes=2)
    mia.sign_up(page, "mia@x.io")
    return mails(app, "mia@x.io")[0].leave_url.rpartition("/")[2], second


def test_who_leaves_by_the_link_of_one_test_leaves_every_test_of_the_idea(app, larder, mia, now):
    token, second = signed_up_twice(app, larder, mia, now)
    mia.post(mails(app, "mia@x.io")[1].leave_url.replace("/leave/", "/confirm/"), {})

    mia.post(f"/leave/{token}", {})

    lifecycle.end(second, larder.approver)
    tell_outcome(second, larder.approver, "We decided to build Larder. Thank you.")
    queue_outcome_mails(now())
    assert [row.email for row in signups(app)] == ["", ""]
    assert [mail for mail in mails(app, "mia@x.io") if mail.state == "waiting"] == []


def test_an_owner_erases_an_address_from_every_test_of_the_idea(app, larder, mia, now):
    _, second = signed_up_twice(app, larder, mia, now)

    erase_for(second, make_person("owner@larder.example", "owner"), "mia@x.io")

    assert [row.email for row in signups(app)] == ["", ""]


def test_somebody_else_stays_when_one_leaves(app, larder, mia, now):
    token, _ = signed_up_twice(app, larder, mia, now)
    ada = Visitor(app)
    ada.sign_up(ada.get(), "ada@x.io")

    mia.post(f"/leave/{token}", {})

    assert sorted(row.email for row in signups(app)) == ["", "", "ada@x.io"]


def test_the_record_of_one_test_holds_what_was_left_in_the_others(app, larder, mia, now):
    token, _ = signed_up_twice(app, larder, mia, now)

    record = mia.get(f"/mine/{token}/data.json").json
    page = mia.get(f"/mine/{token}")

    [other] = record["also"]
    assert other["signed_up_at"] == "2027-03-01T09:04:00+00:00"
    assert other["seen_at"] == "2027-03-01T09:02:00+00:00"
    assert other["source"] == record["source"]
    assert "2027-03-01 09:04 UTC" in words_in(page)
