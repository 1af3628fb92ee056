"""What the coach says: a rule, the exact words it means, and why. Values only."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from wbtest.writing.coach.reading import Reading

# stop blocks approval or start, warn wants a change or a reason, note only informs.
Severity = Literal["stop", "warn", "note"]
SEVERITIES: tuple[Severity, ...] = ("stop", "warn", "note")
# What a stop keeps a text from.
Step = Literal["approval", "start"]


class Mark(Struct, frozen=True):
    """Words that a rule means: characters ``start`` to ``end`` of the text at ``path``.

    Without words (``start == end``) something is missing in the part. ``message`` is one sentence
    that says what is the case; ``mend`` says how to mend just this, '' for the rule's own advice.
    """

    path: str
    part: str
    start: int
    end: int
    severity: Severity
    message: str
    mend: str = ""


class Rule(Struct, frozen=True, kw_only=True):
    """One thing the coach looks for. ``check`` yields a mark for each place.

    ``severity`` says in words what its marks may be, ``languages`` in which it works: () for any;
    ``words_in`` names those of its word list where the rest works in any.
    ``before`` and ``after`` are an example of ours. An honesty rule holds in the short form as in
    the full one; the others only inform there. A stop of a wording rule may be waived, by an
    approver; that of another has to be mended. What does not stop may always be waived.
    """

    id: str
    title: str
    severity: str
    why: str
    source: str
    mend: str
    before: str
    after: str
    check: Callable[["Reading"], Iterable[Mark]]
    languages: tuple[str, ...] = ()
    words_in: tuple[str, ...] = ()
    is_honesty: bool = False
    is_wording: bool = True
    stops_before: Step = "approval"


class Finding(NamedTuple):
    """A mark with the rule it comes from and the words themselves, '' when something is missing."""

    rule: Rule
    mark: Mark
    words: str
    severity: Severity

    @property
    def is_waivable(self) -> bool:
        """Whether it may stay for a reason."""
        return self.severity != "stop" or self.rule.is_wording
