"""What visitors do on the page: told by one beacon, kept once, and only of who counts."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audience.larder import (
    PHONE,
    Larder,
    Visitor,
    mails,
    signups,
    start_page,
    token_in,
)
from tests.audience.recording import Page
from tests.factories import log_in
from wbtest.audience.models import Engagement, EngagementCount
from wbtest.audience.recording import rollup
from wbtest.audience.recording.events import ITEMS, Did, read_acts
from wbtest.audience.result_counts import NO_SHARE, Share, acts_by_variant, faq_opened
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.store import writing


def acts(app) -> set[tuple[str, str]]:
    runtime(app).recorder.flush()
    db.session.rollback()
    return {(row.kind, row.item) for row in db.session.scalars(db.select(Engagement))}


def counts() -> dict[tuple[str, str], int]:
    db.session.rollback()
    rows = db.session.scalars(db.select(EngagementCount))
    return {(row.kind, row.item): row.count for row in rows if row.count}


def tell(mia: Visitor, page, *lines: str, **headers: str) -> int:
    return mia.post("/p/larder/did", "\n".join([token_in(page), *lines]), **headers).status_code


def seen(mia: Visitor):
    page = mia.get()
    mia.see(page)
    return page


@given(st.text(max_size=60))
@settings(max_examples=60)
def test_whatever_is_sent_only_what_is_in_the_list_is_read(text):
    assert all(item in ITEMS[kind] for kind, item in read_acts(text))


def test_no_beacon_is_read_beyond_what_a_page_can_tell():
    everything = [f"{kind} {item}" for kind, items in ITEMS.items() for item in items]

    assert len(read_acts("\n".join(everything))) == len(everything)
    assert read_acts("x" * 1_000 + "\nfaq 1") == ()


def test_what_a_visitor_did_is_kept_once(app, mia):
    page = seen(mia)
    for _ in range(2):
        assert tell(mia, page, "faq 1", "depth 25", "faq 1", "pay 1") == 204

    assert acts(app) == {("faq", "1"), ("depth", "25")}
    assert counts() == {("faq", "1"): 1, ("depth", "25"): 1}
    assert rollup.differences(db.session, 1) == []


def test_who_was_not_seen_is_not_told_of(app, mia):
    tell(mia, mia.get(), "faq 1")

    assert acts(app) == set()


def test_nobody_is_told_of_who_may_not_be_counted(app, larder: Larder, mia: Visitor):
    page = seen(mia)
    tell(mia, page, "faq 1", **{"Sec-GPC": "1"})
    tell(mia, page, "faq 1", **{"User-Agent": "curl/8"})
    assert tell(mia, page, "faq 1", **{"Sec-Fetch-Site": "cross-site"}) == 403
    tell(Visitor(app), page, "faq 1")
    mia.post("/p/larder/did", "forged\nfaq 1")
    log_in(mia.browser, larder.editor)
    tell(mia, page, "faq 1")
    mia.browser.delete_cookie("wb-session")
    lifecycle.pause(larder.experiment, larder.approver)
    tell(mia, page, "faq 1")

    assert acts(app) == set()


def test_who_objects_takes_it_along(app, mia):
    page = seen(mia)
    tell(mia, page, "faq 1")
    assert acts(app) != set()

    mia.post("/p/larder/object", {})

    assert (acts(app), counts()) == (set(), {})
    assert rollup.differences(db.session, 1) == []


def test_who_is_erased_takes_it_along(app, mia, now):
    page = seen(mia)
    tell(mia, page, "faq 1")
    now.turn(minutes=1)
    mia.sign_up(page, "mia@x.io")
    [mail] = mails(app, "mia@x.io")

    mia.post(f"/leave/{mail.leave_url.rpartition('/')[2]}", {})

    assert (acts(app), counts(), len(signups(app))) == (set(), {}, 1)
    assert rollup.differences(db.session, 1) == []


def test_a_visitor_taken_for_a_machine_takes_it_along(app, mia, now):
    page = seen(mia)
    tell(mia, page, "faq 1")
    now.turn(minutes=1)

    mia.sign_up(page, "mia@x.io", website="https://spam.example")

    assert (acts(app), counts()) == (set(), {})
    assert rollup.differences(db.session, 1) == []


def test_a_count_that_is_wrong_is_found_and_fixed(page: Page):
    page.see("mia")
    page.recorder.put(Did(**page.arrival("mia", 1, {}), acts=(("faq", "0"), ("depth", "100"))))
    assert page.differences() == []
    with page.database.writing() as session:
        session.execute(db.update(EngagementCount).values(count=7))
        stray = {"kind": "faq", "item": "1", "variant": "a", "at_us": 1}
        session.add(Engagement(experiment_id=page.id, visitor="nobody", **stray))
    assert len(page.differences()) == 4

    with page.database.writing() as session:
        rollup.rebuild(session, page.id)
    assert page.differences() == []


def test_questions_are_told_by_who_signed_up_and_who_did_not(app, now):
    larder = start_page(variants={"photo": {"headline": "Dinner from a photo"}})
    for number in range(6):
        mia = Visitor(app, **{"User-Agent": PHONE})
        page = seen(mia)
        tell(mia, page, *(["faq 1"] if number < 4 else []), "depth 50")
        now.turn(minutes=1)
        if number % 3 == 0:
            mia.sign_up(page, f"{number}@x.io")
    runtime(app).recorder.flush()
    first, second, *_ = faq_opened(larder.experiment)

    assert (first.is_open, first.signed_up, first.others) == (True, Share(0, 2), Share(0, 4))
    assert (second.is_open, second.signed_up, second.others) == (False, Share(2, 2), Share(2, 4))
    by = acts_by_variant(larder.experiment)
    assert list(by) == ["control", "photo"]
    assert sum(row.get(("depth", "50"), 0) for row in by.values()) == 6


def test_before_anybody_came_every_question_stands_there_with_nothing(app, larder):
    assert {opened.others for opened in faq_opened(larder.experiment)} == {NO_SHARE}
    with writing():
        assert acts_by_variant(larder.experiment) == {"control": {}, "photo": {}}
