"""How long the coach takes: over more words than anybody should write, and over hostile text."""

import json
import time
from dataclasses import replace
from datetime import date
from itertools import cycle
from typing import NamedTuple

from bench.page import TEXT
from bench.row import Goal, Line, Part, Row, Run
from wbtest.writing import coach
from wbtest.writing.coach.reading import Reading
from wbtest.writing.document import Document, Question, Quote, from_json, length

WORDS = 1_500
RUNS = 15
HOSTILE_LENGTH = 50_000
LINES = (
    Line(
        "coach",
        f"the coach reads {WORDS:,} words",
        "",
        "ms",
        Goal("≤", 100, "ours"),
        "All rules over more words than anybody should write; another text each time, since what "
        "was read already is remembered.",
    ),
    Line(
        "coach hostile",
        "… its slowest rule over hostile text",
        "",
        "ms",
        Goal("≤", 1_000, "ours"),
        f"Every rule is given {HOSTILE_LENGTH:,} characters of each kind that makes a careless "
        "rule look back again and again.",
    ),
)
DAY = date(2027, 1, 1)
GROWING = ("problem", "alternative", "solution", "why_now")


def measure(_: Run) -> list[Row]:
    """Let it read long and hostile texts."""
    times, found = read()
    slowest = slowest_of_hostile()
    reading, hostile = LINES
    return [
        Row(reading, tuple(times), note=f"It finds {found} things."),
        Row(hostile, (slowest.ms,), note=f"Here it is {slowest.rule} over {slowest.text}."),
    ]


def read() -> tuple[list[float], int]:
    """Read the demo's release, grown to ``WORDS`` words, over and over.

    Returns the milliseconds of each reading, and how many findings the last had.
    """
    document = _grown(from_json(json.loads(TEXT.read_text(encoding="utf-8"))))
    times = []
    for run in range(RUNS + 1):
        text = replace(document, segment=f"cooks of house {run}")
        begun = time.perf_counter()
        findings = coach.findings_of(text, "full", DAY)
        times.append((time.perf_counter() - begun) * 1000)
    # The first is for what is read once.
    return times[1:], len(findings)


def _grown(document: Document) -> Document:
    """The release with its paragraphs over and over; each copy in words that are a little other."""
    texts = {name: getattr(document, name) for name in GROWING}
    for number, name in enumerate(cycle(GROWING)):
        if length(document)[0] >= WORDS:
            return document
        grown = f"{getattr(document, name)}\n\nAnd in week {number}: {texts[name]}"
        document = replace(document, **{name: grown})
    raise AssertionError("a cycle does not end")


# Each makes a careless rule look back again and again.
HOSTILE = {
    "one word": "a",
    "dots": ".",
    "spaces": " x",
    "quotes": "“‘«「'",
    "digits": "1,234.",
    "brackets": "[({<",
    "lines": "- a\n",
    "pipes": "|-",
    "percent": "n % ",
    "capitals": "ABC. ",
    "mixed": "a 中。",
    "right to left": "ع١ ",
    "links": "https://",
    "we": "we will ",
}


class Slowest(NamedTuple):
    """The rule and the text that took longest, in milliseconds."""

    rule: str
    text: str
    ms: float


def slowest_of_hostile() -> Slowest:
    """Give every rule ``HOSTILE_LENGTH`` characters of each hostile text, in part after part."""
    found = []
    for name, piece in HOSTILE.items():
        text = (piece * HOSTILE_LENGTH)[:HOSTILE_LENGTH]
        for document in _with(text):
            for rule in coach.all_rules():
                reading = Reading(document, "full", DAY)
                begun = time.perf_counter()
                for _ in rule.check(reading):
                    pass
                found.append(Slowest(rule.id, name, (time.perf_counter() - begun) * 1000))
    return max(found, key=lambda slowest: slowest.ms)


def _with(text: str) -> tuple[Document, ...]:
    """Releases that hold the text, however long a field may be."""
    plain = Document(product="Larder", segment="cooks", solution="One photo.")
    return (
        replace(plain, headline=text),
        replace(plain, subheading=text),
        replace(plain, problem=text),
        replace(plain, solution=text),
        replace(plain, customer_quote=Quote(text, "Ada Okafor", "cook in Leeds")),
        replace(plain, faq=(Question("external", "Why?", text), Question("internal", text, text))),
    )


PART = Part("coach", LINES, measure)
