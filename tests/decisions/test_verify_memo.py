"""`wbtest verify-memo`: a memo's file agrees with itself, and what was forged in it is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.conftest import HandClock
from tests.decisions.conftest import AGAINST
from tests.factories import Team, make_decision
from tests.results.crowd import count_hour
from wbtest.cli import main
from wbtest.decisions.memo_content import counted_from, digest
from wbtest.decisions.memo_views import export_of, find_memo
from wbtest.extensions import db
from wbtest.publishing import rule
from wbtest.publishing.models import Experiment
from wbtest.store import writing

Export = dict[str, Any]
Verify = Callable[[Export], Result]
Forge = Callable[[Export], None]


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
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


def test_a_memo_of_a_test_that_was_changed_by_hand_agrees_that_no_verdict_was_shown(
    met: Experiment, team: Team, verify: Verify
):
    with writing():
        met.variants[1].weight = 9
    make_decision(met, team.approver, team.owner, "stop", AGAINST)
    memo = find_memo(met, 1)
    assert memo is not None
    said = verify(json.loads(json.dumps(export_of(met, memo))))

    assert memo.values["figures"]["withheld"] is True
    assert "withheld" not in said.output


def signed_again(export: Export) -> Export:
    """The same with the digests that a forger would compute."""
    digests = export["memo"]["digests"]
    digests["seal"] = rule.digest(export["sealed"])
    digests["data"] = digest(export["data"])
    export["memo"]["figures"]["seal"] = digests["seal"]
    export["digest"] = digest(export["memo"])
    return export


def test_an_untouched_file_agrees_without_a_database(export: Export, verify: Verify):
    db.session.remove()

    result = verify(export)

    assert (result.exit_code, result.output.count("\n")) == (0, 1), result.output


def at(export: Export, path: str) -> tuple[Any, Any]:
    """What holds a value of the file, and its name in there."""
    *above, last = (int(step) if step.isdigit() else step for step in path.split("."))
    found: Any = export
    for step in above:
        found = found[step]
    return found, last


def setting(path: str, value: object) -> Forge:
    def forge(export: Export) -> None:
        inside, name = at(export, path)
        inside[name] = value

    return forge


def adding(path: str, more: float) -> Forge:
    def forge(export: Export) -> None:
        inside, name = at(export, path)
        inside[name] += more

    return forge


def lower_the_target(export: Export) -> None:
    export["sealed"] = export["sealed"].replace("0.08", "0.07")


def leave_out_the_best(export: Export) -> None:
    del export["memo"]["figures"]["best"]


# What is forged; where that shows; and where it still does under the digests of a forger.
FORGED: dict[str, tuple[Forge, str, str | None]] = {
    "count of an hour": (
        adding("data.hours.0.1.0", 1),
        "memo.digests.data: ",
        "data.seen of control: ",
    ),
    "count of a day": (
        adding("data.days.0.1.1.2", 1),
        "memo.digests.data: ",
        "data.converted of ",
    ),
    "weight": (
        setting("data.weights", [1, 3]),
        "memo.digests.data: ",
        "data.weights[1]: 3, recomputed 1",
    ),
    "rate": (
        setting("memo.figures.variants.0.rate", 0.2),
        "digest: ",
        "memo.figures.variants[0].rate: 0.2, recomputed 0.0",
    ),
    "interval": (
        adding("memo.figures.variants.1.decision.0", 1e-7),
        "digest: ",
        "memo.figures.variants[1].decision[0]: ",
    ),
    "evidence": (
        adding("memo.figures.target.variants.1.log_e_above", 2),
        "digest: ",
        "memo.figures.target.variants[1].log_e_above: ",
    ),
    "sign-ups that would have to be fake": (
        adding("memo.figures.fragility.false", 9),
        "digest: ",
        "memo.figures.fragility.false: ",
    ),
    "days they came on": (
        adding("memo.figures.fragility.days", 9),
        "digest: ",
        "memo.figures.fragility.days: ",
    ),
    "line of them": (
        setting("memo.verdict.fragility", "All are fake."),
        "digest: ",
        "memo.verdict.fragility: ",
    ),
    "verdict": (
        setting("memo.figures.verdict", "not_met"),
        "digest: ",
        'memo.figures.verdict: "not_met", recomputed "met"',
    ),
    "sentence": (
        setting("memo.verdict.headline", "Stop."),
        "digest: ",
        'memo.verdict.headline: "Stop.", recomputed ',
    ),
    "left out figure": (
        leave_out_the_best,
        "digest: ",
        'memo.figures.best: nothing, recomputed "kitchen"',
    ),
    "rule": (
        lower_the_target,
        "memo.digests.seal: ",
        "memo.figures.target.rate: 0.08, recomputed 0.07",
    ),
    "text": (
        setting("revision.headline", "Another one"),
        "memo.digests.revision: ",
        "memo.digests.revision: ",
    ),
    "digest of the text": (
        setting("memo.digests.revision", "0" * 64),
        "memo.digests.revision: ",
        "sealed.revision: ",
    ),
    "start": (
        setting("memo.experiment.started_at", "2027-01-01T09:00:00+00:00"),
        "digest: ",
        "memo.experiment.started_at: ",
    ),
    "attempt": (setting("memo.figures.attempt", 7), "digest: ", "memo.figures.attempt: 7, "),
    "digest of the memo": (setting("digest", "0" * 64), "digest: ", None),
    "digest of the counts": (
        setting("memo.digests.data", "0" * 64),
        "memo.digests.data: ",
        None,
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_value_is_named_with_what_it_should_be(export: Export, verify: Verify, what: str):
    forge, at_once, signed = FORGED[what]
    forge(export)

    for line, result in ((at_once, verify(export)), (signed, verify(signed_again(export)))):
        if line is None:
            assert result.exit_code == 0, "a forger's digest is the right one"
            continue
        assert result.exit_code == 1, result.output
        assert any(said.startswith(line) for said in result.output.splitlines()), result.output


def test_sentences_of_another_version_are_its_own(export: Export, verify: Verify):
    export["memo"]["made_by"] = "wbtest 0.0.1"
    export["memo"]["verdict"]["headline"] = export["memo"]["figures"]["why"] = "Well done."

    assert verify(signed_again(export)).exit_code == 0


@pytest.mark.parametrize(
    "text",
    ["", "no", "[]", "{}", "[" * 100_000, '{"format": "wbtest memo 1"}', "\ud800"],
)
def test_what_is_no_memo_is_said_in_one_line(tmp_path: Path, text: str):
    file = tmp_path / "memo.json"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")

    result = CliRunner().invoke(main, ["verify-memo", str(file)])

    assert result.exit_code == 2
    assert result.stderr.startswith("wbtest: This isn’t")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("count", [-1, 0.5, 10**30, float("nan"), "1", None])
def test_a_number_that_cannot_be_a_count_is_no_crash(export: Export, verify: Verify, count: object):
    export["data"]["hours"][0][1][0] = count

    result = verify(signed_again(export))

    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)


def test_the_counts_in_the_docs_have_the_parts_of_a_file(export: Export):
    text = (Path(__file__).parents[2] / "docs" / "memo.md").read_text(encoding="utf-8")
    shown = json.loads(text.split("```json\n")[1].split("```")[0])
    names, row = shown["totals"], shown["days"][0][1]

    assert shown.keys() == export["data"].keys()
    assert shown["networks"].keys() == export["data"]["networks"].keys()
    assert names == export["data"]["totals"]
    assert [len(each) for each in row] == [len(names)] * 2
    assert counted_from(shown).networks.check.title == "Spread across many networks"


def test_no_line_moves_the_terminal_that_shows_it(export: Export, verify: Verify):
    export["memo"]["figures"]["a\x9b2J"] = "\x1b[2J\u202e"

    assert 'memo.figures.a\\x9b2J: "\\u001b[2J\\u202e", recomputed nothing' in verify(export).output
