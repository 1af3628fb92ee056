"""What clients were told, a line of a file for each answer: written by them, read afterwards."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO


class Pen:
    """Writes lines as they happen, so that they are there whatever becomes of the process."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def note(self, what: str, **parts: Any) -> None:
        self._file.write(json.dumps({"what": what, **parts}) + "\n")
        self._file.flush()


@dataclass(slots=True)
class Ledger:
    """What was sent and acknowledged. ``visits`` and ``beacons`` by visitor, with their time.

    ``slow`` are the longest answers, in seconds, by what was asked. ``refused`` counts the answers
    that were no yes, by what was asked and status; 0 is for a connection that broke.
    """

    visits: dict[str, float] = field(default_factory=dict)
    beacons: dict[str, float] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    acknowledged: dict[str, float] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    refused: dict[tuple[str, int], int] = field(default_factory=dict)
    # When each request began to which no answer came.
    cut_off: list[float] = field(default_factory=list)
    unexplained: int = 0
    without_cookie: int = 0
    retried: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    # Headlines by the variant that the cookie beside them named.
    shown: dict[str, set[str]] = field(default_factory=dict)
    changed: int = 0

    @property
    def wrong(self) -> int:
        """Pages that showed another variant than the cookie said, or than the time before."""
        all_shown = [headline for headlines in self.shown.values() for headline in headlines]
        stray = len(all_shown) - len(self.shown)
        return self.changed + stray + len(all_shown) - len(set(all_shown))

    def broken(self, status: int) -> int:
        """How many answers had this status."""
        return sum(number for (_, code), number in self.refused.items() if code == status)

    @property
    def errors(self) -> int:
        """Answers that are neither a yes, nor a 503 that says when to come back."""
        odd = (n for (_, code), n in self.refused.items() if code not in (0, 503))
        return sum(odd) + self.unexplained

    def add(self, other: "Ledger") -> None:
        """Take over all that others were told, who were visitors of other numbers."""
        self.visits |= other.visits
        self.beacons |= other.beacons
        self.sent |= other.sent
        self.acknowledged |= other.acknowledged
        for name, number in other.answers.items():
            self.answers[name] = self.answers.get(name, 0) + number
        for key, number in other.refused.items():
            self.refused[key] = self.refused.get(key, 0) + number
        for name, took in other.seconds.items():
            self.seconds.setdefault(name, []).extend(took)
        for variant, headlines in other.shown.items():
            self.shown.setdefault(variant, set()).update(headlines)
        self.cut_off += other.cut_off
        self.unexplained += other.unexplained
        self.without_cookie += other.without_cookie
        self.retried += other.retried
        self.changed += other.changed

    def longest(self, *what: str) -> float:
        return max((max(self.seconds.get(name, [0.0])) for name in what), default=0.0)

    def p95(self, what: str) -> float:
        took = sorted(self.seconds.get(what, [0.0]))
        return took[int(len(took) * 0.95)]


class Reader:
    """Follows the file while it grows, and reads each line once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = 0
        self._ledger = Ledger()

    def read(self) -> Ledger:
        """Return what the clients wrote up to now."""
        if not self._file.exists():
            return self._ledger
        with self._file.open("rb") as stream:
            stream.seek(self._offset)
            text = stream.read()
        # The last line may be half written while the clients are still at work.
        whole = text[: text.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.splitlines():
            _enter(self._ledger, json.loads(line))
        return self._ledger


def _enter(ledger: Ledger, line: dict[str, Any]) -> None:
    what = line["what"]
    if what == "sent":
        ledger.sent.add(line["email"])
        return
    if what == "shown":
        ledger.shown.setdefault(line["variant"], set()).add(line["headline"])
        ledger.changed += line["is_other"]
        return
    if what == "refused":
        key = line["asked"], line["status"]
        ledger.refused[key] = ledger.refused.get(key, 0) + 1
        if not line["status"] and not line["is_unreached"]:
            ledger.cut_off.append(line["at"] - line["took"])
        ledger.unexplained += line["status"] == 503 and not line["retry_after"]
        ledger.seconds.setdefault(f"refused {line['asked']}", []).append(line["took"])
        return
    _enter_answer(ledger, line)


def _enter_answer(ledger: Ledger, line: dict[str, Any]) -> None:
    what = line["what"]
    ledger.answers[what] = ledger.answers.get(what, 0) + 1
    ledger.seconds.setdefault(what, []).append(line["took"])
    if what == "page" and line["visitor"]:
        ledger.visits[line["visitor"]] = line["at"]
    elif what == "page":
        ledger.without_cookie += 1
    elif what == "beacon":
        ledger.beacons[line["visitor"]] = line["at"]
    elif what == "signup":
        ledger.acknowledged[line["email"]] = line["at"]
        ledger.retried += line["tries"] > 1
