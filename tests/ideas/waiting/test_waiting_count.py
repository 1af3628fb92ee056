"""The count of what waits for a member, in the navigation of every page."""

import re

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_revision
from tests.statements import counted
from wbtest.review.review_requests import ask_for_review


def count_in(page: str) -> str:
    found = re.search(r'<span class="count">(\d+)</span>', page)
    return found[1] if found else ""


def test_every_page_says_how_much_waits(team: Team, client: Browser):
    ask_for_review(make_revision(team.editor), team.editor, members=[team.viewer.id])
    log_in(client, team.viewer)

    assert [count_in(client.get(path).text) for path in ("/help", "/ideas/done")] == ["1", "1"]


def test_it_is_counted_once_a_minute_and_after_each_form(
    team: Team, client: Browser, now: HandClock
):
    log_in(client, team.viewer)
    client.get("/help")
    ask_for_review(make_revision(team.editor), team.editor, members=[team.viewer.id])

    with counted() as statements:
        assert count_in(client.get("/help").text) == ""
    assert not [each for each in statements if "reviewers" in each]
    client.send("/start/hide")
    assert count_in(client.get("/help").text) == "1"


def test_another_member_on_the_same_device_reads_their_own(team: Team, client: Browser):
    ask_for_review(make_revision(team.editor), team.editor, members=[team.viewer.id])
    log_in(client, team.viewer)
    client.get("/help")
    log_in(client, team.approver)

    assert count_in(client.get("/help").text) == ""


def test_a_minute_later_it_is_counted_again(team: Team, client: Browser, now: HandClock):
    log_in(client, team.viewer)
    client.get("/help")
    ask_for_review(make_revision(team.editor), team.editor, members=[team.viewer.id])
    now.turn(hours=1)

    assert count_in(client.get("/help").text) == "1"
