"""Sixty days, first without email, then with it set up wrongly, then rightly.

Nobody is lost, nobody is written to twice, and on each day each page says what is so.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask

from tests.audience.larder import RULE, start_page
from tests.audience.test_signup_steps import fields_in
from tests.conftest import HandClock
from tests.delivery.conftest import MailServer, run
from tests.factories import make_decision, make_person
from tests.sixty_days import Life, told
from wbtest.audience.erasure import erase_for
from wbtest.audience.outcome_mail import tell_outcome
from wbtest.config import Settings
from wbtest.publishing.lifecycle import choose_afterwards
from wbtest.publishing.page_options import Options

WHY = "Nine people came and eight signed up, so we change the price and try again."
TEXT = "We have decided, and you helped us with it. Thank you."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, mail_url="", mail_from="Larder <hello@larder.example>")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    yield from run(MailServer(), enable_SMTPUTF8=False)


@pytest.fixture
def life(app: Flask, now: HandClock, mail_server: MailServer) -> Life:
    """Two tests that end on day 28, of which /p/larder asks people to confirm their email."""
    make_person("owner@larder.example", "owner")
    rule = replace(RULE, ends_on=date(2027, 3, 28), minimum_visitors=5)
    start_page(rule=rule, options=Options(retention_days=27, asks_for=("call",)))
    options = Options(retention_days=10, confirms=False)
    start_page(slug="kiln", product="Kiln", rule=rule, options=options)
    return Life(app, now, mail_server)


def ann_signs_up_twice(life: Life) -> None:
    life.sign_up("ann", "larder")
    life.sign_up("ann", "larder")


def bob_signs_up_for_kiln(life: Life) -> None:
    life.sign_up("bob", "kiln")


def cleo_signs_up(life: Life) -> None:
    life.sign_up("cleo", "larder")


def cleo_asks_the_team_to_erase_her(life: Life) -> None:
    erase_for(life.test_of("larder"), life.person("owner"), "cleo@x.io")
    life.leave(life.named("cleo"))


def eve_signs_up_and_objects_to_being_counted(life: Life) -> None:
    eve = life.sign_up("eve", "larder")
    assert eve.visitor.post("/p/larder/object", {}).status_code == 303


def fay_asks_a_question(life: Life) -> None:
    fay = life.open_page("fay", "larder")
    fields = {"question": "Does it know allergies?", "website": ""}
    assert fay.visitor.post("/p/larder/ask", fields).status_code == 303


def gil_agrees_to_a_call(life: Life) -> None:
    gil = life.sign_up("gil", "larder")
    assert gil.page is not None
    fields = {"agree": "yes", **fields_in(gil.page)}
    assert gil.visitor.post("/p/larder/agree", fields).status_code == 303


def hal_signs_up_for_both(life: Life) -> None:
    life.sign_up("hal", "larder")
    life.sign_up("hal", "kiln")


def email_is_set_up_wrongly(life: Life) -> None:
    life.server.mode = "relay"
    life.set_mail(life.server.url)
    life.sign_up("ida", "larder")
    life.sign_up("kay", "kiln")


def joe_signs_up(life: Life) -> None:
    life.sign_up("joe", "larder")


def email_is_set_up_rightly(life: Life) -> None:
    life.server.mode = "ok"


def ida_confirms_and_lea_signs_up(life: Life) -> None:
    life.press(life.named("ida"), "confirm")
    life.sign_up("lea", "larder")


def kay_leaves_and_ann_signs_up_again(life: Life) -> None:
    life.press(life.named("kay", "kiln"), "leave")
    life.sign_up("ann", "larder")


def lea_asks_for_another_email(life: Life) -> None:
    life.sign_up("lea", "larder")


def lea_confirms_and_max_signs_up(life: Life) -> None:
    life.press(life.named("lea"), "confirm")
    life.sign_up("max", "larder")


def ned_opens_the_page_on_its_last_day(life: Life) -> None:
    life.late = life.open_page("ned", "larder")


def ned_sends_his_form_in_time(life: Life) -> None:
    assert life.late is not None
    life.send_form(life.late)


def the_team_decides(life: Life) -> None:
    larder, kiln = life.test_of("larder"), life.test_of("kiln")
    approver, owner = life.person("approver"), life.person("owner")
    for test in (larder, kiln):
        make_decision(test, approver, owner, "iterate", WHY)
    choose_afterwards(larder, owner, "open", waiting_variant="control")
    choose_afterwards(kiln, owner, "closed", outcome="We build no kiln.")


def the_team_tells_everybody(life: Life) -> None:
    for slug in ("larder", "kiln"):
        tell_outcome(life.test_of(slug), life.person("owner"), TEXT)
        life.told_on[slug] = life.today


def ned_confirms_late_and_ora_joins_the_list(life: Life) -> None:
    life.press(life.named("ned"), "confirm")
    life.sign_up("ora", "larder")


def ora_confirms(life: Life) -> None:
    life.press(life.named("ora", on_list=True), "confirm")


def lea_leaves_by_the_link_in_the_last_email(life: Life) -> None:
    life.press(life.named("lea"), "leave")


STORY: dict[int, Callable[[Life], None]] = {
    2: ann_signs_up_twice,
    3: bob_signs_up_for_kiln,
    4: cleo_signs_up,
    5: cleo_asks_the_team_to_erase_her,
    6: eve_signs_up_and_objects_to_being_counted,
    7: fay_asks_a_question,
    10: gil_agrees_to_a_call,
    15: hal_signs_up_for_both,
    20: email_is_set_up_wrongly,
    21: joe_signs_up,
    23: email_is_set_up_rightly,
    24: ida_confirms_and_lea_signs_up,
    25: kay_leaves_and_ann_signs_up_again,
    26: lea_asks_for_another_email,
    27: lea_confirms_and_max_signs_up,
    28: ned_opens_the_page_on_its_last_day,
    29: ned_sends_his_form_in_time,
    30: the_team_decides,
    31: the_team_tells_everybody,
    32: ned_confirms_late_and_ora_joins_the_list,
    33: ora_confirms,
    40: lea_leaves_by_the_link_in_the_last_email,
}


@pytest.mark.one_database
def test_for_sixty_days_nobody_is_lost_or_written_to_twice_and_every_promise_holds(life: Life):
    for day in range(1, 61):
        with told(day):
            if day in STORY:
                STORY[day](life)
            life.live_on(hours=4)
            life.check()
            if day >= 24:
                life.check_every_mail_came()
        life.now.time = life.now().replace(hour=9, minute=0) + timedelta(1)
