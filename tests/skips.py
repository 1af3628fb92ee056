"""Tests that are left out for want of a system package: how they say so, and what brings it.

`--no-skips` turns a test that was left out, for whatever reason, into a failure of the run.
"""

import re
from collections import Counter

import pytest

from tests.system_packages import SYSTEM_PACKAGES, install_command, is_here

REASON = re.compile(r"needs (.+) of the system")


def require(name: str) -> None:
    """Leave the test out unless this one of SYSTEM_PACKAGES is here; fixtures may ask, too."""
    if not is_here(name):
        pytest.skip(f"needs {name} of the system")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-skips", action="store_true", help="fail if any test is left out")


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    wanted = Counter({m[1]: n for reason, n in reasons.items() if (m := REASON.fullmatch(reason))})
    if wanted:
        terminalreporter.line("")
        terminalreporter.line(sentence_of(wanted))
    for reason, count in reasons.items():
        if not REASON.fullmatch(reason):
            terminalreporter.line(f"{count} left out: {reason}")
    if skipped and config.getoption("--no-skips"):
        terminalreporter.line("This run fails: --no-skips lets no test be left out.")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    # A process that only runs tests for another one has no reporter that counts.
    if session.config.getoption("--no-skips") and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def sentence_of(wanted: Counter[str]) -> str:
    """What was left out, and the command that brings it all, in one sentence.

    >>> sentence_of(Counter({"Caddy": 9}))[:48]
    'Left out for want of a system package: 9 tests ('
    """
    count = wanted.total()
    named = ", ".join(f"{name} {wanted[name]}" for name in SYSTEM_PACKAGES if name in wanted)
    command = install_command(wanted)
    brings = f"; to run them, too: {command}" if command else ""
    tests = "1 test" if count == 1 else f"{count} tests"
    return f"Left out for want of a system package: {tests} ({named}){brings}"
