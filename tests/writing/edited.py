"""Our own JSON of a release as somebody edited it, and what is said of it. Pure."""

import json
from typing import Any

from tests.factories import LARDER
from wbtest.writing.release_files import format_release

WHOLE = format_release(LARDER, "full", "json")
_VALUES = json.loads(WHOLE)


def _with(**values: Any) -> str:
    return json.dumps(_VALUES | values)


def _first_question_with(**values: Any) -> str:
    return _with(faq=[_VALUES["faq"][0] | values, *_VALUES["faq"][1:]])


REFUSED = {
    "half a file": (
        WHOLE[: len(WHOLE) // 2],
        "This is not JSON: Unterminated string starting at: line",
    ),
    "twice in one": (WHOLE + WHOLE, "This is not JSON: Extra data: line"),
    "an id": (_with(id=7), "release: has no part called 'id'."),
    "another author": (_with(author_id=2), "release: has no part called 'author_id'."),
    "an id of a question": (_first_question_with(id=3), "faq[0]: has no part called 'id'."),
    "a newer version": (_with(version=9), "release: has no part called 'version'."),
    "a newer part": (_first_question_with(votes=3), "faq[0]: has no part called 'votes'."),
    "a path for a day": (_with(dateline={"date": "../../etc"}), "dateline.date: "),
    "a part twice": (
        WHOLE.replace('"headline"', '"headline": "lost", "headline"', 1),
        "release: holds the part 'headline' twice.",
    ),
    "too deep": ('{"faq":' + "[" * 100_000, "nested too deeply"),
    "a long number": ('{"faq":' + "9" * 5_000 + "}", "A number in it is too long."),
}
