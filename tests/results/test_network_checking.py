"""The networks of a running test: looked at by the worker, and before a verdict is given."""

from collections.abc import Iterable

import pytest
from flask.testing import FlaskClient

from tests.conftest import HandClock
from tests.factories import Team, log_in
from tests.results.conftest import Start
from wbtest import store
from wbtest.audience import retention
from wbtest.audience.models import NetworkFinding
from wbtest.audience.recording.events import Event, Seen, Served, SignedUp
from wbtest.audience.recording.gate import NetworkGate
from wbtest.audience.recording.ledger import load_rules
from wbtest.audience.recording.write_batch import record_events
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results import network_checking
from wbtest.results.figures import evaluate, results_of
from wbtest.results.network_checking import seen_of_marks
from wbtest.results.trust import Check

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def running(begin: Start) -> Experiment:
    """A test with one variant that has just started."""
    return begin()


class Street:
    """Where people come from; ``come`` lets them see the page at this moment of the clock."""

    def __init__(self, experiment: Experiment, now: HandClock) -> None:
        self.experiment_id, self.now, self.number = experiment.id, now, 0
        self.gate = NetworkGate()

    def come(
        self, count: int, signing: int = 0, *, network: str = "", variant: str = "control",
        is_seen: bool = True,
    ) -> None:  # fmt: skip
        """Let so many come, each from a network of their own unless one is named."""
        with store.writing_group(db.engine, store.lock()) as connection:
            events = list(self._events(count, signing, network, variant, is_seen=is_seen))
            record_events(connection, events, {}, self.now(), "example.com", gate=self.gate)
        # So that the next read sees it.
        db.session.rollback()

    def _events(
        self, count: int, signing: int, network: str, variant: str, *, is_seen: bool
    ) -> Iterable[Event]:
        at_us = int(self.now().timestamp()) * 1_000_000
        for index in range(count):
            self.number += 1
            own = f"{20 + self.number // 60_000}.{self.number // 250 % 240}.{self.number % 250}.7"
            who = {
                "experiment_id": self.experiment_id, "variant": variant,
                "visitor": f"{self.number:032d}", "source": "newsletter", "device": "phone",
                "user_agent": PHONE, "address": network or own,
            }  # fmt: skip
            yield Served(at_us=at_us, **who)
            if is_seen:
                yield Seen(at_us=at_us + 1, **who)
            if index < signing:
                email = f"v{self.number}@example.com"
                yield SignedUp(at_us=at_us + 2, **who, email=email, email_key=email)


@pytest.fixture
def street(running: Experiment, now: HandClock) -> Street:
    return Street(running, now)


def check_of(experiment: Experiment, now: HandClock) -> Check:
    return next(each for each in results_of(experiment, now()).trust if each.check == "networks")


def bring_strangers(street: Street, now: HandClock, days: int = 5, rate: float = 0.05) -> None:
    """A hundred strangers a day."""
    for _ in range(days):
        street.come(100, round(100 * rate))
        now.turn(days=1)


def bring_accomplices(street: Street, now: HandClock) -> None:
    for _ in range(5):
        for block in range(5):
            street.come(7, 7, network=f"198.51.{block}.1")
        now.turn(hours=2)
    now.turn(days=3)
    # A verdict rests on a full hour in which somebody came.
    street.come(20, 1)
    now.turn(hours=2)


def test_a_verdict_that_few_networks_make_is_withheld_and_says_why(street, running, now):
    bring_strangers(street, now)
    bring_accomplices(street, now)

    results = results_of(running, now())
    check = check_of(running, now)
    assert results.verdict.is_withheld
    assert (check.state, check.where) == ("stop", "networks")
    assert "from 5 networks" in check.reason
    assert "“met”" in check.reason


def test_the_page_of_a_verdict_that_few_networks_make_says_so(
    street, running, now, client: FlaskClient, team: Team
):
    bring_strangers(street, now)
    bring_accomplices(street, now)
    log_in(client, team.owner)

    page = client.get(f"/experiments/{running.id}/results")

    assert page.status_code == 200
    assert "No result: it depends on a few networks." in page.text
    assert (
        "Look at the result without these networks. Any decision needs a second approver."
        in page.text
    )
    assert "1 check failed. Don’t decide on this data." in page.text


def test_a_list_says_what_the_page_says(street, running, now):
    bring_strangers(street, now)
    bring_accomplices(street, now)

    assert evaluate(running, now()).verdict.is_withheld


def test_strangers_who_say_yes_are_believed(street, running, now):
    bring_strangers(street, now, days=8, rate=0.15)

    assert check_of(running, now).state == "ok"
    assert evaluate(running, now()).verdict.choice == "go"


@pytest.mark.every_database
def test_there_may_be_more_networks_than_a_statement_has_parameters(street, running):
    street.come(40, 10, network="198.51.100.1")
    street.come(3, 1, network="198.51.101.1")
    facts = load_rules(db.session.connection(), running.id)

    rows = seen_of_marks(running, facts, range(65_536))
    assert sum(row.number for row in rows) == 30 + 3
    assert len({row.mark for row in rows}) == 2


def test_the_worker_keeps_what_it_found(street, running, now):
    bring_strangers(street, now)
    bring_accomplices(street, now)
    network_checking.check_all_networks(now())

    [found] = network_checking.findings_of([running]).values()
    assert found.check.state == "stop"
    assert (found.seen, len(found.marks)) == (500 + 175 + 20, 5)


def test_the_worker_does_not_look_twice_at_the_same(street, running, now):
    bring_strangers(street, now)
    network_checking.check_all_networks(now())
    first = network_checking.findings_of([running])
    now.turn(days=1)
    network_checking.check_all_networks(now())

    assert network_checking.findings_of([running]) == first


def test_no_verdict_rests_on_hours_at_which_nobody_looked(street, running, now):
    """The worker looked while all was well, and is late after those who were bought."""
    bring_strangers(street, now)
    network_checking.check_all_networks(now())
    bring_accomplices(street, now)

    assert evaluate(running, now()).verdict.is_withheld


def test_a_verdict_that_time_alone_brings_is_looked_at_first(street, running, now):
    """The worker looked within the hour of those who were bought; nobody came since."""
    bring_strangers(street, now, days=8, rate=0.07)
    for block in range(5):
        street.come(12, 12, network=f"198.51.{block}.1")
    network_checking.check_all_networks(now())
    now.turn(hours=2)

    assert evaluate(running, now()).verdict.is_withheld
    network_checking.check_all_networks(now())
    assert network_checking.findings_of([running])[running.id].check.state == "stop"


def test_somebody_who_loads_one_variant_only_does_not_break_the_test(begin, now):
    experiment = begin(variants=("Price",))
    street = Street(experiment, now)
    for _ in range(6):
        for variant in ("control", "price"):
            street.come(40, 3, variant=variant)
        for block in range(4):
            street.come(20, network=f"198.51.{block}.1", variant="price")
        now.turn(days=1)

    results = results_of(experiment, now())
    checks = {check.check: check for check in results.trust}
    assert {checks[name].state for name in ("split", "served_split")} == {"warn"}
    assert "without them, it’s 240 and 240" in checks["split"].reason
    assert not results.verdict.is_withheld
    assert results.comparison is not None


def test_loads_without_a_beacon_do_not_withhold_the_verdict(street, running, now):
    for _ in range(8):
        street.come(50, 3)
        for block in range(3):
            street.come(30, network=f"198.51.{block}.1", is_seen=False)
        now.turn(days=1)

    checks = {check.check: check for check in results_of(running, now()).trust}
    assert (checks["beacons"].state, checks["beacons"].where) == ("warn", "networks")


def test_a_purge_keeps_the_words_and_forgets_the_marks(street, running, now):
    bring_strangers(street, now)
    bring_accomplices(street, now)
    network_checking.check_all_networks(now())
    before = check_of(running, now)
    retention.purge(running)

    assert check_of(running, now) == before
    assert db.session.get_one(NetworkFinding, running.id).findings["marks"] == []


def test_those_of_an_unknown_network_are_told_of(
    street: Street, running: Experiment, now: HandClock
):
    street.come(60, network="10.0.0.7")
    street.come(40)
    network_checking.check_all_networks(now())

    check = next(each for each in results_of(running, now()).trust if each.check == "unknown")
    assert check.reason.startswith("We couldn’t identify the network of 60 of 100 people.")
