"""The tests of the demo: texts, variants, looks, questions, and how strangers truly behave."""

import json
from dataclasses import dataclass
from pathlib import Path

from wbtest.publishing.choices.options import USUAL, Asked, Options
from wbtest.publishing.looks.look import PLAIN, Look
from wbtest.writing import document as documents
from wbtest.writing.document import Document

# Why the launch check's warnings do not stop a demo.
REASONS = {
    "address": "This is the demo: its visitors live on this computer.",
    "mail": "The demo sends no mail. It waits in the outbox, where one can read it.",
    "tried": "Priya and I read the preview on our phones.",
    "traffic": "We ask again after a week, and stop if too few come.",
    "maximum": "Three variants are one too many, but we want to see the waste one fail.",
    "region": "All of them live in England.",
    "counting": "A cookie of this page alone, which the page tells.",
}


@dataclass(frozen=True, slots=True)
class Test:
    """One experiment of the demo: its text, its variants by headline, and who comes."""

    file: str
    who: str
    target: float
    minimum: int
    maximum: int
    # Visitors a day that the team expects.
    daily: int
    # Name of each further variant and its headline.
    variants: tuple[tuple[str, str], ...]
    # Of all visitors of the demo.
    share: float
    # True share of those who look that sign up, and lost beacons, per variant, control first.
    rates: tuple[float, ...]
    lost: tuple[float, ...]
    sources: dict[str, float]
    look: Look = PLAIN
    options: Options = USUAL
    # What some visitors ask under the page.
    questions: tuple[str, ...] = ()


TESTS = (
    Test(
        "larder",
        "parents from the school newsletters",
        0.08,
        600,
        6000,
        250,
        (
            ("From your kitchen", "Tonight’s dinner is already in your kitchen"),
            ("Half the waste", "Throw away half as much food, starting tonight"),
        ),
        0.5,
        (0.046, 0.125, 0.078),
        (0.1, 0.1, 0.1),
        {"newsletter": 0.5, "instagram": 0.2, "www.google.com": 0.15, "direct": 0.15},
        options=Options(
            questions=(
                Asked("How many evenings a week do you cook?", ("1 or 2", "3 or 4", "5 or more")),
                Asked("What happens to what is left over?"),
            ),
            asks_for="price",
        ),
        questions=(
            "Does it work for vegetarians?",
            "Does it work for vegetarians ?",
            "Can two people share one fridge?",
        ),
    ),
    Test(
        "nightbus",
        "nurses on late shifts at three hospitals",
        0.08,
        400,
        4000,
        90,
        (("Price first", "Home after the late shift for £3"),),
        0.18,
        (0.076, 0.082),
        (0.08, 0.08),
        {"staffroom-poster": 0.6, "direct": 0.4},
        look=Look(theme="ink"),
    ),
    Test(
        "kiln",
        "potters who share a studio",
        0.06,
        400,
        5000,
        160,
        (("No more full kilns", "Never carry wet pots to a full kiln again"),),
        0.32,
        (0.07, 0.075),
        (0.06, 0.42),
        {"forum": 0.45, "news.ycombinator.com": 0.25, "direct": 0.3},
        look=Look(theme="field"),
    ),
)


def read(test: Test) -> Document:
    """The press release of a test."""
    text = (Path(__file__).parent / f"{test.file}.json").read_text(encoding="utf-8")
    return documents.from_json(json.loads(text))
