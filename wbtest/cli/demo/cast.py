"""The tests of the demo: rules, variants, looks, questions, and how strangers truly behave."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from wbtest.publishing.page_options import AsksFor, FollowUpQuestion, Options
from wbtest.review import sample


@dataclass(frozen=True, slots=True)
class Test:
    """One experiment of the demo: of which draft, by which rule, and who comes.

    ``began`` says how many days ago, ``days`` for how many of them strangers come, though never
    later than now, ``lasts`` after how many the last day is. On browsers ``white_on`` the last
    variant's page stays white.
    """

    # Tests of one release stand at one address: each has a name of its own.
    name: str
    slug: str
    release: str
    draft: int
    began: int
    days: int
    lasts: int
    who: str
    target: float
    floor: float
    minimum: int
    maximum: int
    # Visitors a day that the team expects.
    daily: int
    if_met: str
    if_not_met: str
    if_unclear: str
    # Of all visitors of the demo.
    share: float
    # True share of those who look that sign up, and lost beacons, per variant, control first.
    rates: tuple[float, ...]
    lost: tuple[float, ...]
    sources: dict[str, float]
    white_on: tuple[str, ...] = ()
    # Name of each further variant and its headline.
    variants: tuple[tuple[str, str], ...] = ()
    theme: str = ""
    # What the page asks after the sign-up, and what is answered to each in turn.
    questions: tuple[FollowUpQuestion, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()
    asks_for: tuple[AsksFor, ...] = ()
    # What some visitors ask under the page.
    asking: tuple[str, ...] = ()

    @property
    def options(self) -> Options:
        """How the page treats its visitors."""
        return Options(questions=self.questions, asks_for=self.asks_for)


@cache
def tests() -> dict[str, Test]:
    """Every test of the demo by its name, in the order in which they begin."""
    return {test.name: test for test in map(_test, told("tests"))}


def told(name: str) -> Any:
    """What a file of the story says. One release of it is the sample that everybody may look at."""
    if name.startswith(sample.NAME):
        return sample.read_texts(name)
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))


def is_told(name: str) -> bool:
    """Whether there is such a file."""
    folders = (Path(__file__).parent, sample.HERE)
    return any((folder / f"{name}.json").exists() for folder in folders)


def drafts_of(name: str) -> Any:
    """How each draft of a release differed from the last."""
    return told(f"{name}_drafts") if name == sample.NAME else told("drafts")[name]


def _test(said: dict[str, Any]) -> Test:
    asked = said.get("questions", ())
    return Test(
        **{"name": said["slug"]}
        | said
        | {
            "rates": tuple(said["rates"]),
            "lost": tuple(said["lost"]),
            "white_on": tuple(said.get("white_on", ())),
            "variants": tuple((name, headline) for name, headline in said.get("variants", ())),
            "asks_for": tuple(said.get("asks_for", ())),
            "questions": tuple(
                FollowUpQuestion(it["text"], tuple(it.get("choices", ()))) for it in asked
            ),
            "asking": tuple(said.get("asking", ())),
            "answers": tuple(tuple(answers) for answers in said.get("answers", ())),
        }
    )
