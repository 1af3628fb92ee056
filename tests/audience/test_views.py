"""Pages that rest, are over, or were never there; previews; methods."""

import pytest

from tests.audience.larder import Visitor, draft_page, signups, visits, words_in
from tests.factories import log_in, make_stranger
from wbtest.audience.models import MachineCount
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.display import preview_token
from wbtest.team.settings import change_team

PATHS = ("", "/thanks", "/privacy", "/object")


def test_a_paused_page_asks_to_come_back(app, mia, larder):
    lifecycle.pause(larder.experiment, larder.approver)

    answer = mia.get()

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "This page is paused." in words_in(answer)
    assert visits(app) == []


def test_an_ended_page_says_that_it_is_closed(app, mia, larder):
    lifecycle.end(larder.experiment, larder.approver)

    answer = mia.get()

    assert answer.status_code == 410
    assert "Sign-up is closed." in words_in(answer)
    assert visits(app) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_draft_looks_like_nothing_at_all(app, path):
    draft_page()
    mia = Visitor(app)

    draft, nothing = mia.get(f"/p/larder{path}"), mia.get(f"/p/nobody{path}")

    assert draft.status_code == nothing.status_code == 404
    assert words_in(draft) == words_in(nothing)


@pytest.mark.parametrize("path", ["/seen", "/signup", "/object"])
def test_nothing_can_be_sent_to_a_draft(app, path):
    draft_page()

    assert Visitor(app).post(f"/p/larder{path}", {}).status_code == 404


def test_a_preview_shows_a_variant_of_a_draft_and_says_so(app):
    larder = draft_page(variants={"photo": {"headline": "Dinner from a photo"}})
    token = preview_token(larder.experiment, "photo")
    member = Visitor(app)
    log_in(member.browser, larder.editor)

    answer = member.get(f"/p/larder?preview={token}")

    assert answer.status_code == 200
    assert "<h1>Dinner from a photo" in answer.text
    assert "Preview. Visits here aren’t counted." in words_in(answer)
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_nobody_outside_the_team_reads_a_variant_before_the_start(app):
    larder = draft_page(variants={"photo": {"headline": "Dinner from a photo"}})
    token = preview_token(larder.experiment, "photo")
    stranger = Visitor(app)
    log_in(stranger.browser, make_stranger("eve@kiln.example"))

    assert stranger.get(f"/p/larder?preview={token}").status_code == 404
    assert Visitor(app).get(f"/p/larder?preview={token}").status_code == 404


def test_the_name_of_who_is_responsible_changes_on_a_running_page(app, larder, mia):
    assert "Okafor" not in words_in(mia.get("/p/larder/privacy"))

    change_team(name="Larder", controller="Okafor, Leeds", contact_email="a@b.example")

    assert "Okafor, Leeds" in words_in(mia.get("/p/larder/privacy"))


def test_a_preview_counts_nobody_and_sets_no_cookie(app, larder, mia):
    token = preview_token(larder.experiment, "photo")

    for _ in range(100):
        answer = mia.get(f"/p/larder?preview={token}")

    assert "Set-Cookie" not in answer.headers
    assert "data-seen" not in answer.text
    assert visits(app) == []


def test_a_preview_takes_no_address(app, larder, mia):
    token = preview_token(larder.experiment, "photo")
    preview = mia.get(f"/p/larder?preview={token}")
    assert f'action="/p/larder/signup?preview={token}"' in preview.text

    answer = mia.post(f"/p/larder/signup?preview={token}", {"email": "mia@x.io", "token": ""})

    assert answer.status_code == 409
    assert 'role="alert">Preview. Visits here aren’t counted.' in answer.text
    assert 'value="mia@x.io"' in answer.text
    assert signups(app) == []


def test_a_preview_is_over_after_two_weeks(app, larder, mia, now):
    token = preview_token(larder.experiment, "photo")
    now.turn(days=14, seconds=1)

    assert mia.get(f"/p/larder?preview={token}").status_code == 404


@pytest.mark.parametrize("token", ["", "x", "1.photo.99999999999." + "0" * 64, "ÿ", "%00"])
def test_a_forged_preview_shows_nothing(app, mia, token):
    assert mia.get(f"/p/larder?preview={token}").status_code in (400, 404)
    assert visits(app) == []


def test_a_preview_of_one_page_shows_no_other(app, larder, mia):
    other = draft_page(slug="kiln")
    token = preview_token(other.experiment, "control")

    assert mia.get(f"/p/larder?preview={token}").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "FOO", "POST"])
def test_other_methods_are_told_which_there_are(app, mia, method):
    answer = mia.browser.open("/p/larder", method=method, headers=mia.headers)

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert visits(app) == []


def test_who_asks_what_a_page_can_do_is_no_visitor(app, mia):
    mia.browser.open("/p/larder", method="OPTIONS", headers=mia.headers)
    mia.browser.get("/p/nothing-here", headers=mia.headers)

    assert visits(app) == []


def test_what_is_not_there_or_not_new_is_no_visit(app, mia):
    style = mia.get("/static/css/results.css").headers["ETag"]
    answers = [
        mia.get("/static/css/results.css", **{"If-None-Match": style}),
        mia.get("/p/nothing-here"),
        mia.get("/p/larder/nothing-here"),
    ]

    assert [answer.status_code for answer in answers] == [304, 404, 404]
    assert visits(app) == []
    assert db.session.scalars(db.select(MachineCount)).all() == []


def test_a_page_in_the_browsers_memory_is_sent_again_and_is_one_visit(app, mia):
    again = {"If-None-Match": "*", "If-Modified-Since": "Mon, 01 Mar 2027 09:00:00 GMT"}

    assert [mia.get(**again).status_code for _ in range(2)] == [200, 200]
    assert len(visits(app)) == 1


def test_what_only_takes_something_shows_nothing(mia):
    answer = mia.get("/p/larder/seen")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("path", PATHS[1:])
def test_a_head_request_of_the_pages_around_changes_nothing(app, mia, path):
    answer = mia.browser.head(f"/p/larder{path}", headers=mia.headers)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", PATHS[1:])
def test_the_pages_around_are_styled_by_the_policy_and_found_by_no_search(mia, path):
    answer = mia.get(f"/p/larder{path}")

    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Content-Language"] == "en"


def test_a_page_sets_exactly_one_cookie_in_all(mia):
    page = mia.get()
    answers = [page, mia.see(page), mia.sign_up(page, "mia@x.io")]
    answers += [mia.get(f"/p/larder{path}") for path in PATHS]

    cookies = [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]
    assert [cookie.partition("=")[0] for cookie in cookies] == ["wb-p1"]
