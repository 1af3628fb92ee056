"""What a shared link shows to people outside, and all that it does not."""

import re
from html import unescape

import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in, make_running
from tests.results.conftest import Start
from tests.results.crowd import count_day
from tests.results.sharing.conftest import EVIL, LEADING, PASSWORD
from tests.statements import counted
from wbtest.decisions.decide import decide
from wbtest.extensions import clock, db
from wbtest.publishing.lifecycle import end
from wbtest.publishing.models import Experiment
from wbtest.results.figures import results_of
from wbtest.results.models import SharedLink
from wbtest.results.shared_links import create_shared_link, renew_shared_link, revoke_shared_link
from wbtest.results.shared_page import SHARED_TABLES, UNTOLD, turned
from wbtest.writing.models import Revision

CHROME = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture
def link(experiment: Experiment, team: Team) -> SharedLink:
    return create_shared_link(experiment, team.approver, "our investor")[0]


def test_it_shows_what_members_see(client: Browser, token: str):
    page = client.get(f"/shared/{token}").text

    assert "reached the 8% target." in page
    assert "At least 8% of parents who cook on weeknights will leave an email" in page
    assert "Can I trust this?" in page
    assert "2 checks to review." in page
    assert page.index("Believable rate") < page.index("Even split")
    assert "126 of 900" in page
    assert page.count("data-figure=") == 3
    assert "As of 11 March 2027, 09:00 UTC" in page


def test_it_says_the_rate_hoped_for(client: Browser, revision: Revision, team: Team):
    experiment = make_running(revision, team.editor, team.approver, hoped_for=0.12)
    token = create_shared_link(experiment, team.approver, "our investor")[1]

    assert "The rate hoped for is 12%." in client.get(f"/shared/{token}").text


def test_it_shows_nobody(client: Browser, team: Team, experiment: Experiment, token: str):
    decide(experiment, team.owner, "go", "The zqreason carries it.")
    page = client.get(f"/shared/{token}").text

    people = ("Viewer", "Editor", "Approver", "Owner", "@", "mia lopez", "our investor", "zqreason")
    assert [word for word in people if word in page] == []
    assert UNTOLD in page
    assert team.settings.name in page


def test_it_does_not_say_from_whose_mail_somebody_came(
    client: Browser, experiment: Experiment, token: str
):
    count_day(experiment, 9, seen=2_000, converted=160, source="mail.lopez-and-sons.com")

    assert "lopez-and-sons" in " ".join(
        check.reason for check in results_of(experiment, clock.now()).trust
    )
    assert "lopez-and-sons" not in client.get(f"/shared/{token}").text


def test_a_source_called_like_a_usual_word_hides_no_reason(
    client: Browser, experiment: Experiment, token: str
):
    count_day(experiment, 9, seen=3, converted=0, source="people")
    page = unescape(client.get(f"/shared/{token}").text)

    split = results_of(experiment, clock.now()).trust[0]
    assert " people " in split.reason
    assert split.reason in page


def test_it_leads_nowhere_else_even_for_a_member(
    client: Browser, team: Team, experiment: Experiment, token: str
):
    log_in(client, team.owner)
    page = client.get(f"/shared/{token}").text

    assert [to for to in LEADING.findall(page) if not to.startswith(f"/shared/{token}")] == []
    assert "Owner" not in page


def test_a_name_that_was_typed_is_no_markup(client: Browser, token: str):
    page = client.get(f"/shared/{token}").text

    assert EVIL not in page
    assert "&lt;svg onload" in page


@pytest.mark.parametrize("where", ["", "/results.csv", "-unknown"])
def test_neither_search_engine_nor_cache_nor_another_site_learns_of_it(
    client: Browser, token: str, where: str
):
    headers = client.get(f"/shared/{token}{where}").headers

    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in headers["Cache-Control"]


def test_every_table_is_a_file_and_no_other_is(client: Browser, token: str):
    for table in SHARED_TABLES:
        answer = client.get(f"/shared/{token}/results.csv?table={table}")
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert "mia lopez" not in answer.text
    assert (
        '"Confirmed","control","18"' in client.get(f"/shared/{token}/results.csv?table=funnel").text
    )

    for table in ("sources", "excluded", "reading", "people"):
        assert client.get(f"/shared/{token}/results.csv?table={table}").status_code == 400


def test_a_link_that_never_was_and_one_that_was_replaced_read_alike(
    client: Browser, team: Team, link: SharedLink
):
    old = renew_shared_link(link, team.approver)
    renew_shared_link(link, team.approver)

    answers = [client.get(f"/shared/{token}") for token in (old, "x" * 32, "é")]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.text for answer in answers}) == 1
    assert "This link doesn’t work." in answers[0].text


def test_a_link_that_is_over_says_so_and_not_of_what_it_was(
    client: Browser, team: Team, experiment: Experiment, now: HandClock
):
    closed, shut = create_shared_link(experiment, team.approver, "Mei", 3, PASSWORD)
    _, late = create_shared_link(experiment, team.approver, "Tom", 3)
    revoke_shared_link(closed, team.approver)
    assert client.get(f"/shared/{late}").status_code == 200
    now.turn(days=3)

    answers = [client.get(f"/shared/{token}") for token in (shut, late)]
    answers.append(client.get(f"/shared/{late}/results.csv"))

    assert [answer.status_code for answer in answers] == [410] * 3
    assert len({answer.text for answer in answers}) == 1
    assert not {"Larder", "larder", "Mei"} & {*re.findall(r"\w+", answers[0].text)}


def test_people_outside_are_counted_and_neither_members_nor_machines_nor_who_looks_ahead(
    client: Browser, team: Team, experiment: Experiment, token: str
):
    for agent in (CHROME, CHROME, "Slackbot-LinkExpanding 1.0", "curl/8.5"):
        client.get(f"/shared/{token}", headers={"User-Agent": agent})
    client.head(f"/shared/{token}", headers={"User-Agent": CHROME})
    ahead = {"User-Agent": CHROME, "Sec-Purpose": "prefetch;prerender"}
    client.get(f"/shared/{token}", headers=ahead)
    log_in(client, team.viewer)
    client.get(f"/shared/{token}", headers={"User-Agent": CHROME})

    assert db.session.scalars(db.select(SharedLink.opened)).one() == 2


def test_a_page_before_any_visitor_and_one_of_a_test_that_is_over(
    client: Browser, team: Team, begin: Start, now: HandClock
):
    experiment = begin()
    _, token = create_shared_link(experiment, team.approver, "Mei")
    before = client.get(f"/shared/{token}").text
    now.turn(days=3)
    end(experiment, team.approver)
    now.turn(days=2)
    after = client.get(f"/shared/{token}").text

    assert "Nobody has seen the page yet." in before
    assert "data-figure" not in before
    assert "figures final" in after


def test_its_queries_do_not_grow_with_days_or_links(
    client: Browser, team: Team, begin: Start, now: HandClock
):
    experiment = begin()
    _, token = create_shared_link(experiment, team.approver, "Mei")
    asked = []
    for day in range(2):
        count_day(experiment, day, seen=50, converted=3)
        create_shared_link(experiment, team.approver, "Tom")
        now.turn(days=1)
        with counted() as statements:
            client.get(f"/shared/{token}")
        asked.append(len(statements))

    assert asked[0] == asked[1]
    assert asked[0] < 30


def test_it_shows_the_figures_of_the_moment(
    client: Browser, experiment: Experiment, token: str, now: HandClock
):
    page = unescape(client.get(f"/shared/{token}").text)
    found = results_of(experiment, now())

    for variant in found.variants:
        assert f"{variant.totals.converted} of {variant.totals.seen}" in page
        assert f"{100 * variant.decision.low:.1f}%" in page


def test_what_a_variant_is_called_stays_as_it_is():
    said = "Your page is above. “Your lunch” reached your 8 % target. You can decide now."

    assert turned(said) == "The page is above. “Your lunch” reached the 8 % target."
