"""Which host of its own a test may have, who may have it, and for which hosts a proxy may ask."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.audience.larder import RULE, Larder, draft_page, start_next, start_page
from tests.conftest import Browser, HandClock
from tests.delivery.sink import Sink, local, running
from wbtest.delivery.http_client import Policy
from wbtest.extensions import db, runtime
from wbtest.publishing import lifecycle
from wbtest.publishing.experiments import change_rule, remove_experiment
from wbtest.publishing.models import Experiment
from wbtest.publishing.own_hosts import find_host_trouble, hosts_in_use, page_url
from wbtest.publishing.sealing import draft_digest
from wbtest.publishing.whole_drafts import clone_experiment
from wbtest.store import Invalid
from wbtest.team.sessions import open_session

HOST = "halfchair.com"


def set_host(experiment: Experiment, host: str) -> Experiment:
    return change_rule(experiment, rule=RULE, time_zone="Europe/London", host=host)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" HalfChair.com ", HOST),
        ("try.halfchair.com", "try.halfchair.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://halfchair.com/", HOST),
        ("http://halfchair.com", HOST),
        ("", ""),
    ],
)
def test_a_host_is_kept_as_dns_writes_it(app, typed, kept):
    assert set_host(draft_page().experiment, typed).host == kept


@pytest.mark.parametrize(
    "typed",
    [
        "ftp://halfchair.com",
        "halfchair.com/start",
        "halfchair.com:8000",
        "halfchair.com.",
        "halfchair",
        "192.0.2.1",
        "[::1]",
        "2130706433.0",
        "-halfchair.com",
        "half_chair.com",
        "half chair.com",
        "half\nchair.com",
        "a..com",
        "*.halfchair.com",
        f"{'a' * 64}.com",
        f"{'a.' * 127}com",
        "\ud800.com",
        "localhost",
    ],
)
def test_what_is_no_host_is_refused_at_its_field(app, typed):
    with pytest.raises(Invalid) as refused:
        set_host(draft_page().experiment, typed)

    assert refused.value.field == "host"


def test_a_host_with_a_port_is_refused_for_that(app):
    with pytest.raises(Invalid, match="without a path or port"):
        set_host(draft_page().experiment, f"{HOST}:8000")


@pytest.mark.parametrize("typed", ["straße.de", "bücher.example", "日本.jp"])
def test_a_name_in_other_letters_is_asked_for_as_dns_has_it(app, typed):
    with pytest.raises(Invalid, match=r"like xn--bcher-kva\.example"):
        set_host(draft_page().experiment, typed)


def test_the_host_where_the_team_logs_in_is_not_a_tests_own(app):
    with pytest.raises(Invalid, match=r"Enter a name|Your team logs in"):
        set_host(draft_page().experiment, "127.0.0.1")


def test_a_host_is_one_ideas_alone(app):
    start_page(host=HOST)
    other = draft_page(slug="kiln")

    with pytest.raises(Invalid, match=r"/p/larder has this host"):
        set_host(other.experiment, HOST.upper())


def test_a_removed_draft_frees_its_host(app):
    remove_experiment(draft_page(host=HOST).experiment)

    assert set_host(draft_page(slug="kiln").experiment, HOST).host == HOST


def test_the_next_test_of_an_idea_begins_at_the_same_host(app):
    larder = start_page(host=HOST)

    assert clone_experiment(larder.experiment, larder.editor).host == HOST


def test_another_host_asks_for_the_launch_check_again(app):
    experiment = draft_page().experiment
    without = draft_digest(experiment)

    assert draft_digest(set_host(experiment, HOST)) != without
    assert draft_digest(set_host(experiment, "")) == without


def test_links_codes_and_events_name_the_host(app):
    experiment = start_page(host=HOST).experiment

    assert page_url(experiment) == f"http://{HOST}"
    assert lifecycle.event_facts(experiment)["url"] == f"http://{HOST}"


@pytest.mark.parametrize("domain", [HOST, HOST.upper()])
def test_a_proxy_may_fetch_a_certificate_for_a_host_that_is_set(client: Browser, domain):
    draft_page(host=HOST)

    assert client.get("/certificate", query_string={"domain": domain}).status_code == 200


@pytest.mark.parametrize(
    "domain",
    [
        "evil.example", "", f"{HOST}.", f"{HOST}:443", f"sub.{HOST}", f"www.{HOST}", "com",
        "127.0.0.1", "localhost", "%", f"{HOST}\0", "a" * 10_000, f"{HOST}' OR '1'='1", "_",
    ],
)  # fmt: skip
def test_it_may_for_no_other(client: Browser, domain):
    draft_page(host=HOST)

    status = client.get("/certificate", query_string={"domain": domain}).status_code
    assert status in (400, 404)


def test_it_may_not_for_a_test_without_a_host(client: Browser):
    start_page()

    assert client.get("/certificate?domain=").status_code == 404


def test_nobody_on_the_internet_is_told_which_hosts_there_are(client: Browser):
    draft_page(host=HOST)

    for address in ("203.0.113.7", "2001:db8::1"):
        told = client.get(f"/certificate?domain={HOST}", environ_base={"REMOTE_ADDR": address})
        assert told.status_code == 404


def test_a_host_keeps_its_certificate_after_the_end_and_under_the_next_test(
    client: Browser, now: HandClock
):
    larder = start_page(host=HOST)
    lifecycle.end(larder.experiment, larder.approver)
    assert client.get(f"/certificate?domain={HOST}").status_code == 200

    start_next(larder)

    assert client.get(f"/certificate?domain={HOST}").status_code == 200


def test_the_question_for_a_certificate_is_answered_at_any_host(client: Browser):
    draft_page(host=HOST)

    told = client.get(f"/certificate?domain={HOST}", headers={"Host": "10.0.0.5:8000"})

    assert told.status_code == 200


def launch_page(client: Browser, larder: Larder) -> str:
    """The launch check as its editor reads it, of an instance that strangers can open."""
    client.set_cookie("__Host-wb-session", open_session(larder.editor), domain="localhost")
    runtime().settings = replace(runtime().settings, base_url="https://try.example.com")
    text: str = client.get(
        f"/experiments/{larder.experiment.id}/launch", base_url="https://localhost"
    ).text
    return text


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ([], "halfchair.com couldn’t be found."),
        (["10.0.0.1"], "halfchair.com isn’t a public address, so we don’t call it."),
        (["192.0.2.1", "127.0.0.1"], "halfchair.com isn’t a public address"),
    ],
)
def test_the_launch_check_says_when_its_host_does_not_lead_here(app, client, addresses, said):
    larder = draft_page(host=HOST)
    runtime().outgoing = Policy(look_up=lambda _host, _port: addresses)

    page = launch_page(client, larder)

    assert said in page
    assert "Point its DNS at this server." in page


def test_the_launch_check_looks_at_no_host_where_a_test_has_none(app, client):
    larder = draft_page()
    runtime().outgoing = Policy(look_up=lambda _host, _port: pytest.fail("somebody looked"))

    assert "Point its DNS" not in launch_page(client, larder)


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 60_000])
def test_a_host_where_another_server_answers_is_told(app, body):
    with running(Sink(body=body)) as sink:
        runtime().settings = replace(
            runtime().settings, base_url=f"http://localhost:{urlsplit(sink.url).port}"
        )
        runtime().outgoing = local()

        assert find_host_trouble(HOST) == f"{HOST} is answered by another server."


def test_what_was_read_is_over_before_a_host_is_looked_at(app):
    draft_page()
    hosts_in_use()
    assert db.session().in_transaction()

    find_host_trouble(HOST)

    assert not db.session().in_transaction()
