"""The package as a whole: cheap to import, and its examples are true."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

from wbtest import statistics

MODULES = [module.name for module in pkgutil.iter_modules(statistics.__path__)]


def test_importing_it_loads_no_numerics():
    script = """
import sys
import wbtest.statistics
print(*{"numpy", "scipy"} & set(sys.modules))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert run.stdout.split() == []


@pytest.mark.parametrize("module", MODULES)
def test_examples_are_true(module):
    outcome = doctest.testmod(importlib.import_module(f"{statistics.__name__}.{module}"))

    assert outcome.failed == 0
