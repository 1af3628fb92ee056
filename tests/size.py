"""How large the code base is, one figure a line: ``make size``.

A line of code is a line of Python that is not blank and not a comment, docstring or import.
Migrations are left out.
"""

import ast
import inspect
import tempfile
import tokenize
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import click
from flask import Flask
from werkzeug.routing import Rule

from tests.team_pages import is_for_a_team
from wbtest import create_app
from wbtest.config import Settings

ROOT = Path(__file__).parent.parent
LAYOUT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE),
    *(tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER),
}
# Each area has one of these, so the same name in two areas means the same thing.
EXPECTED_NAMES = {"__init__.py", "models.py", "views.py", "forms.py"}
# A module of these is named like what it serves.
INTERFACES = {"api", "cli"}
# Written by a program from the code; a test holds each to it.
GENERATED_PAGES = {"coach.md", "fields.md", "permissions.md"}
# What measures and attacks; the tests of it stand beside it.
PROGRAMS = ("tests/attacks", "tests/bench", "tests/drills", "tests/fuzz")
SHORT = 40


class Module(NamedTuple):
    """What one Python file consists of."""

    path: Path
    lines: int
    code_lines: int
    classes: int
    imports: int
    own_imports: int


def measure(path: Path) -> Module:
    """Read a Python file and count what is in it."""
    text = path.read_text("utf-8")
    nodes = [*ast.walk(ast.parse(text))]
    imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    code: set[int] = set()
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type not in LAYOUT and token.type != tokenize.ENCODING:
                code.update(range(token.start[0], token.end[0] + 1))
    for node in [*imports, *filter(None, map(_docstring_of, nodes))]:
        code.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    classes = sum(isinstance(node, ast.ClassDef) for node in nodes)
    own = sum(isinstance(node, ast.ImportFrom) and _is_own(node) for node in imports)
    return Module(path, len(text.splitlines()), len(code), classes, len(imports), own)


def _is_own(node: ast.ImportFrom) -> bool:
    return node.level > 0 or (node.module or "").partition(".")[0] == "wbtest"


def _docstring_of(node: ast.AST) -> ast.stmt | None:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    if not isinstance(node, documented) or ast.get_docstring(node, clean=False) is None:
        return None
    return node.body[0]


def measure_all(*folders: str, but: Callable[[Path], bool] = lambda _: False) -> list[Module]:
    """Measure the Python files of these folders, without those that ``but`` picks."""
    paths = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return [measure(path) for path in paths if not but(path.relative_to(ROOT))]


def repeated_names(modules: Iterable[Module]) -> dict[str, int]:
    """Return how many files have the same name, by name, the most frequent first."""
    names = Counter(
        module.path.name for module in modules if module.path.parent.name not in INTERFACES
    )
    return {name: n for name, n in names.most_common() if n > 1 and name not in EXPECTED_NAMES}


def member_pages() -> list[str]:
    """Return the addresses at which a GET answers a member of the team with a whole page."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(Path(folder), f"sqlite:///{folder}/x.db", "only to list routes" * 2)
        )
        return sorted(
            rule.rule for rule in app.url_map.iter_rules() if _answers_with_a_page(app, rule)
        )


def _answers_with_a_page(app: Flask, rule: Rule) -> bool:
    view = inspect.unwrap(app.view_functions[rule.endpoint])
    is_file = "." in rule.rule.rpartition("/")[2]
    return is_for_a_team(app, rule) and not is_file and "jsonify(" not in inspect.getsource(view)


def main() -> None:
    """Print the figures."""
    own = measure_all("wbtest", but=lambda path: "migrations" in path.parts)
    checks = measure_all(*PROGRAMS)
    tests = measure_all("tests", but=lambda path: any(map(path.is_relative_to, PROGRAMS)))
    longest = max(own, key=lambda module: module.lines)
    same, pages = repeated_names(own), member_pages()
    words = sum(
        len(path.read_text("utf-8").split())
        for path in (ROOT / "docs").glob("*.md")
        if path.name not in GENERATED_PAGES
    )
    for name, figure in {
        "modules in wbtest/": len(own),
        "lines of code in wbtest/": sum(module.code_lines for module in own),
        "classes": sum(module.classes for module in own),
        "import statements": sum(module.imports for module in own),
        "imports of its own modules": sum(module.own_imports for module in own),
        "file names used more than once": len(same),
        f"modules under {SHORT} lines": sum(module.lines < SHORT for module in own),
        "lines of the longest module": longest.lines,
        "lines of code in tests/": sum(module.code_lines for module in tests),
        "lines of code in attacks, bench, …": sum(module.code_lines for module in checks),
        "words in docs/": words,
        "templates": len([*(ROOT / "templates").rglob("*.html")]),
        "pages that members meet": len(pages),
    }.items():
        click.echo(f"{name:<38}{figure:>8,}")
    click.echo(f"longest module: {longest.path.relative_to(ROOT)}")
    click.echo("used more than once: " + ", ".join(f"{name} {n}" for name, n in same.items()))
    click.echo("pages that members meet: " + " ".join(pages))


if __name__ == "__main__":
    main()
