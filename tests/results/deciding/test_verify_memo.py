"""`wbtest verify-memo`: a memo's file is computed anew, and whatever was changed in it is found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.conftest import HandClock
from tests.factories import Team, make_decision
from tests.results.crowd import count_hour
from tests.results.deciding.conftest import AGAINST
from tests.results.deciding.test_memos import make_old_decision
from wbtest.cli import main
from wbtest.extensions import db
from wbtest.publishing.models import Experiment
from wbtest.results.deciding.data import digest
from wbtest.results.deciding.memos import export_of, find_memo
from wbtest.results.deciding.sorting import HOW

Export = dict[str, Any]


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[Export], Result]:
    """A function that writes a file and has it checked."""

    def verify(export: Export) -> Result:
        file = tmp_path / "memo.json"
        file.write_text(json.dumps(export), encoding="utf-8")
        return CliRunner().invoke(main, ["verify-memo", str(file)])

    return verify


@pytest.fixture
def export(met: Experiment, team: Team, now: HandClock) -> Export:
    """The file of a decision against the verdict, as it is downloaded."""
    count_hour(met, int(now().timestamp()), "kitchen", seen=30, converted=5)
    count_hour(met, int(now().timestamp()), seen=10, converted=1)
    now.turn(hours=30)
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    memo = find_memo(met, 1)
    assert memo is not None
    found: Export = json.loads(json.dumps(export_of(met, memo)))
    return found


def states(result: Result) -> dict[str, str]:
    """What the command said of each part."""
    lines = [line.split() for line in result.output.splitlines() if not line.startswith(" ")]
    return {words[0]: words[1] for words in lines}


def signed_anew(export: Export) -> Export:
    """The same with the digests that whoever changed it would compute."""
    export["memo"]["digests"]["data"] = digest(export["data"])
    export["digest"] = digest(export["memo"])
    return export


def test_an_untouched_file_agrees_without_a_database(export: Export, verify):
    db.session.remove()
    result = verify(export)

    assert result.exit_code == 0, result.output
    assert states(result) == dict.fromkeys(HOW, "agrees") | {"rest": "stated,"}
    assert '  decision.by.name: "Approver"' in result.output.splitlines()


def _change_sealed_text(file: Export) -> None:
    file["sealed"] += " "


def _change_choice(file: Export) -> None:
    file["memo"]["decision"]["choice"] = "go"
    signed_anew(file)


def _drop_second(file: Export) -> None:
    file["memo"]["decision"]["second"] = None
    signed_anew(file)


def _second_oneself(file: Export) -> None:
    file["memo"]["decision"]["second"] = file["memo"]["decision"]["by"] | {"at": ""}
    signed_anew(file)


def _add_forecast(file: Export) -> None:
    guess = {"name": "Mei", "rate": 0.1, "low": 0.0, "high": 0.2, "came": 0.1, "is_held": False}
    file["memo"]["forecasts"]["scored"].append(guess)
    signed_anew(file)


def _change_hours_alone(file: Export) -> None:
    file["data"]["hours"][0][1][0] += 1
    signed_anew(file)


def _make_counts_impossible(file: Export) -> None:
    file["data"]["hours"][0][2][0] = 10_000
    signed_anew(file)


def _change_rate(file: Export) -> None:
    file["memo"]["figures"]["variants"][0]["rate"] = 0.2
    signed_anew(file)


def _worry(file: Export) -> None:
    file["memo"]["trust"][5]["state"] = "warn"
    signed_anew(file)


def _swap_names(file: Export) -> None:
    first, last = file["memo"]["experiment"]["variants"]
    first["name"], last["name"] = last["name"], first["name"]
    signed_anew(file)


def _change_weights(file: Export) -> None:
    file["data"]["weights"] = [1, 2]
    signed_anew(file)


def _drop_counts(file: Export) -> None:
    file["data"], file["memo"]["digests"]["data"] = None, ""


def _claim_to_be_alone(file: Export) -> None:
    file["memo"]["decision"]["is_alone"] = True
    signed_anew(file)


def _drop_check(file: Export) -> None:
    del file["memo"]["trust"][7], file["memo"]["figures"]["trust"][7]
    signed_anew(file)


def _withhold_by_rows(file: Export) -> None:
    file["memo"]["trust"][7]["state"] = file["memo"]["figures"]["trust"][7]["state"] = "stop"
    signed_anew(file)


def _hide_attempt(file: Export) -> None:
    file["memo"]["figures"]["attempt"] = 2
    signed_anew(file)


CHANGES = {
    _change_sealed_text: {"rule"},
    _change_choice: {"decision"},
    _drop_second: {"decision"},
    _second_oneself: {"decision"},
    _claim_to_be_alone: {"decision"},
    _add_forecast: {"forecasts"},
    _change_hours_alone: {"data"},
    _make_counts_impossible: {"data", "verdict", "figures"},
    _change_rate: {"figures"},
    _worry: {"trust"},
    _drop_check: {"trust"},
    _withhold_by_rows: {"trust"},
    _hide_attempt: {"attempts", "verdict", "trust"},
    _swap_names: {"rule"},
    _change_weights: {"data", "figures"},
    _drop_counts: {"memo", "data"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_found_where_it_was_made(export: Export, verify, change):
    change(export)
    result = verify(export)
    differing = {what for what, state in states(result).items() if state == "differs"}

    assert result.exit_code == 1, result.output
    assert differing >= CHANGES[change]
    assert "agrees" in states(result).values()


def test_a_difference_says_what_stands_there_and_what_follows(export: Export, verify):
    _change_rate(export)

    assert "figures.variants[0].rate: it says 0.2; it follows 0.07" in verify(export).output


def test_who_was_alone_only_says_so(export: Export, verify):
    decision = export["memo"]["decision"]
    decision |= {"second": None, "is_alone": True, "decided_at": decision["signed_at"]}
    result = verify(signed_anew(export))

    assert result.exit_code == 0, result.output
    assert "  decision.is_alone: true" in result.output.splitlines()


def test_of_another_version_the_numbers_are_checked_and_the_words_are_not(export: Export, verify):
    export["memo"]["made_by"] = "wbtest 0.0.1"
    del export["memo"]["figures"]["all_equal"]
    figures = export["memo"]["figures"]
    export["memo"]["verdict"] |= {"headline": "Well done.", "evidence": ""}
    figures["why"] = "Well done."

    told = verify(signed_anew(export))
    figures["variants"][0]["converted"] += 1
    forged = verify(signed_anew(export))

    assert (told.exit_code, states(told)["words"]) == (3, "unproved")
    assert 'verdict.headline: it says "Well done."' in told.output
    assert (forged.exit_code, states(forged)["figures"]) == (1, "differs")


def test_of_an_old_decision_the_rest_is_checked(met: Experiment, team: Team, verify):
    make_old_decision(met, team)
    memo = find_memo(met, 1)
    assert memo is not None
    result = verify(export_of(met, memo))

    assert result.exit_code == 3, result.output
    assert states(result)["rule"] == "agrees"
    assert {states(result)[part] for part in ("memo", "figures", "verdict")} == {"unproved"}


def test_who_takes_the_counts_and_every_digest_away_proves_nothing(export: Export, verify):
    export["memo"]["made_by"] = export["digest"] = export["memo"]["digests"]["data"] = ""
    export["data"] = None

    assert verify(export).exit_code == 3


@pytest.mark.parametrize("text", ["", "no", "[]", "{}", '{"format": "wbtest memo 1"}'])
def test_what_is_no_memo_is_said_in_one_line(tmp_path: Path, text: str):
    file = tmp_path / "memo.json"
    file.write_text(text)
    result = CliRunner().invoke(main, ["verify-memo", str(file)])

    assert result.exit_code == 2
    assert result.stderr.startswith("wbtest: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_file_that_lacks_a_part_is_no_memo(export: Export, verify):
    del export["memo"]["decision"]

    assert verify(signed_anew(export)).exit_code == 2


def test_a_letter_that_no_text_can_hold_makes_it_no_memo(tmp_path: Path, export: Export):
    export["memo"]["decision"]["reason"] = "\ud800"
    file = tmp_path / "memo.json"
    file.write_text(json.dumps(export))

    assert CliRunner().invoke(main, ["verify-memo", str(file)]).exit_code == 2
