"""A POST with an Idempotency-Key: done once, answered as often as it is asked."""

import threading

import pytest
from flask import Flask

from tests.api.conftest import Program, program_of
from tests.conftest import HandClock
from tests.factories import Team
from wbtest.api import idempotency
from wbtest.api.idempotency import KeptAnswer
from wbtest.delivery.worker import run_due_jobs
from wbtest.extensions import db
from wbtest.writing.models import Release

BODY = {"product": "Larder"}


def count(model: type[Release] | type[KeptAnswer]) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def test_a_repeated_request_gets_the_first_answer_and_does_nothing(program: Program) -> None:
    first, second = (program.post("/releases", BODY, Idempotency_Key="k-1") for _ in range(2))

    assert count(Release) == 1
    assert (second.status_code, second.data) == (201, first.data)
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Idempotent-Replayed"] == "true"


def test_another_request_under_the_same_key_is_refused(program: Program) -> None:
    program.post("/releases", BODY, Idempotency_Key="k-1")

    other = program.post("/releases", {"product": "Rival"}, Idempotency_Key="k-1")

    assert (other.status_code, count(Release)) == (422, 1)


def test_the_same_request_for_another_version_is_another_one(program: Program) -> None:
    program.post("/releases", BODY, Idempotency_Key="k-1", If_Match='"one"')

    codes = [
        program.post("/releases", BODY, Idempotency_Key="k-1", **headers).status_code
        for headers in ({"If_Match": '"two"'}, {}, {"If_Match": '"one"'})
    ]

    assert codes == [422, 422, 201]


def test_a_request_whose_first_is_not_answered_yet_is_turned_away(
    program: Program, team: Team
) -> None:
    digest = idempotency.digest_of("POST", "/api/v1/releases?", "", b'{"product": "Larder"}')
    assert idempotency.begin_request(1, "k-1", digest) is None

    answer = program.client.post(
        "/api/v1/releases",
        data=b'{"product": "Larder"}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.token}", "Idempotency-Key": "k-1"},
    )

    assert (answer.status_code, count(Release)) == (409, 0)


@pytest.mark.every_database
def test_of_two_at_the_same_time_one_is_done(app: Flask, program: Program) -> None:
    codes: list[int] = []

    def ask() -> None:
        with app.app_context():
            own = Program(app.test_client(), program.token)  # type: ignore[arg-type]
            codes.append(own.post("/releases", BODY, Idempotency_Key="k-1").status_code)

    both = [threading.Thread(target=ask) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert count(Release) == 1
    assert set(codes) <= {201, 409}


def test_a_refusal_is_forgotten_so_that_the_request_can_be_fixed(program: Program) -> None:
    refused = program.post("/releases", {"product": ""}, Idempotency_Key="k-1")
    fixed = program.post("/releases", BODY, Idempotency_Key="k-1")

    assert (refused.status_code, fixed.status_code) == (422, 201)


def test_keys_of_two_tokens_are_two_keys(app: Flask, program: Program, team: Team) -> None:
    other = program_of(app, team.owner)

    for each in (program, other):
        each.post("/releases", BODY, Idempotency_Key="k-1")

    assert count(Release) == 2


def test_a_key_is_kept_for_a_day(program: Program, now: HandClock) -> None:
    program.post("/releases", BODY, Idempotency_Key="k-1")
    now.turn(hours=23)

    run_due_jobs()
    before = count(KeptAnswer)
    now.turn(hours=1)
    run_due_jobs()

    assert (before, count(KeptAnswer)) == (1, 0)


def test_a_day_later_a_key_is_a_new_one(program: Program, now: HandClock) -> None:
    program.post("/releases", BODY, Idempotency_Key="k-1")
    now.turn(hours=24)

    program.post("/releases", BODY, Idempotency_Key="k-1")

    assert count(Release) == 2


@pytest.mark.parametrize("key", ["", "with space", "k" * 256, "é"])
def test_a_key_that_cannot_be_kept_is_refused(program: Program, key: str) -> None:
    answer = program.post("/releases", BODY, Idempotency_Key=key)

    assert (answer.status_code, count(Release)) == (400, 0)
