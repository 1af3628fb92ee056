"""Regular expressions that are compiled when they are first used.

The app has some two hundred, and to compile them was a twentieth of the time to import it; a
process that shows landing pages uses a few.
"""

import re
from typing import Any, cast


def late_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return what ``re.compile`` does, as far as it is used; an error in it shows with the use."""
    return cast(re.Pattern[str], LatePattern(text, flags))


class LatePattern:
    """Stands for a compiled pattern, and has what that has from the first use on."""

    def __init__(self, text: str, flags: int) -> None:
        # Others are made of it.
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Python asks here for what is not there yet.
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found
