"""`wbtest analyze`: counts of others, with the figures of our dashboard."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wbtest.cli import main

GIVEN: dict[str, Any] = {
    "variants": [
        {"key": "a", "visitors": 300, "signups": 22, "weight": 1},
        {"key": "b", "visitors": 310, "signups": 45, "weight": 1},
    ],
    "target": 0.05,
    "floor": 0.02,
    "alpha": 0.05,
}


def analyze(given: object, *more: str) -> Result:
    text = given if isinstance(given, str | bytes) else json.dumps(given)
    return CliRunner().invoke(main, ["analyze", "-", *more], input=text)


def changed(**changes: object) -> dict[str, Any]:
    return GIVEN | changes


def with_variant(**changes: object) -> dict[str, Any]:
    """What is given, with something else in the second variant."""
    return changed(variants=[GIVEN["variants"][0], GIVEN["variants"][1] | changes])


def test_the_verdict_stands_first_and_each_figure_says_whether_it_is_safe():
    said = analyze(GIVEN).output

    assert said.startswith("Verdict: met, go. “b” is above the 5% target.\n")
    assert "Always valid: decision, sequence." in said
    assert "b         310         45  14.5%" in said


def test_a_rate_hoped_for_counts_as_in_a_rule_that_has_one():
    near = {"variants": [{"key": "a", "visitors": 400, "signups": 48}], "target": 0.08}

    without, with_hope = (
        json.loads(analyze(near | more, "--json").output) for more in ({}, {"hoped_for": 0.12})
    )

    assert (without["verdict"], with_hope["verdict"]) == ("not_enough", "met")
    assert with_hope["variants"][0]["decision"][0] > 0.08


def test_a_file_is_read_too(tmp_path: Path):
    file = tmp_path / "counts.json"
    file.write_text(json.dumps(GIVEN), encoding="utf-8")

    said = CliRunner().invoke(main, ["analyze", str(file), "--json"])

    assert json.loads(said.output)["recommendation"] == "go"


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path):
    said = CliRunner().invoke(main, ["analyze", str(tmp_path / "none.json")])

    assert said.exit_code == 2
    assert said.stderr.endswith("none.json: this cannot be read (No such file or directory).\n")


def test_one_variant_is_compared_with_nothing():
    said = analyze(changed(variants=GIVEN["variants"][:1])).output

    assert "Comparison" not in said
    assert "Split" not in said


def test_a_broken_split_withholds_verdict_and_comparison():
    said = analyze(with_variant(visitors=900, signups=200))

    assert said.output.startswith("Verdict: withheld. Visitors aren’t split as planned")
    assert "Comparison withheld" in said.output
    assert "Split: BROKEN" in said.output


def test_without_a_floor_no_floor_is_named():
    given = {name: value for name, value in GIVEN.items() if name != "floor"}

    assert "the floor" not in analyze(given).output


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "this is not JSON: Expecting value, line 1."),
        (b"\xff\xfe\x00", "this is not"),
        ("[" * 100_000, "this is nested too deeply."),
        ("[]", "this must be an object with variants, target."),
        (" " * 1_000_001, "this is longer than 1,000,000 bytes."),
        ({"target": 0.05}, "variants is missing."),
        (changed(variants=[]), "variants must be a list of one to 6."),
        (changed(variants=[3]), "variants[0] must be an object with key, visitors, signups."),
        (changed(targte=0.1), "'targte' isn’t a field"),
        (with_variant(wieght=2), "variants[1].'wieght' isn’t a field"),
        (with_variant(key="a"), "variants[1].key is “a” again"),
        (with_variant(key=""), "variants[1].key must be a text of 1 to 60 letters."),
        (
            with_variant(visitors=-1),
            "variants[1].visitors must be a whole number, 0 or more, not -1.",
        ),
        (
            with_variant(signups=1.5),
            "variants[1].signups must be a whole number, 0 or more, not 1.5.",
        ),
        (
            with_variant(signups=True),
            "variants[1].signups must be a whole number, 0 or more, not true.",
        ),
        (
            with_variant(signups="9"),
            'variants[1].signups must be a whole number, 0 or more, not "9".',
        ),
        (with_variant(signups=311), "variants[1].signups (311) is more than visitors (310)."),
        (with_variant(visitors=10**10), "variants[1].visitors must be at most 1,000,000,000."),
        (with_variant(weight=0), "variants[1].weight must be a number from 0.000001"),
        (with_variant(weight=1e300), "variants[1].weight must be a number from 0.000001"),
        (changed(target=1), "target must be a number between 0 and 1, not 1."),
        (changed(target="0.05"), 'target must be a number between 0 and 1, not "0.05".'),
        (changed(alpha=0), "alpha must be a number between 0 and 1, not 0."),
        (changed(alpha=float("nan")), "alpha must be a number between 0 and 1, not NaN."),
        (changed(alpha=0.5), "alpha: More than 20% risk of error is no test."),
        (changed(floor=0.05), "floor: The floor must be below the target."),
    ],
)
def test_what_cannot_be_analyzed_is_one_line_that_names_the_place(given, sentence):
    said = analyze(given)

    assert said.exit_code == 2
    assert len(said.stderr.splitlines()) == 1
    assert said.stderr.startswith(f"wbtest: Standard input: {sentence}")
