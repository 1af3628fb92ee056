"""Forged memos: whatever is changed in a memo's file is found, or is listed as only stated."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import HandClock
from tests.factories import Team, make_approval, make_decision, make_revision, make_running
from tests.results.crowd import count_hour, count_machines
from tests.results.deciding.conftest import AGAINST
from tests.results.deciding.test_decision_page import guess
from wbtest.publishing.running import life
from wbtest.results.deciding.data import digest
from wbtest.results.deciding.memos import export_of, find_memo
from wbtest.results.deciding.proving import Proof, Unreadable, prove, read_export
from wbtest.writing.evidence import Evidence

# A file is a file; test_verify_memo.py checks those of every database.
pytestmark = pytest.mark.one_database
Export = dict[str, Any]
Path = tuple[str | int, ...]
# What no text and no count in the file can tell. Everything else must follow.
ONLY_STATED = re.compile(
    r"made_by|number|experiment\.(started_at|ended_at|is_paused)|revision\..*"
    r"|decision\.(choice|reason|by\.id|by\.name|decided_at|second\.id|second\.name)"
    r"|attempts|forecasts\.scored|attempts\[\d\]\.(slug|claim|outcome|decided)|forecasts\.scored\[\d\]\.(name|rate|low|high)"
    r"|figures\.(as_of|attempt)|trust\[\d+\]\.(state|value|reason)"
)
# Rows alone tell of copies, sources, chats, people with two variants, addresses and pauses; and
# whether some machines may have been people.
ON_ROWS = ["machines", "cached", "sources", "passed_on", "two_variants", "addresses", "changes"]
OTHERWISE = {"stop": "iterate", "ok": "warn", "warn": "ok"}


@pytest.fixture
def export(team: Team, now: HandClock) -> Export:
    """The file of a decision against the verdict, with something of everything in it."""
    assumed = Evidence("30 minutes", "assumed")
    revision = make_revision(team.editor, evidence=(assumed,))
    make_approval(revision, team.approver)
    before = make_running(revision, team.editor, team.approver, slug="before")
    life.end(before, team.owner)
    now.turn(hours=1)
    experiment = make_running(revision, team.editor, team.approver, variants=("Kitchen",))
    guess(experiment, team.editor, 0.07, 0.05, 0.1)
    guess(experiment, team.viewer, 0.2, 0.15, 0.3)
    start = int(now().timestamp())
    for hour in (0, 30, 60):
        count_hour(experiment, start + hour * 3600, seen=300, converted=21, served=330)
        count_hour(experiment, start + hour * 3600, "kitchen", seen=300, converted=42, served=331)
    count_hour(experiment, start, "kitchen", seen=4, converted=1, excluded_because="team")
    count_machines(experiment, 251)
    now.turn(days=10)
    count_hour(experiment, int(now().timestamp()), "kitchen", seen=30, converted=5)
    count_hour(experiment, int(now().timestamp()), seen=10, converted=1)
    now.turn(hours=5)
    life.end(experiment, team.owner)
    now.turn(days=2)
    make_decision(experiment, team.approver, team.owner, "stop", AGAINST)
    memo = find_memo(experiment, 1)
    assert memo is not None
    found: Export = json.loads(json.dumps(export_of(experiment, memo)))
    return found


def leaves(values: Any, path: Path = ()) -> Iterator[Path]:
    """Where every leaf of a file stands; an empty list is one."""
    entries = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in entries:
        if isinstance(value, dict | list) and value:
            yield from leaves(value, (*path, key))
        else:
            yield (*path, key)


def of_each_kind(file: Export) -> list[Path]:
    """One leaf of each kind: the entries of a list are alike. A file of another format is none."""
    kinds = {re.sub(r"\d+", "", str(path)): path for path in leaves(file)}
    return [path for path in kinds.values() if path != ("format",)]


def flipped(value: Any) -> Any:
    """Another value of the same kind, as somebody would forge it."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if not isinstance(value, str):
        return "2027-03-08T00:00:00+00:00" if value is None else ["x"]
    try:
        return (datetime.fromisoformat(value) + timedelta(hours=1)).isoformat()
    except ValueError:
        return OTHERWISE.get(value, f"{value}x")


def inside_of(file: Export, path: Path) -> Any:
    """The part of a file in which the last step of a path stands."""
    found: Any = file
    for key in path[:-1]:
        found = found[key]
    return found


def branches(values: Any, kind: type, path: Path = ()) -> Iterator[Path]:
    """Where everything of a kind stands that is not empty; the entries of a list are alike."""
    if isinstance(values, kind) and values:
        yield path
    if isinstance(values, dict):
        for key, value in values.items():
            yield from branches(value, kind, (*path, key))
    elif isinstance(values, list) and values:
        yield from branches(values[-1], kind, (*path, len(values) - 1))


def signed_anew(file: Export) -> Export:
    """The same with the digests that whoever forges it would compute."""
    if "data" in file["memo"]["digests"]:
        file["memo"]["digests"]["data"] = digest(file["data"])
    file["digest"] = digest(file["memo"])
    return file


def is_found_or_refused(file: Export, path: Path) -> bool:
    """Whether a change at this place is found, listed, or makes the file no memo."""
    try:
        return is_found(prove(file), path)
    except Unreadable:
        return True


def name_of(path: Path) -> str:
    """A place in the memo as the command names it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path[1:])[1:]


def is_found(proofs: list[Proof], path: Path) -> bool:
    """Whether a change at this place is said to differ, or to be stated only."""
    rest = next((proof.said for proof in proofs if proof.what == "rest"), ())
    is_listed = any(line.startswith(f"{name_of(path)}: ") for line in rest)
    return is_listed or any(proof.state == "differs" for proof in proofs)


def test_no_leaf_of_a_file_is_changed_unnoticed(export: Export):
    unnoticed = []
    # Of the checks each one: what is known of them differs.
    trust = {"memo": {"trust": export["memo"]["trust"]}}
    for path in [*leaves(trust), *of_each_kind(export)]:
        inside, key, whole = inside_of(export, path), path[-1], export["digest"]
        before, inside[key] = inside[key], flipped(inside[key])
        if path[0] == "memo":
            # Whoever forges a memo computes its digest, too.
            export["digest"] = digest(export["memo"])
        if not is_found(prove(export), path):
            unnoticed.append(path)
        inside[key], export["digest"] = before, whole

    assert unnoticed == []
    assert "differs" not in {proof.state for proof in prove(export)}


def test_nothing_is_only_stated_that_could_follow(export: Export):
    rest = next(proof.said for proof in prove(export) if proof.what == "rest")
    places = [line.partition(": ")[0] for line in rest]
    checks = export["memo"]["trust"]
    stated = {int(found[1]) for place in places if (found := re.match(r"trust\[(\d+)\]", place))}

    assert [place for place in places if not ONLY_STATED.fullmatch(place)] == []
    assert [checks[number]["check"] for number in sorted(stated)] == ON_ROWS


def test_no_part_of_a_memo_is_left_out_unnoticed(export: Export):
    unnoticed = []
    kinds = of_each_kind({"memo": export["memo"]})
    for path in [path for path in kinds if isinstance(path[-1], str)]:
        forged = json.loads(json.dumps(export))
        del inside_of(forged, path)[path[-1]]
        forged["digest"] = digest(forged["memo"])
        try:
            if "differs" not in {proof.state for proof in prove(forged)}:
                unnoticed.append(path)
        except Unreadable:
            continue

    assert unnoticed == []


@pytest.mark.parametrize("kind", [list, dict])
def test_no_list_is_emptied_and_nothing_is_added_unnoticed(export: Export, kind: type):
    unnoticed = []
    for path in branches(export, kind):
        forged = json.loads(json.dumps(export))
        inside = inside_of(forged, (*path, ""))
        if kind is dict:
            inside["extra"] = 1
        else:
            inside.clear()
        if not is_found_or_refused(signed_anew(forged), path):
            unnoticed.append(path)

    assert unnoticed == []


def test_no_number_that_cannot_be_passes_for_a_count(export: Export):
    for number in (-500, 10**30, float("nan"), 0.5):
        export["data"]["days"][0][1][0][0] = number
        with pytest.raises(Unreadable, match=r"data\.days\[0\]\[1\]\[0\]\[0\] is no count"):
            prove(signed_anew(export))


def test_no_number_of_a_test_is_counted_up_to_without_end(export: Export):
    for attempt in (30_000_000, 10**12, -1):
        export["memo"]["figures"]["attempt"] = attempt
        with pytest.raises(Unreadable, match="no release is tested"):
            prove(signed_anew(export))


def test_an_hour_of_another_time_is_found(export: Export):
    hours = export["data"]["hours"]
    starts = [row[0] for row in hours]
    long_ago = [3600 * place for place in range(len(hours))]
    within = [start + 60 for start in starts]
    for forged in (long_ago, starts[::-1], starts[:1] * len(hours), within):
        for row, hour in zip(hours, forged, strict=True):
            row[0] = hour
        differs = [proof.what for proof in prove(signed_anew(export)) if proof.state == "differs"]

        assert "data" in differs, forged


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": 1, "a": 2}'])
def test_what_two_readers_would_read_otherwise_is_no_memo(text: str):
    with pytest.raises(Unreadable):
        read_export(text)


def test_who_claims_another_version_is_told_which_words_are_not_ours(export: Export):
    memo = export["memo"]
    memo["made_by"], memo["verdict"]["headline"] = "wbtest 0.0.1", "Well done."
    memo["figures"]["why"] = f"Well done. {memo['verdict']['evidence']}"
    export["digest"] = digest(memo)
    words = next(proof for proof in prove(export) if proof.what == "words")

    assert words.state == "unproved"
    assert [line.partition(":")[0] for line in words.said[1:]] == [
        "verdict.headline",
        "figures.why",
    ]


def test_no_line_moves_the_terminal_that_shows_it(export: Export):
    export["memo"]["decision"]["by"]["name"] = "Mei\x9b2J\u202e"
    export["digest"] = "\x1b[2J\ud800"
    lines = [line for proof in prove(export) for line in proof.said]

    assert all(line.isprintable() or "\u202f" in line for line in lines)
    assert 'decision.by.name: "Mei\\u009b2J\\u202e"' in lines
