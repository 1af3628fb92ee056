"""Before `make` installs it looks at its Python, and forgets what was set for others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.words import ROOT

# Says of itself that it is another one.
STAND_IN = """#!/bin/sh
exec {python} -c "import sys, sysconfig
{change}
$2"
"""
OLD = "sys.version_info = (3, 9, 2)"
FREE_THREADED = "sys.version_info = (3, 14, 0); sysconfig.get_config_var = lambda name: 1"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What make reads of a clone before it installs; many programs dislike such a folder."""
    folder = tmp_path / "wb tést ü"
    folder.mkdir()
    for file in ("Makefile", "pyproject.toml", *(path.name for path in ROOT.glob("requirements*"))):
        shutil.copy(ROOT / file, folder)
    return folder


def make(clone: Path, *arguments: str, **environ: str) -> str:
    """Run make in the clone and return what it said."""
    done = subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env={"PATH": os.environ["PATH"], **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def script(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


@pytest.mark.parametrize(("change", "version"), [(OLD, "3.9"), (FREE_THREADED, "3.14t")])
def test_a_python_that_cannot_run_it_is_told_before_all_else(
    clone: Path, change: str, version: str
) -> None:
    script(clone / "other", STAND_IN.format(python=sys.executable, change=change))

    first, *rest = make(clone, "demo", "PYTHON=./other").splitlines()

    assert first == (
        f"wbtest needs Python 3.11 or newer, not free-threaded; ./other is {version}. "
        "Name another: make demo PYTHON=python3.13"
    )
    assert len(rest) == 1
    assert not (clone / ".venv").exists()


def test_that_there_is_no_python_is_one_sentence(clone: Path) -> None:
    first, *rest = make(clone, "demo", "PYTHON=no-python").splitlines()

    assert first.startswith("wbtest needs Python 3.11 or newer, and there is no no-python.")
    assert len(rest) == 1


def test_an_environment_whose_python_is_gone_is_made_again(clone: Path) -> None:
    (clone / ".venv/bin").mkdir(parents=True)
    (clone / ".venv/bin/python").symlink_to("/gone/python3")

    assert "-m venv .venv" in make(clone, "-n", "demo")


def test_an_environment_that_was_cut_off_before_its_pip_is_made_again(clone: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)

    assert "-m venv .venv" in make(clone, "-n", "demo")


def test_an_environment_that_works_is_kept(clone: Path) -> None:
    (clone / ".venv").symlink_to(sys.prefix)

    assert "-m venv" not in make(clone, "-n", "demo")


def test_what_a_shell_sets_for_other_programs_reaches_no_python(clone: Path) -> None:
    names = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONSAFEPATH", "PIP_TARGET")
    script(clone / "spy", "#!/bin/sh\nenv\nexit 1\n")

    said = make(clone, "venv", "PYTHON=./spy", **dict.fromkeys(names, "/elsewhere"))

    assert "PATH=" in said
    assert "/elsewhere" not in said
