"""Links that say where they were put, and their QR codes."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Browser
from tests.factories import Team, log_in, make_experiment
from wbtest.extensions import db
from wbtest.publishing.experiments import remove_experiment
from wbtest.publishing.models import Experiment, TrackingLink
from wbtest.publishing.qr_codes import draw_png
from wbtest.publishing.sources import CHANNELS, source_name, source_of
from wbtest.publishing.tracking_links import (
    MOST_LINKS,
    Link,
    add_links,
    link_address,
    parse_links,
    remove_link,
    unused_channels,
)
from wbtest.store import Gone, Invalid
from wbtest.team.models import AuditLine, Person
from wbtest.writing.models import Revision

PAGE = "https://larder.example/p/larder"
NAMES = ["نشرة بريدية", "📣 podcast", "a&utm_source=b", "x#top", 'me"><script>', "50% off + more"]


@pytest.mark.parametrize("name", NAMES)
def test_a_link_is_recorded_under_the_name_it_was_made_for(name: str):
    [link] = parse_links(name, medium="social & more", campaign="spring=1")
    query = urlsplit(link_address(link, PAGE)).query

    assert source_of(query, "") == link.source == source_name(name)
    assert parse_qs(query)["utm_medium"] == ["social & more"]
    assert parse_qs(query)["utm_campaign"] == ["spring=1"]


@given(st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_an_address_is_plain_ascii_whatever_was_typed(typed: str):
    try:
        found = parse_links(typed, medium=typed)
    except Invalid:
        return

    for link in found:
        assert re.fullmatch(r"[\w%=&?.~/:-]+", link_address(link, PAGE), re.ASCII)
        assert source_of(urlsplit(link_address(link, PAGE)).query, "") == link.source


def test_several_names_are_several_links_and_known_ones_have_a_medium():
    assert parse_links("Newsletter, www.twitter.com\nmeetup, newsletter") == [
        Link("newsletter", "email"),
        Link("x", "social"),
        Link("meetup"),
    ]


def test_a_medium_that_is_typed_wins_over_the_usual_one():
    assert parse_links("newsletter, linkedin", medium="paid") == [
        Link("newsletter", "paid"),
        Link("linkedin", "paid"),
    ]


@pytest.mark.parametrize("channel", CHANNELS)
def test_visits_through_a_channel_are_recorded_under_its_own_name(channel: str):
    [link] = parse_links(channel)

    assert (link.source, link.medium) == (channel, CHANNELS[channel].medium)


@pytest.mark.parametrize(
    ("typed", "medium", "field"),
    [
        (" , ", "", "source"),
        ("direct", "", "source"),
        ("x" * 65, "", "source"),
        ("a", "m" * 41, "medium"),
    ],
)
def test_a_name_of_no_use_is_refused_at_its_field(typed: str, medium: str, field: str):
    with pytest.raises(Invalid) as refused:
        parse_links(typed, medium)

    assert refused.value.field == field


def test_the_longest_link_there_may_be_has_a_code():
    longest = Link("📣" * 64, "📣" * 40, "📣" * 40)
    address = link_address(longest, f"https://{'h' * 60}.example/p/larder")

    assert draw_png(address).startswith(b"\x89PNG\r\n\x1a\n")


@pytest.fixture
def experiment(revision: Revision, team: Team) -> Experiment:
    return make_experiment(revision, team.editor, sources=("newsletter", "podcast"))


def kept() -> list[str]:
    query = db.select(TrackingLink.source).order_by(TrackingLink.source)
    return list(db.session.scalars(query))


def test_a_link_is_kept_with_who_made_it_and_when(experiment: Experiment, team: Team, now):
    [link] = add_links(experiment, team.editor, "Flyer", campaign="May")

    assert (link.source, link.medium, link.campaign) == ("flyer", "print", "May")
    assert (link.person, link.made_at) == (team.editor, now())


def test_the_same_link_again_is_the_first(experiment: Experiment, team: Team):
    first, again = (add_links(experiment, team.editor, "flyer") for _ in range(2))

    assert first == again
    assert kept() == ["flyer"]


def test_another_campaign_is_another_link(experiment: Experiment, team: Team):
    for campaign in ("May", "June"):
        add_links(experiment, team.editor, "flyer", campaign=campaign)

    assert kept() == ["flyer", "flyer"]


def test_a_test_holds_so_many_links_and_none_of_too_many_is_kept(
    experiment: Experiment, team: Team
):
    add_links(experiment, team.editor, ",".join(f"a{number}" for number in range(MOST_LINKS - 1)))

    with pytest.raises(Invalid) as refused:
        add_links(experiment, team.editor, "one, two")

    assert refused.value.field == "source"
    assert len(kept()) == MOST_LINKS - 1


def test_a_link_is_removed_once_and_the_audit_log_keeps_it(experiment: Experiment, team: Team):
    links = add_links(experiment, team.editor, "flyer, x")
    key = links[0].key
    remove_link(experiment, team.owner, key)

    with pytest.raises(Gone):
        remove_link(experiment, team.owner, key)
    assert kept() == ["x"]
    line = db.session.scalars(
        db.select(AuditLine).where(AuditLine.action == "tracking_link.removed")
    ).one()
    assert line.about == "“Larder”, test 1: flyer, print"


def test_a_draft_that_is_deleted_takes_its_links_along(experiment: Experiment, team: Team):
    add_links(experiment, team.editor, "flyer, x")
    remove_experiment(experiment)

    assert kept() == []


def test_channels_of_the_rule_are_offered_first_and_none_that_has_a_link(
    experiment: Experiment, team: Team
):
    add_links(experiment, team.editor, "newsletter, x")

    offered = unused_channels(experiment, ("direct", "newsletter", "podcast"))

    assert list(offered)[:2] == ["podcast", "whatsapp"]
    assert not {"direct", "newsletter", "x"} & offered.keys()


def test_a_channel_is_added_by_one_click(owner: Browser, experiment: Experiment):
    answer = owner.send(f"/experiments/{experiment.id}/links", data={"channel": "hackernews"})
    page = owner.get(answer.location).text

    assert "utm_source=hackernews&amp;utm_medium=social<" in page
    assert page.count('<img class="qr"') == 1
    assert page.count("doesn’t count visitors from this source") == 1


def test_a_code_of_an_address_that_nobody_can_open_says_so(owner: Browser, experiment: Experiment):
    path = f"/experiments/{experiment.id}"
    before = owner.get(path).text
    owner.send(f"{path}/links", data={"source": "flyer"})

    said = "http://localhost opens only on this computer."
    assert (said in before, said in owner.get(path).text) == (False, True)


def test_a_source_of_the_rule_is_not_warned_of(owner: Browser, experiment: Experiment):
    owner.send(f"/experiments/{experiment.id}/links", data={"source": "podcast"})

    page = owner.get(f"/experiments/{experiment.id}").text
    assert "utm_source=podcast<" in page
    assert "doesn’t count visitors from this source" not in page


def test_to_look_adds_nothing(owner: Browser, experiment: Experiment):
    owner.get(f"/experiments/{experiment.id}?source=x&one=x&add=x&channel=x")
    owner.get(f"/experiments/{experiment.id}/links?channel=x")

    assert kept() == []


def test_a_refused_link_keeps_what_was_typed(owner: Browser, experiment: Experiment):
    typed = {"source": "direct", "medium": "<b>"}
    answer = owner.send(f"/experiments/{experiment.id}/links", data=typed)

    assert answer.status_code == 422
    assert 'value="direct"' in answer.text
    assert 'value="&lt;b&gt;"' in answer.text
    assert "Choose another name." in answer.text


def test_codes_are_files_to_print(owner: Browser, experiment: Experiment, team: Team):
    [link] = add_links(experiment, team.editor, 'Ä "><script>')
    path = f"/experiments/{experiment.id}/links/{link.key}"
    drawing, picture = (owner.get(f"{path}.{kind}") for kind in ("svg", "png"))

    assert (drawing.mimetype, picture.mimetype) == ("image/svg+xml", "image/png")
    assert b"<script" not in drawing.data
    assert picture.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert "filename=larder-a-script.png" in picture.headers["Content-Disposition"]


def test_a_link_that_is_not_there_has_no_code(owner: Browser, experiment: Experiment):
    assert owner.get(f"/experiments/{experiment.id}/links/none.svg").status_code == 404


def test_every_member_sees_the_links_and_editors_change_them(
    client: Browser, experiment: Experiment, team: Team, stranger: Person
):
    add_links(experiment, team.editor, "flyer")
    page = f"/experiments/{experiment.id}"
    statuses, offers = [], []
    for person in (team.viewer, team.editor, stranger):
        log_in(client, person)
        answer = client.get(page)
        statuses.append(answer.status_code)
        offers.append("/remove" in answer.text)
        statuses.append(client.send(f"{page}/links", data={"channel": "x"}).status_code)

    assert statuses == [200, 403, 200, 303, 404, 404]
    assert offers == [False, True, False]
