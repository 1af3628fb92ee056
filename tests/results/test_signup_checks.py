"""Checks of sign-ups: confirmed addresses, mailboxes, bursts, traces on the page."""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from tests.results.check_histories import SOUND, checked, counted, visitors
from tests.results.hours import START
from wbtest.audience.quality_counts import (
    ConversionRow,
    Conversions,
    NewestSignups,
    sum_conversions,
)
from wbtest.results.evidence_path import HourCounts
from wbtest.results.signup_checks import (
    check_addresses,
    check_alarms,
    check_bursts,
    check_domains,
    check_footprint,
    check_spellings,
)
from wbtest.results.trust import Check, CheckContext


@pytest.mark.parametrize(
    ("confirmed", "of", "colour", "value"),
    [
        (0, 0, "grey", "–"),
        (1, 9, "grey", "1 of 9"),
        (50, 100, "green", "50%"),
        (49, 100, "amber", "49%"),
    ],
)
def test_few_confirmed_addresses_want_a_look(confirmed, of, colour, value):
    check = checked(counted(visitors(1000, 900, signups=of, confirmed=confirmed)))["confirmed"]

    assert (check.colour, check.value) == (colour, value)


def test_where_nobody_is_asked_nobody_fails_to_confirm():
    history = counted(visitors(1000, 900, signups=100), visitors(1000, 900, signups=100))
    checks = checked(history, CheckContext(names=("A", "B"), confirms=False))

    assert (checks["confirmed"].colour, checks["confirmed"].value) == ("green", "not asked")
    assert checks["confirmed_alike"].colour == "green"


@pytest.mark.parametrize(
    ("unasked", "conversion", "colour", "value", "words"),
    [
        (100, "signup", "green", "not asked", "so nobody was asked to confirm."),
        (1, "signup", "green", "1 not asked", "latest 100 sign-ups, 1 was not asked to confirm,"),
        (2, "signup", "green", "2 not asked", "latest 100 sign-ups, 2 were not asked to confirm,"),
        (2, "confirmed", "amber", "2 not asked", "so the rate is too low."),
    ],
)
def test_who_was_not_asked_for_want_of_a_mail_server_did_not_fail_to_confirm(
    unasked, conversion, colour, value, words
):
    history = counted(visitors(1000, 900, signups=100, confirmed=10))
    newest = NewestSignups(count=100, confirmed=10, unasked=unasked)

    check = checked(history, CheckContext(names=("A",), newest=newest), conversion=conversion)[
        "confirmed"
    ]

    assert (check.colour, check.value) == (colour, value)
    assert words in check.reason


@pytest.mark.parametrize(
    ("a", "b", "colour"),
    [
        ((9, 5), (80, 60), "grey"),
        ((80, 60), (80, 52), "green"),
        ((80, 70), (80, 20), "amber"),
        ((400, 390), (400, 340), "amber"),
    ],
)
def test_variants_whose_people_confirm_otherwise_want_a_look(a, b, colour):
    variants = [visitors(1000, 900, signups=of, confirmed=n) for of, n in (a, b)]

    assert checked(counted(*variants))["confirmed_alike"].colour == colour


@pytest.mark.parametrize(
    ("newest", "colour"),
    [
        (NewestSignups(9, 9, disposable=9), "grey"),
        (NewestSignups(100, 60, disposable=10, automated=12), "green"),
        (NewestSignups(100, 60, disposable=11), "amber"),
        (NewestSignups(100, 60, automated=13), "amber"),
    ],
)
def test_throw_away_addresses_and_confirmations_by_machines_want_a_look(newest, colour):
    assert check_addresses(CheckContext(newest=newest)).colour == colour


def test_both_kinds_are_told_with_their_counts():
    reason = check_addresses(
        CheckContext(newest=NewestSignups(100, 60, disposable=40, automated=30))
    ).reason

    assert reason.startswith(
        "Of the latest 100 addresses, 40 come from disposable email services and "
        "30 of 60 confirmations arrived so fast"
    )


def test_one_variant_confirms_like_itself():
    assert checked(counted(SOUND))["confirmed_alike"].colour == "green"


def checked_domains(*addresses: str) -> tuple[Check, Check]:
    history = counted(
        SOUND, conversions=sum_conversions([ConversionRow("a", address) for address in addresses])
    )
    return check_domains(history), check_spellings(history)


def at(domain: str, number: int) -> list[str]:
    return [f"p{k}-{domain}@{domain}" for k in range(number)]


def far(number: int) -> list[str]:
    """Everybody at another domain."""
    return [f"p@d{k}.example" for k in range(number)]


@pytest.mark.parametrize(
    ("addresses", "colour"),
    [
        (at("acme.com", 19), "grey"),
        (at("acme.com", 9) + far(83), "green"),
        (at("acme.com", 10) + far(82), "amber"),
        (at("x1.acme.com", 5) + at("x2.acme.com", 5) + far(82), "amber"),
        (at("acme.com", 5) + at("acme.org", 5) + far(82), "green"),
        (at("acme.com", 6) + at("acme.co.uk", 6) + far(80), "amber"),
        (at("gmail.com", 60) + at("web.de", 20) + far(12), "green"),
        (at("acme.com", 9) + at("left", 0) + ["left-5f"] * 83, "grey"),
    ],
)
def test_many_at_a_domain_that_is_no_providers_want_a_look(addresses, colour):
    assert checked_domains(*addresses)[0].colour == colour


def test_it_says_how_many_and_not_where():
    check, _ = checked_domains(*at("acme.com", 26), *at("gmail.com", 40), *far(26))

    assert (check.value, "acme" in check.reason) == ("26 at 1 domain", False)
    assert check.reason.startswith("26 of the latest 92 sign-ups use 1 little-known email domain.")


def spelled(number: int) -> list[str]:
    """One mailbox, spelled in so many ways."""
    return [f"a.da+{k}@{('gmail', 'googlemail')[k % 2]}.com" for k in range(number)]


@pytest.mark.parametrize(
    ("addresses", "colour"),
    [
        (spelled(19), "grey"),
        (spelled(5) + far(87), "green"),
        (spelled(6) + far(86), "amber"),
        (spelled(6) + far(194), "green"),
        ([f"{'a' * k}.{'a' * (20 - k)}@acme.com" for k in range(1, 20)] + far(20), "green"),
        ([f"{'a' * k}.{'a' * (20 - k)}@gmail.com" for k in range(1, 20)] + far(20), "amber"),
    ],
)
def test_a_mailbox_under_many_spellings_wants_a_look(addresses, colour):
    assert checked_domains(*addresses)[1].colour == colour


def amber_of(honest: list[list[str]]) -> tuple[float, float]:
    """The share of these tests in which each check is amber."""
    found = [checked_domains(*addresses) for addresses in honest]
    domains, spellings = (
        float(np.mean([check.colour == "amber" for check in column]))
        for column in zip(*found, strict=True)
    )
    return domains, spellings


@pytest.mark.parametrize("number", [20, 50, 92, 400])
def test_honest_consumers_are_hardly_ever_amber(number):
    # Four in five at a provider of the list, one in eight at one of forty small ones that are not,
    # of which the largest has 3 %; the rest at a domain of their own, which some share with
    # somebody. One in a hundred signs up once more, spelled otherwise.
    chance = np.random.default_rng(1)
    small = 1 / np.arange(1, 41)
    places = ["gmail.com", *(f"isp{k}.example" for k in range(40)), "own"]
    shares = [0.79, *(0.12 * small / small.sum()), 0.09]

    def people() -> list[str]:
        found: list[str] = []
        for k, place in enumerate(chance.choice(places, number, p=shares)):
            domain = f"own{k // 2}.example" if place == "own" else place
            is_again = bool(found) and chance.random() < 0.01
            found.append(found[-1].replace("@", "+b@") if is_again else f"p{k}@{domain}")
        return found

    domains, spellings = amber_of([people() for _ in range(1_000)])

    assert domains <= 0.01
    assert spellings <= 0.005


Moments = npt.NDArray[np.float64]
BERLIN = CheckContext(names=("A",), time_zone="Europe/Berlin")
HOUR, DAY = 3600, 86_400
DAYS = 7


def checked_bursts(seen: Moments, signed_up: Moments) -> Check:
    """Of people who were seen, and some who signed up, so many seconds after the start."""
    first = int(START.timestamp())
    names = np.arange(DAYS * 24)
    people = np.histogram(seen, bins=DAYS * 24, range=(0, DAYS * DAY))[0].reshape(-1, 1)
    converted = np.histogram(signed_up, bins=DAYS * 24, range=(0, DAYS * DAY))[0].reshape(-1, 1)
    hours = HourCounts(first, (1,), first + HOUR * names, people, converted, converted)
    rows = [ConversionRow("a", "p@x.io", at_us=int((first + at) * 1e6)) for at in signed_up]
    history = counted(SOUND, hours=hours, conversions=sum_conversions(rows))
    return check_bursts(history, BERLIN)


def usual(chance: np.random.Generator, number: int, rate: float) -> tuple[Moments, Moments]:
    """Visitors of the mornings and evenings of a week, and those who sign up minutes later."""
    days = chance.integers(0, DAYS, number) * DAY
    seen = days + chance.beta(2, 2, number) * 15 * HOUR
    return seen, later(chance, seen, rate)


def later(chance: np.random.Generator, seen: Moments, rate: float) -> Moments:
    yes = seen[chance.random(len(seen)) < rate]
    return yes + chance.exponential(180, len(yes))


def script(number: int, minutes: float) -> Moments:
    """One machine that signs up and does nothing else, from two o'clock in the night on."""
    return 3 * DAY + 16 * HOUR + np.linspace(0, 60 * minutes, number, endpoint=False)


@pytest.mark.parametrize(("number", "minutes"), [(26, 5), (26, 10), (30, 55), (12, 3)])
def test_a_script_that_signs_up_within_minutes_wants_a_look(number, minutes):
    seen, signed_up = usual(np.random.default_rng(1), 1_000, 0.06)
    extra = script(number, minutes)
    check = checked_bursts(np.append(seen, extra), np.append(signed_up, extra))

    assert check.colour == "amber"


def test_it_says_when_how_many_and_what_is_usual():
    seen, signed_up = usual(np.random.default_rng(1), 1_000, 0.06)
    extra = script(26, 8)
    check = checked_bursts(np.append(seen, extra), np.append(signed_up, extra))

    assert (check.title, check.value) == ("Bursts of sign-ups", "26 in 10 minutes")
    assert check.reason == (
        "26 people signed up within 10 minutes of 5 March, 02:00. In these hours, 26 visitors saw "
        "the page. At the usual 4.7%, we’d expect 1.2 sign-ups."
    )


def test_before_twenty_nothing_is_said():
    extra = script(19, 5)

    assert checked_bursts(extra, extra).colour == "grey"


def test_where_everybody_came_at_once_nothing_is_unusual():
    extra = script(40, 5)

    assert checked_bursts(extra, extra).colour == "green"


@pytest.mark.parametrize(("others", "readers"), [(0.06, 0.06), (0.06, 0.16), (0.02, 0.05)])
def test_honest_tests_with_a_newsletter_are_hardly_ever_amber(others, readers):
    # Two in five come within two hours of it, and may well sign up more than twice as often.
    chance, amber = np.random.default_rng(1), 0
    for _ in range(300):
        seen, signed_up = usual(chance, 900, others)
        read = 2 * DAY + chance.exponential(40 * 60, 600)
        signed_up = np.append(signed_up, later(chance, read, readers))
        amber += checked_bursts(np.append(seen, read), signed_up).colour == "amber"

    assert amber == 0


NOON = datetime(2027, 3, 5, 12, tzinfo=UTC)


def test_unusual_hours_of_which_the_owners_were_told_want_a_look():
    many = "far more sign-ups than usual"
    hours = tuple((NOON - timedelta(hours=k), many) for k in range(5))
    check = check_alarms(counted(SOUND), BERLIN._replace(unusual=hours))

    assert (check.colour, check.value) == ("amber", "5")
    assert check.reason == (
        f"We alerted your team’s owners to unusual hours. 5 March, 13:00: {many}; "
        f"5 March, 12:00: {many}; 5 March, 11:00: {many}; and 2 earlier hours."
    )


def test_where_nothing_was_unusual_nobody_was_told():
    assert check_alarms(counted(SOUND), BERLIN).colour == "green"


DAY_US = 86_400_000_000
SEEN = visitors(1_000, 900, converted=60)


def people(
    number: int, without: int, day: int = 0, source: str = "newsletter", **parts: str
) -> list[ConversionRow]:
    """So many who signed up on a day; the first of them left no trace."""
    at_us = int(START.timestamp() * 1_000_000) + day * DAY_US
    row = ConversionRow(
        **({"variant": "a", "email_key": "p@x.io"} | parts), at_us=at_us, source=source
    )
    return [row._replace(has_trace=k >= without) for k in range(number)]


def checked_traces(*groups: list[ConversionRow], readers: int = 0) -> Check:
    found = sum_conversions([row for group in groups for row in group])
    fields = {name: getattr(found, name) for name in Conversions.__struct_fields__}
    return check_footprint(
        counted(SEEN, conversions=Conversions(**(fields | {"readers": readers})))
    )


@pytest.mark.parametrize(
    ("groups", "colour"),
    [
        ([people(19, 19)], "grey"),
        ([people(40, 2), people(40, 3, day=1)], "green"),
        ([people(77, 4), people(15, 14, day=4)], "amber"),
        ([people(77, 4), people(15, 14, source="x")], "amber"),
        ([people(73, 4), people(20, 10, day=4)], "amber"),
        ([people(73, 4), people(20, 10, source="x")], "green"),
        ([people(9, 0), people(15, 14, day=4)], "green"),
        ([people(77, 4), people(9, 9, day=4)], "green"),
        ([people(60, 12), people(30, 17, day=4)], "green"),
        ([people(77, 4), people(15, 14, day=4, email_key="left-5f")], "green"),
        ([people(30, 30), people(40, 40, day=1)], "grey"),
    ],
)
def test_a_day_or_source_without_a_trace_wants_a_look_where_others_left_some(groups, colour):
    assert checked_traces(*groups).colour == colour


def test_it_says_how_many_of_how_many_beside_all_others():
    check = checked_traces(people(77, 4), people(15, 14, day=4))

    assert check.value == "14 of 15 didn’t"
    assert check.reason == (
        "On 5 March, 14 of 15 sign-ups came from visitors who did nothing else on the page that we "
        "know of. For everyone else, it’s 4 of 77."
    )


@pytest.mark.parametrize(("without", "readers", "colour"), [
    (39, 600, "green"), (40, 600, "amber"), (80, 600, "amber"), (80, 420, "grey"),
])  # fmt: skip
def test_where_none_left_a_trace_it_is_held_against_other_visitors(without, readers, colour):
    assert checked_traces(people(80, without), readers=readers).colour == colour


def test_honest_tests_are_hardly_ever_amber():
    # One in twelve browsers tells nothing, and inside one app, from which a third come, one in
    # four. Half of a hundred sign up on one day of ten.
    chance, amber = np.random.default_rng(1), 0
    for _ in range(300):
        rows = []
        for day in np.where(chance.random(100) < 0.5, 0, chance.integers(0, 10, 100)):
            source = chance.choice(["newsletter", "x", "instagram"])
            lost = chance.random() < (1 / 4 if source == "instagram" else 1 / 12)
            rows += people(1, int(lost), int(day), str(source))
        amber += checked_traces(rows, readers=600).colour == "amber"

    assert amber <= 1
