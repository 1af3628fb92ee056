"""The team's own try: a real mail to the own address, and nothing that counts."""

import re
from html import unescape

import pytest

from tests.audience.larder import Visitor, draft_page, mails, signups, visits, words_in
from tests.factories import log_in, make_person, make_stranger
from wbtest.publishing.display import preview_token
from wbtest.publishing.launch_readiness import situation_of
from wbtest.publishing.page_options import FollowUpQuestion, Options
from wbtest.store import writing


@pytest.fixture
def draft(app):
    return draft_page()


@pytest.fixture
def url(draft):
    return f"/p/larder/signup?preview={preview_token(draft.experiment, 'control')}"


@pytest.fixture
def member(app, draft):
    visitor = Visitor(app)
    log_in(visitor.browser, draft.editor)
    return visitor


def test_a_try_writes_to_the_own_address_and_shows_the_thanks(app, draft, url, member):
    answer = member.post(url, {"email": f" {draft.editor.email.upper()} "})
    page = member.get(answer.location)

    [mail] = mails(app, draft.editor.email)
    assert answer.status_code == 303
    assert page.status_code == 200
    assert "Thanks, you’re on the list." in words_in(page)
    assert "Preview. Visits here aren’t counted." in words_in(page)
    assert draft.experiment.tried_message_id == mail.message_id
    assert draft.experiment.tried_at is not None
    assert signups(app) == visits(app) == []


def links_of(page):
    return set(re.findall(r'<a [^>]*?href="(/[^"]*)"', page.text))


def test_after_a_try_every_link_leads_somewhere(app, draft, url, member):
    tried = url.replace("signup", "tried")
    launch = f"/experiments/{draft.experiment.id}/launch"

    links = links_of(member.get(tried))

    assert launch in links
    assert {member.get(unescape(link)).status_code for link in links} == {200}
    assert launch not in links_of(Visitor(app).get(tried))


def test_who_may_only_read_is_led_to_the_test(app, draft, url):
    viewer = Visitor(app)
    log_in(viewer.browser, make_person("vi@x.io", "viewer"))

    links = links_of(viewer.get(url.replace("signup", "tried")))

    assert f"/experiments/{draft.experiment.id}" in links
    assert {viewer.get(unescape(link)).status_code for link in links} == {200}


def test_the_check_knows_how_far_the_mail_came(app, draft, url, member):
    assert situation_of(draft.experiment).tried == ""
    member.post(url, {"email": draft.editor.email})
    assert situation_of(draft.experiment).tried == "waiting"

    with writing():
        mails(app, draft.editor.email)[0].state = "sent"

    assert situation_of(draft.experiment).tried == "sent"


def test_the_links_of_its_mail_say_that_it_was_a_try(app, draft, url, member):
    member.post(url, {"email": draft.editor.email})
    [mail] = mails(app, draft.editor.email)

    links = re.findall(r"http://localhost(/(?:confirm|mine|leave)/\S+)", mail.body)

    assert len(links) == 3
    for link in links:
        assert "This was a test." in Visitor(app).get(link).text
    assert Visitor(app).post(links[-1], {}).status_code in (200, 405)


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Enter your email"), ("eve@x.io", "use your own email: editor@")]
)
def test_another_address_or_none_comes_back_and_is_not_written_to(
    app, draft, url, member, typed, said
):
    answer = member.post(url, {"email": typed})

    assert answer.status_code == 422
    assert said in words_in(answer)
    assert f'value="{typed}"' in answer.text
    assert mails(app, "eve@x.io") == []
    assert draft.experiment.tried_at is None


def test_nobody_else_can_try(app, draft, url):
    eve = Visitor(app)
    log_in(eve.browser, make_stranger("eve@kiln.example"))

    for visitor in (eve, Visitor(app)):
        assert visitor.post(url, {"email": "eve@kiln.example"}).status_code == 404
    assert draft.experiment.tried_at is None


def test_a_try_sent_from_elsewhere_is_refused(draft, url, member):
    answer = member.post(url, {"email": draft.editor.email}, **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_the_steps_after_a_try_can_be_walked_and_keep_nothing(app):
    link = "https://buy.example.com/larder"
    asked = (FollowUpQuestion("Who cooks?"),)
    steps = Options(questions=asked, asks_for=("price", "call", "preorder"), preorder_url=link)
    draft = draft_page(options=steps)
    member = Visitor(app)
    log_in(member.browser, draft.editor)
    url = f"/p/larder/signup?preview={preview_token(draft.experiment, 'control')}"
    answer = member.post(url, {"email": draft.editor.email})
    headings = []
    while answer.location != link:
        page = member.get(answer.location)
        headings.append(re.findall("<h[12]>([^<]*)</h", page.text)[-1])
        action = unescape(re.findall('<form[^>]*action="([^"]*tried[^"]*)"', page.text)[0])
        answer = member.post(action, {"agree": "yes", "answer-0": "I do"})

    assert headings == [
        "Can we ask you something?",
        "The price: £4 a month. Would you pay it?",
        "Can we call you about Larder?",
        "Would you like to pre-order Larder?",
    ]
    assert signups(app) == visits(app) == []
