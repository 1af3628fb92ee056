"""Which lines and branches of wbtest the tests run, at a tenth of what it costs to trace them.

Before Python 3.12 coverage has the interpreter stop at every line of whatever runs, of SQLAlchemy
and Jinja too, and the suite takes twice as long. Here each statement of our own code marks itself
as it is made from its source; what a line, a branch and a share are, coverage says as ever.

``COUNT_LINES=1 pytest`` keeps the marks, ``python -m tests.counting`` shows them.
"""

import ast
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import chain
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from coverage import Coverage
from coverage.cmdline import main as run_coverage
from coverage.parser import PythonParser

IS_COUNTED = bool(os.environ.get("COUNT_LINES"))
ROOT = Path(__file__).parents[1]
MARKS = ROOT / ".coverage-marks"
# Code that marks itself is kept apart from code that does not, and from that of another marker.
CODE = ROOT / ".coverage-code" / sha256(Path(__file__).read_bytes()).hexdigest()[:16]
NAME = "__ran__"
# Beside its body such a statement has a second way on, which has no line of its own without else.
TWO_WAYS = (ast.If, ast.For, ast.While)

# By file: the lines that ran, and the negative of each at which the second way was taken.
_ran: dict[str, dict[int, int]] = {}


def _lines(node: ast.stmt) -> list[int]:
    """Where the statement begins, and below its decorators begins again."""
    return [part.lineno for part in (*getattr(node, "decorator_list", ()), node)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_of_the_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _mark(number: int, at: ast.stmt) -> ast.stmt:
    mark = ast.parse(f"{NAME}[{number}] = 1").body[0]
    for part in ast.walk(mark):
        ast.copy_location(part, at)
    return mark


class Marking(ast.NodeTransformer):
    """Puts a mark before each statement, and on each second way."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements:
                setattr(node, name, [*chain.from_iterable(map(self._marked, statements))])
        if isinstance(node, TWO_WAYS) and not node.orelse:
            node.orelse = [_mark(-node.lineno, node)]
        # Whoever is caught by one handler, or is of one case, was held against those before it.
        for parts in (getattr(node, "handlers", ()), getattr(node, "cases", ())):
            for number, part in enumerate(parts):
                lines = [getattr(p, "pattern", p).lineno for p in parts[: number + 1]]
                part.body[:0] = [_mark(line, part.body[0]) for line in lines]
        return node

    @staticmethod
    def _marked(node: ast.stmt) -> list[ast.stmt]:
        if _is_text(node):
            return [node]
        marks = [_mark(line, node) for line in _lines(node)]
        # Before such an import nothing may stand but text.
        return [node, *marks] if _is_of_the_future(node) else [*marks, node]


class _Loader(SourceFileLoader):
    """Loads a module whose statements mark themselves."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:
        marked = Marking().visit(ast.parse(data))
        code: CodeType = super().source_to_code(marked, path, _optimize=_optimize)
        return code

    def get_code(self, fullname: str) -> CodeType | None:
        before, sys.pycache_prefix = sys.pycache_prefix, str(CODE)
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix = before

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, NAME, _ran.setdefault(str(module.__file__), {}))
        super().exec_module(module)


class _Finder(MetaPathFinder):
    """Finds our own modules before anybody else does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "wbtest" or fullname.startswith("wbtest.migrations"):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path)
        return spec


def begin() -> None:
    """Let what is loaded of wbtest from here on mark its lines, if lines are counted."""
    if IS_COUNTED:
        sys.meta_path.insert(0, _Finder())


def forget() -> None:
    """Delete the marks of the run before."""
    if IS_COUNTED:
        shutil.rmtree(MARKS, ignore_errors=True)
        MARKS.mkdir(exist_ok=True)


def keep(worker: str) -> None:
    """Write down what ran in this process."""
    if IS_COUNTED:
        marks = {path: sorted(ran) for path, ran in _ran.items()}
        (MARKS / f"{worker}.json").write_text(json.dumps(marks))


def arcs(path: str, ran: set[int]) -> Iterator[tuple[int, int]]:
    """The steps that were taken from line to line, as far as coverage looks at them."""
    yield from ((-1, line) for line in ran if line > 0)
    source = Path(path).read_text(encoding="utf-8")
    second: dict[int, int] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, TWO_WAYS) and not node.orelse:
            second[node.lineno] = _lines(node.body[0])[0]
    parser = PythonParser(text=source, filename=path)
    parser.parse_source()
    for start, end in parser.arcs():
        if start in second and end != second[start]:
            if -start in ran:
                yield start, end
        elif start in ran and (end < 0 or end in ran):
            yield start, end


def _report() -> int:
    """Print what was run and what was not; return coverage's exit code."""
    found: dict[str, set[int]] = {}
    for file in MARKS.glob("*.json"):
        for path, lines in json.loads(file.read_text()).items():
            found.setdefault(path, set()).update(lines)
    data = Coverage(config_file=str(ROOT / "pyproject.toml")).get_data()
    data.erase()
    data.add_arcs({path: [*arcs(path, ran)] for path, ran in found.items()})
    for file in (ROOT / "wbtest").rglob("*.py"):
        if "migrations" not in file.parts:
            data.touch_file(str(file))
    data.write()
    code: int = run_coverage(["report"]) or 0
    return code


begin()
if __name__ == "__main__":
    raise SystemExit(_report())
