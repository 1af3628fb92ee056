"""What tests want of the system: where it is named, and what a run says that had to do without."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.skips import sentence_of
from tests.system_packages import SYSTEM_PACKAGES, has_program, install_command
from tests.words import ROOT

TEST_OF_SHELLCHECK = "tests/test_deploy.py::test_the_shell_scripts_have_no_known_mistake"


def run_without_programs(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """A run of one test on a machine that has nothing on its PATH."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", *options, TEST_OF_SHELLCHECK]
    environ = {"PATH": str(folder), "ADMINISTRATORS_PATH": str(folder), "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False
    )


def test_contributing_names_each_package() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = re.findall(r"apt install\s+([a-z0-9\s.-]+)\)", text)[0].split()

    assert named == [
        *dict.fromkeys(name for each in SYSTEM_PACKAGES.values() for name in each.debian)
    ]


@pytest.mark.skipif(not has_program("apt"), reason="no Debian")
def test_one_sentence_says_what_was_left_out_and_what_brings_it() -> None:
    assert sentence_of(Counter({"ShellCheck": 1, "Pango": 2})) == (
        "Left out for want of a system package: 3 tests (Pango 2, ShellCheck 1); to run them, too: "
        "sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 shellcheck"
    )


def test_what_no_package_manager_brings_is_named_without_a_command(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("tests.system_packages.ADMINISTRATORS", "/nowhere")

    assert install_command(["Caddy"]) == ""
    assert sentence_of(Counter({"Caddy": 1})) == (
        "Left out for want of a system package: 1 test (Caddy 1)"
    )


@pytest.mark.whole
def test_a_test_without_its_program_is_left_out_and_the_run_says_so(tmp_path: Path) -> None:
    done = run_without_programs(tmp_path)

    assert done.returncode == 0
    assert "Left out for want of a system package: 1 test (ShellCheck 1)" in done.stdout


@pytest.mark.whole
def test_where_nothing_may_be_left_out_such_a_run_fails(tmp_path: Path) -> None:
    done = run_without_programs(tmp_path, "--no-skips")

    assert done.returncode == 1
    assert "This run fails: --no-skips lets no test be left out." in done.stdout
