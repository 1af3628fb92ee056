"""The figures without the groups set aside and with those taken in: the sealed ones never move."""

from dataclasses import replace

import msgspec
import pytest

from tests.conftest import Browser, HandClock
from tests.factories import Team, log_in
from tests.results.conftest import SIX_HOURLY, Start
from tests.results.visiting import HOUR, Group, come
from wbtest.audience.group_counts import VisitorGroup as Chosen
from wbtest.audience.retention import purge
from wbtest.audience.setting_aside import set_aside, take_back
from wbtest.extensions import clock
from wbtest.publishing import lifecycle
from wbtest.publishing.models import Experiment
from wbtest.results.figures import Results, history_of
from wbtest.results.network_checking import check_all_networks, save_findings
from wbtest.results.set_aside import Aside, Beside, networks_found, results_and_aside
from wbtest.web import number_of

WHY = "We know this office: they asked their friends."
FORUM = Chosen("out", "source", "forum")


def figures(experiment: Experiment) -> tuple[Results, Aside]:
    results, aside = results_and_aside(experiment, clock.now())
    assert aside is not None
    return results, aside


def counts(beside: Beside) -> list[tuple[int, int]]:
    return [(each.seen, each.converted) for each in beside.counts]


def test_what_is_set_aside_leaves_both_sides_and_the_verdict_is_judged_without_it(inflated, team):
    set_aside(inflated, team.owner, FORUM, WHY)
    results, aside = figures(inflated)

    assert (results.everybody.seen, results.everybody.converted) == (704, 96)
    assert counts(aside.beside) == [(640, 32)]
    assert (results.verdict.word, aside.beside.verdict.word) == ("met", "not_met")


def test_nothing_stands_beside_before_somebody_sets_a_group_aside_or_when_all_is_taken_back(
    inflated, team
):
    assert results_and_aside(inflated, clock.now())[1] is None
    set_aside(inflated, team.owner, FORUM, WHY)
    take_back(inflated, team.owner, 1)

    assert results_and_aside(inflated, clock.now())[1] is None


def test_nothing_that_counts_moves(client: Browser, inflated, team: Team):
    log_in(client, team.owner)
    address = f"/experiments/{inflated.id}/results.json"
    before = client.get(address).get_json()

    set_aside(inflated, team.owner, FORUM, WHY)

    assert client.get(address).get_json() == before


def test_what_is_taken_in_joins_both_sides_and_who_is_out_stays_out(begin, team, now):
    experiment = begin()
    come(
        experiment,
        Group(10, signups=1),
        Group(4, signups=2, excluded_because="team"),
        Group(3, signups=3, excluded_because="team", source="forum"),
        Group(5, signups=1, source="forum"),
    )
    now.turn(days=1)
    set_aside(experiment, team.owner, Chosen("in", "reason", "team"), WHY)
    set_aside(experiment, team.owner, Chosen("out", "source", "forum"), WHY)

    assert counts(figures(experiment)[1].beside) == [(14, 3)]


def test_the_split_is_worked_out_without_the_group(begin, team, now):
    experiment = begin(variants=("Kitchen",))
    come(
        experiment,
        *[Group(100, signups=3, variant=key) for key in ("control", "kitchen")],
        Group(150, variant="kitchen", source="forum"),
    )
    now.turn(days=1)
    set_aside(experiment, team.owner, FORUM, WHY)
    results, aside = figures(experiment)

    assert results.verdict.is_withheld
    assert not aside.beside.verdict.is_withheld


def test_the_cap_is_worked_out_without_the_group(begin, team, now):
    experiment = begin(minimum_visitors=100, maximum_visitors=120, minimum_days=1)
    come(experiment, Group(100, signups=1), Group(60, signups=1, source="forum"))
    now.turn(days=2)
    set_aside(experiment, team.owner, FORUM, WHY)
    results, aside = figures(experiment)

    assert (results.verdict.is_capped, aside.beside.verdict.is_capped) == (True, False)


def bring_friends(begin: Start, now: HandClock, *others: Group) -> Experiment:
    """The same, but the friends come through two networks, which makes the verdict unreliable."""
    experiment = begin(target=0.08, floor=0.03, minimum_visitors=400, maximum_visitors=4_000)
    crowd = [Group(20, signups=1, at=hour * HOUR) for hour in SIX_HOURLY]
    friends = [
        Group(1, signups=1, at=hour * HOUR, mark=mark) for hour in SIX_HOURLY for mark in (7, 9)
    ]
    come(experiment, *crowd, *friends, *others)
    now.turn(days=9)
    return experiment


@pytest.fixture
def of_networks(begin: Start, now: HandClock) -> Experiment:
    return bring_friends(begin, now)


@pytest.fixture
def of_two_groups(begin: Start, now: HandClock) -> Experiment:
    """Without the two networks that the check names, three others make the verdict."""
    others = [
        Group(1, signups=1, at=hour * HOUR, mark=mark)
        for mark, hour in zip((11, 13, 15) * 7, SIX_HOURLY, strict=False)
    ]
    return bring_friends(begin, now, *others)


def test_a_verdict_that_networks_made_is_given_without_them_and_not_without_one(of_networks, team):
    set_aside(of_networks, team.owner, Chosen("out", "mark", "7"), WHY)
    results, one = figures(of_networks)
    set_aside(of_networks, team.owner, Chosen("out", "mark", "9,7"), WHY)
    _, both = figures(of_networks)

    assert results.verdict.is_withheld
    assert one.beside.verdict.is_withheld
    assert (both.beside.verdict.word, both.beside.verdict.is_withheld) == ("not_met", False)
    assert [name for name, _ in both.named] == ["network 0007", "2 networks (0007, 0009)"]


def test_a_verdict_that_other_networks_make_once_the_first_are_out_stays_withheld(
    of_two_groups, team
):
    assert networks_found(of_two_groups, None, clock.now()) == "7,9"
    set_aside(of_two_groups, team.owner, Chosen("out", "mark", "7,9"), WHY)
    _, first = figures(of_two_groups)
    set_aside(of_two_groups, team.owner, Chosen("out", "mark", "11,13,15"), WHY)
    _, all_of_them = figures(of_two_groups)

    assert first.beside.verdict.is_withheld
    assert not all_of_them.beside.verdict.is_withheld


def test_after_a_purge_nobody_knows_whether_all_networks_were_set_aside(of_networks, team):
    set_aside(of_networks, team.owner, Chosen("out", "mark", "7"), WHY)
    check_all_networks(clock.now())
    purge(of_networks)

    assert figures(of_networks)[1].beside.verdict.is_withheld


def test_a_verdict_beside_is_said_in_a_sentence(inflated, team):
    set_aside(inflated, team.owner, Chosen("out", "domain", "example.com"), WHY)
    beside = figures(inflated)[1].beside
    met = figures(inflated)[0].verdict

    assert beside.said == "The result is “target not met”, and the rule says stop."
    assert replace(beside, verdict=met).said == "The result is “target met”, and the rule says go."


def url(experiment: Experiment, page: str = "results/visitors") -> str:
    return f"/experiments/{experiment.id}/{page}"


@pytest.fixture
def owner(client: Browser, team: Team) -> Browser:
    log_in(client, team.owner)
    return client


def test_an_owner_sets_a_network_aside_and_everybody_sees_it(owner, inflated, team):
    form = {"group": "out:source:forum", "why": WHY}
    assert owner.send(url(inflated, "set-aside"), form).status_code == 303
    log_in(owner, team.viewer)

    page, results = owner.get(url(inflated)).text, owner.get(url(inflated, "results")).text

    assert "32 of 640" in page
    assert "source forum" in page
    assert "they asked their friends" in page
    assert f'1 group set aside or included. <a href="{url(inflated)}#beside">' in results


def test_the_form_offers_the_largest_groups_with_their_rates_to_owners_alone(owner, inflated, team):
    for_owner = owner.get(f"{url(inflated)}?group=").text
    log_in(owner, team.approver)
    for_others = owner.get(f"{url(inflated)}?group=").text

    assert "Set aside: source forum · 64 of 64" in for_owner
    assert "Set aside: addresses at example.com · 96 sign-ups" in for_owner
    assert "addresses at example.com" not in for_others


@pytest.mark.parametrize(
    "chosen", ["out:source:forum", "out:source:newsletter", "out:domain:example.com"]
)
def test_a_link_chooses_the_group_beforehand_and_does_nothing(owner, inflated, chosen):
    page = owner.get(f"{url(inflated)}?group={chosen}").text

    assert f'<option selected value="{chosen}">' in page
    assert results_and_aside(inflated, clock.now())[1] is None


def test_the_panel_links_to_the_networks_that_it_names(owner, of_networks):
    panel = owner.get(url(of_networks, "results")).text
    page = owner.get(f"{url(of_networks)}?group=out:mark:found").text

    assert "results/visitors?group=out:mark:found#set-aside" in panel
    assert '<option selected value="out:mark:7,9">' in page
    assert "Set aside: 2 networks (0007, 0009) · 64 of 64" in page


@pytest.mark.parametrize(("first", "rest"), [("7", "9"), ("7,9", "11,13,15")])
def test_networks_that_still_make_the_verdict_are_the_next_to_set_aside(
    owner, of_two_groups, team, first, rest
):
    set_aside(of_two_groups, team.owner, Chosen("out", "mark", first), WHY)
    page = owner.get(f"{url(of_two_groups)}?group=out:mark:found").text

    assert f"It still depends on {number_of(len(rest.split(',')), 'network')}." in page
    assert f'<option selected value="out:mark:{rest}">' in page


def test_once_no_networks_make_the_verdict_the_page_asks_for_no_more(owner, of_networks, team):
    set_aside(of_networks, team.owner, Chosen("out", "mark", "7,9"), WHY)

    assert "It still depends on" not in owner.get(url(of_networks)).text


def test_the_panel_leads_those_who_own_nothing_to_who_was_left_out(client, of_networks, team):
    log_in(client, team.approver)
    panel = client.get(url(of_networks, "results")).text

    assert "#set-aside" not in panel
    assert f'<a href="{url(of_networks)}#excluded">View excluded visits</a>' in panel


def test_after_the_purge_the_panel_leads_nobody_to_the_form(client, of_networks, team, now):
    lifecycle.end(of_networks, team.owner)
    check_all_networks(now())
    now.turn(days=400)
    purge(of_networks)
    log_in(client, team.owner)
    panel = client.get(url(of_networks, "results")).text

    assert "Spread across many networks" in panel
    assert "#set-aside" not in panel
    assert f'<a href="{url(of_networks)}#excluded">View excluded visits</a>' in panel


@pytest.fixture
def of_many(of_networks: Experiment, now: HandClock) -> str:
    """The marks of a thousand networks that a check of this test names."""
    marks = tuple(range(7, 1_007))
    looked = history_of(of_networks, now()).networks
    save_findings(of_networks, msgspec.structs.replace(looked, marks=marks))
    return ",".join(map(str, marks))


def test_a_thousand_networks_are_one_group(owner, of_networks, of_many):
    page = owner.get(f"{url(of_networks)}?group=out:mark:found").text
    form = {"group": f"out:mark:{of_many}", "why": WHY}

    assert f'<option selected value="out:mark:{of_many}">' in page
    assert owner.send(url(of_networks, "set-aside"), form).status_code == 303
    assert "and 997 more" in owner.get(url(of_networks)).text


@pytest.mark.every_database
def test_as_many_networks_as_there_are_marks_can_be_one_group(of_networks, team):
    every = Chosen("out", "mark", ",".join(map(str, range(1 << 16))))
    set_aside(of_networks, team.owner, every, WHY)

    assert counts(figures(of_networks)[1].beside) == [(640, 32)]


@pytest.mark.parametrize(
    "query",
    ["mark=found", "mark=12", "mark=x", "source=<b>", "domain=nobody.example", "reason=bot"],
)
def test_a_link_to_a_group_that_is_none_chooses_nothing(owner, inflated, query):
    answer = owner.get(f"{url(inflated)}?{query}")

    assert answer.status_code == 200
    assert "<option selected" not in answer.text


def test_a_mistake_keeps_what_was_typed(owner, inflated):
    answer = owner.send(url(inflated, "set-aside"), {"group": "out:source:forum", "why": "hm"})

    assert answer.status_code == 422
    assert "Say how you know in a sentence" in answer.text
    assert ">hm</textarea>" in answer.text.replace("\r\n", "")
    assert '<option selected value="out:source:forum">' in answer.text


@pytest.mark.parametrize("group", ["", "x", "out:mark", "out:mark:12", "in:reason:bot"])
def test_a_group_that_is_none_is_refused_at_its_field(owner, inflated, group):
    answer = owner.send(url(inflated, "set-aside"), {"group": group, "why": WHY})

    assert answer.status_code == 422
    assert 'id="group-error"' in answer.text


def test_removing_a_group_is_a_button(owner, inflated, team):
    set_aside(inflated, team.owner, FORUM, WHY)

    assert owner.send(url(inflated, "set-aside/1/withdraw")).status_code == 303
    page = owner.get(url(inflated)).text
    assert "removed it" in page
    assert "Locked and adjusted figures" not in page


def test_a_page_says_that_a_domain_can_only_lower_the_rate(owner, inflated, team):
    set_aside(inflated, team.owner, Chosen("out", "domain", "example.com"), WHY)

    assert "setting one aside can only lower the rate" in owner.get(url(inflated)).text


@pytest.mark.parametrize(
    ("role", "status"), [("viewer", 403), ("approver", 403), ("owner", 303), ("stranger", 404)]
)
def test_only_owners_set_a_group_aside(client, inflated, team, stranger, role, status):
    log_in(client, stranger if role == "stranger" else getattr(team, role))
    form = {"group": "out:source:forum", "why": WHY}

    assert client.send(url(inflated, "set-aside"), form).status_code == status


def test_the_page_says_who_was_left_out_and_what_that_means(client, begin, team, now):
    experiment = begin()
    come(experiment, Group(3, excluded_because="team"))
    now.turn(days=1)
    log_in(client, team.viewer)
    page = client.get(url(experiment)).text

    assert "People on the team" in page
    assert "used a browser that somebody on the team marked as theirs." in page


def test_before_anything_is_excluded_the_page_says_what_will_appear(client, begin, team):
    experiment = begin()
    log_in(client, team.viewer)

    assert "None yet. Bots, link previews" in client.get(url(experiment)).text
