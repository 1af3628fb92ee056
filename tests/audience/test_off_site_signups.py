"""The form on a page of the team's own: who may send it, and that it moves no figure."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.audience.larder import (
    PHONE,
    RULE,
    Larder,
    Visitor,
    draft_page,
    mails,
    sightings,
    signups,
    start_page,
    visits,
    words_in,
)
from tests.conftest import Browser, HandClock
from tests.factories import log_in
from wbtest.audience.recording.rollup import differences
from wbtest.audience.signups import MOST_SIGN_UPS
from wbtest.extensions import db
from wbtest.publishing import lifecycle
from wbtest.publishing.lifecycle import choose_afterwards
from wbtest.publishing.off_site_form import MOST_SITES, form_html, read_sites, set_sites
from wbtest.publishing.page_options import Options
from wbtest.publishing.sealing import sealed_rule
from wbtest.results import signup_list
from wbtest.results.exports import rows_by_variant
from wbtest.results.figures import results_of
from wbtest.results.figures_json import results_json
from wbtest.results.network_checking import check_all_networks
from wbtest.results.segments import Filters
from wbtest.results.signup_list import mailing_rows
from wbtest.store import Invalid

SITE = "https://www.larder.example"
URL = "/p/larder/off-site"


@pytest.fixture
def site(larder: Larder) -> Larder:
    """The page on the air, with a site of the team's own."""
    set_sites(larder.experiment, larder.editor, SITE)
    return larder


def send(
    app: Flask, email: str = "noor@x.io", origin: str | None = SITE, url: str = URL, **fields: Any
) -> TestResponse:
    """Send the copied form as a browser does from the page of another site."""
    browser = app.test_client()
    headers = {"User-Agent": PHONE, "Sec-Fetch-Site": "cross-site"}
    if origin is not None:
        headers["Origin"] = origin
    return browser.post(url, data={"email": email, "website": "", **fields}, headers=headers)


def figures(larder: Larder, now: HandClock) -> Any:
    """Every figure, but the number of those who signed up off the page."""
    check_all_networks(now())
    found = results_of(larder.experiment, now())
    values = results_json(found)
    for variant in values["variants"]:
        variant["excluded"].pop("off_site", None)
    return values, list(rows_by_variant(larder.experiment, found, Filters())), found.everybody


def test_who_signs_up_on_a_listed_site_is_on_the_list_with_a_source_and_gets_the_mail(app, site):
    answer = send(app)

    [row] = signups(app)
    [mail] = mails(app, "noor@x.io")
    assert (answer.status_code, answer.location) == (303, "/p/larder/thanks")
    assert (row.source, row.excluded_because, row.visitor) == ("www.larder.example", "off_site", "")
    assert "Larder does not exist yet." in row.consent
    assert "We’ll only email you about Larder. [Start with one photo]" in row.consent
    assert row.consent.endswith(f"({SITE})")
    assert mail.subject == "Confirm your email for Larder"
    assert (visits(app), sightings(app)) == ([], [])


def test_a_sign_up_there_moves_no_figure(app, site, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    mia.sign_up(page, "mia@x.io")
    signups(app)
    before = figures(site, now)

    for number in range(30):
        send(app, f"noor-{number}@x.io")
    send(app, "mia@x.io")

    assert len(signups(app)) == 31
    assert len(mails(app, "mia@x.io")) == 1
    assert figures(site, now) == before
    assert [*differences(db.session)] == []


def test_an_address_left_there_first_counts_once_it_is_left_on_the_page(app, site, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    send(app, "mia@x.io")
    now.turn(minutes=2)

    mia.sign_up(page, "mia@x.io")

    [row] = signups(app)
    found = results_of(site.experiment, now()).everybody
    assert (row.excluded_because, row.is_converted) == ("", True)
    assert (found.seen, found.converted, found.unseen) == (1, 1, 0)
    assert len(mails(app, "mia@x.io")) == 1
    assert [*differences(db.session)] == []


@pytest.mark.parametrize("step", ["confirmed", "price", "call", "preorder"])
@pytest.mark.parametrize("is_seen_before", [False, True])
def test_a_step_taken_there_never_converts(app, now, step, is_seen_before):
    """Else it would convert in an hour that is over, in which perhaps nobody was seen."""
    asked = () if step == "confirmed" else (step,)
    link = "https://buy.example/larder" if step == "preorder" else ""
    larder = start_page(
        rule=replace(RULE, conversion=step, conversion_window_hours=168),
        options=Options(asks_for=asked, preorder_url=link),
    )
    set_sites(larder.experiment, larder.editor, SITE)
    mia = Visitor(app)
    if is_seen_before:
        page = mia.get()
        mia.see(page)
        now.turn(hours=2)
    take_step(app, step, send(app, "mia@x.io"))
    assert [getattr(row, f"{step}_us") is not None for row in signups(app)] == [True]
    now.turn(hours=3)

    if not is_seen_before:
        page = mia.get()
        mia.see(page)
        now.turn(minutes=2)
    mia.sign_up(page, "mia@x.io")

    [row] = signups(app)
    found = results_of(larder.experiment, now()).everybody
    assert (row.excluded_because, row.is_converted) == ("", False)
    assert (found.seen, found.converted) == (1, 0)
    assert [*differences(db.session)] == []


def take_step(app: Flask, step: str, signed_up: TestResponse) -> None:
    """Press the button of the mail, or the one of the page after the form."""
    browser = Visitor(app)
    if step == "confirmed":
        [mail] = mails(app, "mia@x.io")
        browser.post(f"/confirm/{mail.leave_url.rpartition('/')[2]}", {})
        return
    page = browser.get(signed_up.headers["Location"])
    fields = dict(re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page.text))
    url = "preorder" if step == "preorder" else "agree"
    browser.post(f"/p/larder/{url}", fields | {"agree": "yes"})


def test_a_cookie_that_comes_along_ties_nobody_to_a_visit(app, site, mia, now):
    page = mia.get()
    mia.see(page)
    now.turn(minutes=2)
    headers = {"Origin": SITE, "Sec-Fetch-Site": "same-site"}

    answer = mia.post(URL, {"email": "mia@x.io", "website": ""}, **headers)

    [row] = signups(app)
    assert answer.status_code == 303
    assert (row.visitor, row.excluded_because) == ("", "off_site")
    assert results_of(site.experiment, now()).everybody.seen == 1


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://evil.example",
        "http://www.larder.example",
        "https://larder.example",
        "https://www.larder.example.evil.example",
        "https://www.larder.example:8443",
        "https://evil.example/https://www.larder.example",
        f"{SITE}, https://evil.example",
        f"{SITE}/",
        "http://localhost",
    ],
)
def test_from_anywhere_else_nothing_is_stored(app, site, origin):
    answer = send(app, origin=origin)

    assert answer.status_code == 403
    assert "Nothing was stored." in answer.text
    assert "/p/larder" in answer.text
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert (signups(app), mails(app, "noor@x.io")) == ([], [])


def test_a_referrer_does_not_stand_for_the_origin(app, site):
    headers = {"User-Agent": PHONE, "Referer": f"{SITE}/join"}

    answer = app.test_client().post(URL, data={"email": "noor@x.io"}, headers=headers)

    assert (answer.status_code, signups(app)) == (403, [])


def test_a_listed_site_may_send_nothing_else(app, site, mia):
    page = mia.get()
    headers = {"Origin": SITE, "Sec-Fetch-Site": "cross-site"}
    token = re.search(r'name="token" type="hidden" value="([^"]+)"', page.text)[1]
    paths = {"signup": {"email": "noor@x.io", "token": token}, "seen": token, "object": {}}

    answers = [mia.post(f"/p/larder/{name}", sent, **headers) for name, sent in paths.items()]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (signups(app), sightings(app)) == ([], [])


def test_no_site_is_listed_at_first_and_one_taken_off_is_refused(app, site):
    set_sites(site.experiment, site.editor, "")

    assert (send(app).status_code, signups(app)) == (403, [])


def test_to_open_the_address_leads_to_the_page(app, site):
    assert app.test_client().get(URL).location == "/p/larder"


def test_a_test_at_a_host_of_its_own_is_sent_the_form_there(app):
    larder = start_page(host="halfchair.com")
    set_sites(larder.experiment, larder.editor, SITE)
    headers = {"User-Agent": PHONE, "Origin": SITE, "Host": "halfchair.com"}

    answer = app.test_client().post("/off-site", data={"email": "noor@x.io"}, headers=headers)

    assert 'action="http://halfchair.com/off-site"' in form_html(larder.experiment)
    assert (answer.status_code, answer.location) == (303, "/thanks")
    assert [row.excluded_because for row in signups(app)] == ["off_site"]


@pytest.mark.parametrize("email", ["", "mia", "a@x.io\r\nBcc: v@z.io", "<b>@x.io"])
def test_what_is_no_address_is_said_and_not_kept(app, site, email):
    answer = send(app, email)

    assert answer.status_code == 422
    assert "email" in words_in(answer)
    assert "<b>" not in answer.text
    assert signups(app) == []


def test_a_field_that_comes_twice_is_refused(app, site):
    answer = send(app, email=["a@x.io", "b@x.io"])

    assert (answer.status_code, signups(app)) == (422, [])


def test_of_a_machine_nothing_is_stored(app, site):
    answer = send(app, website="https://spam.example")

    assert (answer.status_code, answer.location) == (303, "/p/larder/thanks")
    script = {"User-Agent": "curl/8.14", "Origin": SITE}
    answer = app.test_client().post(URL, data={"email": "noor@x.io"}, headers=script)
    assert (answer.status_code, answer.location) == (303, "/p/larder/thanks")
    assert signups(app) == []
    assert mails(app, "noor@x.io") == []


def test_one_network_is_asked_to_wait_after_as_many_forms_as_on_the_page(app, site):
    answers = [send(app, f"noor-{number}@x.io") for number in range(MOST_SIGN_UPS + 1)]

    assert {answer.status_code for answer in answers[:-1]} == {303}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(signups(app)) == MOST_SIGN_UPS


def test_a_test_that_has_not_started_is_not_there(app):
    draft = draft_page()
    set_sites(draft.experiment, draft.editor, SITE)

    assert (send(app).status_code, signups(app)) == (404, [])


def test_a_paused_and_a_closed_test_say_so_and_take_nothing(app, site):
    lifecycle.pause(site.experiment, site.approver)
    paused = send(app)
    lifecycle.end(site.experiment, site.approver)
    choose_afterwards(site.experiment, site.approver, "closed", outcome="We build it.")
    over = send(app)

    assert (paused.status_code, over.status_code) == (503, 410)
    assert "We build it." in over.text
    assert signups(app) == []


def test_after_the_end_a_waiting_list_is_offered_on_our_page(app, site):
    lifecycle.end(site.experiment, site.approver)
    choose_afterwards(site.experiment, site.approver, "open", waiting_variant="control")

    answer = send(app)

    assert answer.status_code == 200
    assert "Join the waiting list." in answer.text
    assert signups(app) == []


def test_who_confirms_is_in_the_file_for_mailing_tools_with_a_tag_of_their_own(app, site):
    send(app)
    [mail] = mails(app, "noor@x.io")
    Visitor(app).post(f"/confirm/{mail.leave_url.rpartition('/')[2]}", {})

    _, [email, _, tags, source, *_] = mailing_rows(
        signup_list.signups(site.experiment, sealed_rule(site.experiment)), "larder"
    )

    assert (email, tags, source) == ("noor@x.io", "larder,another site", "www.larder.example")


def test_the_list_and_the_excluded_visits_show_them_apart(app, site, client: Browser):
    send(app)
    signups(app)
    [row] = signup_list.signups(site.experiment, sealed_rule(site.experiment))
    log_in(client, site.approver)
    path = f"/experiments/{site.experiment.id}"

    visitors = client.get(f"{path}/results/visitors").text

    assert row.standing == "not counted: who signed up on another site"
    assert "People who signed up on another site" in visitors


class FormParser(HTMLParser):
    """The forms of a text, and what they would send."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action = found["action"] or ""
        if tag == "input":
            self.names.append(found["name"] or "")


def test_the_form_to_copy_posts_to_us_and_says_what_it_is(app, site):
    html = form_html(site.experiment)
    form = FormParser()
    form.feed(html)

    answer = send(app, url=form.action.removeprefix("http://localhost"))

    assert answer.status_code == 303
    assert form.names == ["email", "website"]
    assert "Larder does not exist yet." in html
    assert "We’ll only email you about Larder." in html
    assert 'href="http://localhost/p/larder/privacy"' in html
    assert "<script" not in html


def test_words_in_the_form_are_never_markup(app):
    larder = start_page(product='Lard"er <b>&', asks_name=True)

    html = form_html(larder.experiment)

    assert "<b>" not in html
    assert "Lard&#34;er &lt;b&gt;&amp;" in html
    assert 'name="name"' in html


@pytest.mark.parametrize(
    ("typed", "sites"),
    [
        ("", []),
        ("https://larder.example", ["https://larder.example"]),
        ("https://Larder.example/join?x=1#y", ["https://larder.example"]),
        ("https://larder.example:443\nhttps://larder.example", ["https://larder.example"]),
        ("https://larder.example:8443", ["https://larder.example:8443"]),
    ],
)
def test_a_site_is_kept_as_browsers_name_it(typed: str, sites: list[str]):
    assert read_sites(typed) == sites


@pytest.mark.parametrize(
    "typed",
    [
        "http://larder.example",
        "larder.example",
        "https://localhost",
        "https://*.larder.example",
        "https://a:b@larder.example",
        "https://larder.example:0",
        "https://larder.example:99999",
        "null",
        "javascript:alert(1)",
        "https://lärder.example",
    ],
)
def test_what_is_no_site_on_https_is_refused(typed: str):
    with pytest.raises(Invalid, match="Enter each site like"):
        read_sites(typed)


def test_a_test_takes_so_many_sites():
    typed = "\n".join(f"https://{number}.example.com" for number in range(MOST_SITES + 1))

    with pytest.raises(Invalid, match="Remove some first"):
        read_sites(typed)


def test_the_form_is_on_the_test_page_once_a_site_is_listed(client: Browser, larder: Larder):
    log_in(client, larder.editor)
    path = f"/experiments/{larder.experiment.id}"
    before = client.get(path).text

    refused = client.send(f"{path}/off-site-form", {"sites": "http://larder.example"})
    saved = client.send(f"{path}/off-site-form", {"sites": SITE})
    after = client.get(saved.location).text

    bare = client.send(f"{path}/off-site-form", {"sites": SITE.removeprefix("https://")})

    assert bare.status_code == 303
    assert larder.experiment.form_sites == [SITE]
    assert "/p/larder/off-site" not in before
    assert refused.status_code == 422
    assert "http://larder.example</textarea>" in refused.text
    assert "&lt;form method=&#34;post&#34; action=&#34;http://localhost/p/larder/off-site" in after
    assert "never to the rate" in after
