"""The second factor: turned on with a code, asked for at the log-in, turned off."""

import base64
import math
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from tests.conftest import Browser, HandClock
from tests.factories import PASSWORD, log_in, make_person
from tests.team.coming_in import type_password
from tests.team.mailbox import code_of
from wbtest.extensions import db
from wbtest.team import passwords, two_factor
from wbtest.team.accounts import ask_for_reset
from wbtest.team.models import AccountLink, LoginSession, Person, RecoveryCode, SecondFactor
from wbtest.team.settings import delete_everything

MAIL_URL = "smtp://127.0.0.1:1"

OF_A_PERSON = (AccountLink, LoginSession, RecoveryCode, SecondFactor)


def test_the_code_of_rfc_6238_is_the_right_one() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    moment = datetime.fromtimestamp(1_111_111_109, UTC)

    assert two_factor.find_step(secret, "081 804", moment) == 1_111_111_109 // 30
    assert two_factor.find_step(secret, "081805", moment) is None


def test_codes_and_secrets_are_long_and_never_the_same() -> None:
    made = [*two_factor.make_recovery_codes(), *two_factor.make_recovery_codes()]
    bits = [
        len(two_factor.normalize_recovery_code(each)) * math.log2(len(two_factor._LETTERS))
        for each in made
    ]

    assert len({*made}) == 20
    assert min(bits) > 49
    assert len(base64.b32decode(two_factor.make_secret())) * 8 == 160
    assert two_factor.make_secret() != two_factor.make_secret()


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(now: HandClock, steps: int, is_right: bool) -> None:
    secret = two_factor.make_secret()
    code = pyotp.TOTP(secret).at(now() + timedelta(seconds=30 * steps))

    assert (two_factor.find_step(secret, code, now()) is not None) == is_right


def test_it_is_turned_on_with_what_the_page_shows(
    client: Browser, ada: Person, now: HandClock
) -> None:
    log_in(client, ada)
    page = client.get("/account").text
    shown = re.findall(r'in the app: <code class="code">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    kept = re.findall(r'name="secret"[^>]* value="([^"]+)"', page)[0]
    fields = {"secret": kept, "code": code_of(shown, now), "password": PASSWORD}

    answer = client.send("/account/second-factor/on", fields)

    assert '<svg role="img"' in page
    first, later = client.get(answer.location).text, client.get(answer.location).text
    assert len(re.findall(r"\w{5}-\w{5}</code>", first)) == two_factor.RECOVERY_CODES
    assert re.findall(r"\w{5}-\w{5}</code>", later) == []
    assert "10 recovery codes left" in " ".join(later.split())


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"code": "000000"}, "This code is wrong"),
        ({"code": ""}, "Enter a code."),
        ({"secret": "JBSWY3DPEHPK3PXP"}, "This page was open too long."),
    ],
)
def test_it_is_not_turned_on_without_password_code_and_our_secret(
    client: Browser, ada: Person, now: HandClock, changed: dict[str, str], sentence: str
) -> None:
    log_in(client, ada)
    page = client.get("/account").text
    shown = re.findall(r'in the app: <code class="code">([A-Z2-7 ]+)<', page)[0].replace(" ", "")
    kept = re.findall(r'name="secret"[^>]* value="([^"]+)"', page)[0]
    fields = {"secret": kept, "code": code_of(shown, now), "password": PASSWORD}

    answer = client.send("/account/second-factor/on", fields | changed)

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (kept in answer.text) == ("secret" not in changed)
    assert db.session.scalar(db.select(SecondFactor)) is None


def test_it_is_turned_off_with_password_and_code(
    client: Browser, ada: Person, secret: str, now: HandClock
) -> None:
    log_in(client, ada)
    fields = {"password": PASSWORD, "code": code_of(secret, now)}

    for wrong in ({"password": "wrong"}, {"code": "000000"}, {"code": ""}):
        refused = client.send("/account/second-factor/off", fields | wrong)
        assert refused.status_code == 422
    assert two_factor.find_factor(ada)
    client.send("/account/second-factor/off", fields)

    assert db.session.scalar(db.select(SecondFactor)) is None
    assert db.session.scalar(db.select(RecoveryCode)) is None
    assert type_password(client) == "/"


@pytest.mark.parametrize("step", ["on", "off"])
def test_guesses_of_the_password_are_limited(client: Browser, ada: Person, step: str) -> None:
    log_in(client, ada)
    page = client.get("/account").text
    [secret] = re.findall(r'name="secret"[^>]* value="([^"]+)"', page)
    wrong = {"password": "wrong", "code": "000000", "secret": secret}

    told = [client.send(f"/account/second-factor/{step}", wrong).status_code for _ in range(11)]

    assert told == [422] * 10 + [429]


def test_ten_wrong_codes_are_enough_though_the_password_is_forgiven_each_time(
    client: Browser, elsewhere: Browser, ada: Person, secret: str
) -> None:
    told = []
    for _ in range(11):
        wrong = {"password": PASSWORD, "code": "000000"}
        told.append(elsewhere.send("/account/second-factor/off", wrong).status_code)
        type_password(client)

    assert told == [422] * 10 + [429]


def test_secret_and_recovery_codes_are_not_readable_in_the_database(
    ada: Person, secret: str, recovery: list[str]
) -> None:
    kept = db.session.scalars(db.select(SecondFactor.secret)).one()
    hashes = db.session.scalars(db.select(RecoveryCode.code_hash)).all()

    assert secret not in kept
    assert two_factor.decrypt_secret(kept, ada.id) == secret
    assert {two_factor.normalize_recovery_code(code) for code in recovery}.isdisjoint(hashes)
    assert len(hashes) == two_factor.RECOVERY_CODES


def test_a_recovery_code_is_as_slow_to_guess_as_a_password(
    real_costs: None, ada: Person, recovery: list[str]
) -> None:
    salt = b"sixteen letters!"
    parts = (salt, bytes.fromhex(passwords.stretch(recovery[0], salt)))
    written = "$".join(base64.b64encode(part).decode().rstrip("=") for part in parts)

    kept = db.session.scalars(db.select(RecoveryCode.code_hash)).all()

    assert passwords.is_right(f"$argon2id$v=19$m=19456,t=2,p=1${written}", recovery[0])
    assert {*kept} == {two_factor._hash_of(ada, code) for code in recovery}


def test_a_secret_that_was_changed_or_put_into_another_row_is_not_read(
    ada: Person, secret: str
) -> None:
    kept = db.session.scalars(db.select(SecondFactor.secret)).one()
    changed = ("B" if kept[30] == "A" else "A").join((kept[:30], kept[31:]))

    assert two_factor.decrypt_secret(kept, ada.id) == secret
    assert two_factor.decrypt_secret(kept, ada.id + 1) is None
    assert two_factor.decrypt_secret(changed, ada.id) is None


def test_only_an_owner_sees_who_has_one(
    client: Browser,
    ada: Person,
    secret: str,
) -> None:
    owner = make_person("olga@example.com", "owner")
    shown = []
    for person in (owner, ada):
        log_in(client, person)
        shown.append('">Two-step verification</span>' in client.get("/settings").text)

    assert shown == [True, False]


def test_all_of_an_account_goes_when_everything_is_deleted(
    ada: Person,
    secret: str,
    recovery: list[str],
) -> None:
    owner = make_person("olga@example.com", "owner")
    ask_for_reset(ada.email)

    delete_everything(owner, name="Larder", password=PASSWORD)

    kept = [db.session.scalars(db.select(model)).all() for model in OF_A_PERSON]
    assert kept == [[], [], [], []]
