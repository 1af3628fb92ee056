"""Whether people read plain English: what they meet on screen, in mail, at the prompt, in the docs.

``python -m tests.words`` prints each place that breaks a rule of style and ends with 1 if there is
one: words that nobody says across a desk, buttons without one of the usual verbs, hints that are
too long. ``make check`` runs it; CONTRIBUTING.md says how the tool speaks.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

ROOT = Path(__file__).parent.parent
STRANGE = re.compile(
    r"\b(whoever|anew|mend(s|ed|ing)?|for ever|all the same)\b"
    r"|\bstands (there|here|in|beside|below|above)\b",
    re.IGNORECASE,
)
# What a button begins with: the same deed has the same name everywhere.
# fmt: off
VERBS = frozenset(
    (
        "Add", "Approve", "Cancel", "Change", "Confirm", "Continue", "Copy", "Correct", "Create",
        "Decide", "Delete", "Download", "Duplicate", "Edit", "End", "Fix", "Import", "Invite",
        "Log", "Pause", "Preview", "Print", "Reject", "Remove", "Reply", "Resolve", "Restore",
        "Resume", "Review", "Save", "Search", "Send", "Set", "Share", "Shuffle", "Sign", "Start",
        "Submit", "Test", "Undo", "Unsubscribe", "Upload", "Use", "View",
    )
)
# fmt: on
LONGEST_HINT = 90
GENERATED = frozenset(("coach.md", "fields.md", "permissions.md"))

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
# Of a script, without its line's end.
_NOTE = re.compile(r"//[^\n]*")
_BUTTON = re.compile(r"<button\b[^>]*>(.*?)</button>", re.DOTALL)
# Macros that draw a button: where in their arguments its text is.
_MACRO = re.compile(
    r"\b(?:post_button|opener)\(\s*(?:url_for\([^()]*(?:\([^()]*\)[^()]*)*\)|[^,()]+),\s*"
    r"\"([^\"]+)\""
)
_HINT = re.compile(r"\bhint=\"([^\"]+)\"")
_TAG = re.compile(r"<[^>]+>|\{%.*?%\}", re.DOTALL)
_LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'")


class Slip(NamedTuple):
    """A place that breaks a rule."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        """Name the place as compilers do."""
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.what}"


def slips() -> Iterator[Slip]:
    """Yield every place that breaks a rule."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        yield from slips_of_template(path, path.read_text("utf-8"))
    for path in sorted((ROOT / "wbtest").rglob("*.py")):
        yield from slips_of_module(path, path.read_text("utf-8"))
    for path in sorted((ROOT / "static/js").rglob("*.js")):
        yield from _strange_in(path, _NOTE.sub("", path.read_text("utf-8")))
    # The word lists of the coach are what others write.
    texts = (path for path in (ROOT / "wbtest").rglob("*.toml") if path.parent.name != "words")
    for path in sorted(texts):
        yield from _strange_in(path, path.read_text("utf-8"))
    for path in sorted((ROOT / "docs").glob("*.md")):
        if path.name not in GENERATED:
            yield from _strange_in(path, path.read_text("utf-8"))
    yield from _strange_in(ROOT / "README.md", (ROOT / "README.md").read_text("utf-8"))


def slips_of_template(path: Path, source: str) -> Iterator[Slip]:
    """Yield what is wrong with the text of a template; its comments are not part of it."""
    # What is cut out leaves its lines, so that places are told right.
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)
    yield from _strange_in(path, text)
    yield from _buttons_in(path, text)
    yield from _hints_in(path, text)


def _strange_in(path: Path, text: str, first: int = 1) -> Iterator[Slip]:
    for number, line in enumerate(text.splitlines(), first):
        for found in STRANGE.finditer(line):
            yield Slip(path, number, f"“{found[0]}”")


def _buttons_in(path: Path, text: str) -> Iterator[Slip]:
    for pattern in (_BUTTON, _MACRO):
        for found in pattern.finditer(text):
            for label in _labels_of(found[1]):
                if label.split()[0].rstrip(".,…:") not in VERBS:
                    line = text[: found.start()].count("\n") + 1
                    yield Slip(path, line, f"a button says “{label}”")


def _labels_of(text: str) -> Iterator[str]:
    """What a button may say: its words, or each text that an expression chooses from."""
    words = " ".join(_TAG.sub(" ", text).split())
    if "{{" not in words:
        if words and words[0].isalpha():
            yield words
        return
    if not words.startswith("{{"):
        yield words
        return
    for one in _LITERAL.finditer(words.partition("{{")[2].partition("}}")[0]):
        label = (one[1] or one[2] or "").strip()
        if label[:1].isupper():
            yield label


def _hints_in(path: Path, text: str) -> Iterator[Slip]:
    for found in _HINT.finditer(text):
        if len(found[1]) > LONGEST_HINT:
            line = text[: found.start()].count("\n") + 1
            yield Slip(path, line, f"a hint of {len(found[1])} characters")


def slips_of_module(path: Path, source: str) -> Iterator[Slip]:
    """Yield what is wrong with the texts of a module; its docstrings are none."""
    tree = ast.parse(source)
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings:
                yield from _strange_in(path, node.value.replace("\n", " "), node.lineno)
        elif isinstance(node, ast.Call):
            yield from _slips_of_field(path, node)


def _slips_of_field(path: Path, call: ast.Call) -> Iterator[Slip]:
    """What is wrong with the button or the hint of a form's field."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    first = call.args[0] if call.args else None
    label = str(first.value) if isinstance(first, ast.Constant) else ""
    if name == "SubmitField" and label and label.split()[0] not in VERBS:
        yield Slip(path, call.lineno, f"a button says “{label}”")
    for keyword in call.keywords if name.endswith("Field") else ():
        value = getattr(keyword.value, "value", "")
        if keyword.arg == "description" and isinstance(value, str) and len(value) > LONGEST_HINT:
            yield Slip(path, keyword.value.lineno, f"a hint of {len(value)} characters")


@click.command()
def main() -> None:
    """Print every slip."""
    found = [*slips()]
    for slip in found:
        click.echo(str(slip))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
