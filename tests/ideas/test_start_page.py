"""The first steps above the ideas: for whom, until when, and what each sees of them."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from tests.conftest import Browser
from tests.factories import Team, log_in, make_release
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.statements import counted
from wbtest.extensions import db, runtime
from wbtest.ideas.onboarding import end_where_visited
from wbtest.team.models import Membership
from wbtest.team.sessions import cookie_name, open_session


def sees_start(team: Team) -> list[bool]:
    query = db.select(Membership.sees_start)
    return list(db.session.scalars(query))


def words(page: str) -> str:
    return " ".join(page.split())


def test_ideas_begin_with_the_first_steps_until_the_first_visitor_came(
    client: Browser, team: Team, begin: Start
) -> None:
    log_in(client, team.viewer)
    running = begin()
    assert client.get("/").location == "/ideas"
    assert "Step 7 of 7" in client.get("/ideas").text

    count_day(running, 0, "control", seen=1, converted=0, served=1)

    assert "Step" not in words(client.get("/ideas").text)


def test_a_new_team_begins_its_first_idea_right_there(client: Browser, team: Team) -> None:
    log_in(client, team.owner)

    page = words(client.get("/ideas").text)

    assert "Step 1 of 7" in page
    assert '<button class="button" type="submit">Create draft</button>' in page
    assert '<a class="button quiet" href="/releases/new">Import a text</a>' in page
    assert '<a class="button quiet" href="/sample">View a sample</a>' in page
    assert page.count('class="button"') == 1
    assert "About 30 minutes of your own work left." in page

    begun = client.send(
        "/releases/new", {"product": "Larder", "headline": "Dinner without a shop."}
    )

    assert client.get(begun.location).text.count("Dinner without a shop.") >= 1


def test_the_next_step_is_above_the_ideas_and_what_is_done_is_folded(
    client: Browser, team: Team
) -> None:
    release = make_release(team.editor)
    log_in(client, team.editor)

    page = words(client.get("/ideas").text)

    assert "Step 3 of 7" in page
    assert f'<a class="button" href="/releases/{release.id}">Create a revision first</a>' in page
    assert page.index("Step 3 of 7") < page.index('id="stage-writing"')


def test_who_may_not_do_the_next_step_is_told_who_does(client: Browser, team: Team) -> None:
    make_release(team.editor)
    log_in(client, team.viewer)

    page = client.get("/ideas").text

    assert "/releases/new" not in page
    assert "An editor does this." in page


def test_each_removes_them_for_themselves_and_help_leads_back(client: Browser, team: Team) -> None:
    make_release(team.editor)
    log_in(client, team.viewer)

    assert client.send("/start/hide").location == "/ideas"
    with counted() as statements:
        assert "Step 3" not in client.get("/ideas").text

    assert not [each for each in statements if "EXISTS" in each and "day_totals" in each]
    assert sees_start(team).count(True) == 3
    assert 'href="/ideas?view=steps"' in client.get("/help").text
    assert "Step 3 of 7" in client.get("/ideas?view=steps").text


def test_once_the_first_visitor_came_nobody_is_led_there_and_nothing_is_looked_up(
    team: Team, begin: Start
) -> None:
    running = begin()
    end_where_visited(datetime.now(UTC))
    assert sees_start(team) == [True] * 4

    count_day(running, 0, "control", seen=1, converted=0, served=1)
    end_where_visited(datetime.now(UTC))

    assert sees_start(team) == [False] * 4


def test_who_looks_for_the_first_steps_once_all_are_done_is_told_so(
    client: Browser, team: Team, begin: Start
) -> None:
    count_day(begin(), 0, "control", seen=1, converted=0, served=1)
    log_in(client, team.viewer)

    assert "Your team has done all first steps." in client.get("/ideas?view=steps").text
    assert "first steps" not in client.get("/ideas").text


def test_an_address_that_nobody_can_open_is_put_on_the_net_after_the_next_step(
    client: Browser, team: Team
) -> None:
    log_in(client, team.owner)
    page = words(client.get("/ideas").text)
    card = page[page.index("Step 1 of 7") :].partition("When you’re ready for strangers")[2]
    (address, anchor) = re.findall('href="(/help/[a-z]+)#([a-z-]+)"', card)[0]

    help_page = client.get(address).text

    assert "Put it on the net" in card
    assert "http://localhost opens only on this computer." in card
    assert "make public</code>" in card
    assert "It’s down while the laptop sleeps" in card
    assert f'id="{anchor}"' in help_page
    assert "make public" in help_page


def test_an_address_that_everybody_can_open_is_no_step(client: Browser, team: Team) -> None:
    runtime().settings = replace(runtime().settings, base_url="https://try.example.com")
    runtime().hosts = frozenset({"localhost"})
    client.set_cookie(cookie_name(), open_session(team.owner))

    page = client.get("/ideas").text

    assert "Step 1 of 7" in page
    assert "Put it on the net" not in page
