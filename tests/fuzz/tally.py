"""What was asked, what came of it, and what is at fault: counted, and told at the end."""

import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

EVERY = 500


@dataclass
class Fault:
    """What is wrong, and the smallest request that shows it."""

    where: str
    what: str
    request: str
    times: int = 1


@dataclass
class Tally:
    """``wanted`` requests are to be made, 0 where nobody knows how many; each is noted."""

    name: str
    wanted: int
    seed: int
    is_quiet: bool = False
    faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    _by_address: defaultdict[str, Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    _begun: float = field(default_factory=time.monotonic)
    _told: int = 0
    total: int = 0

    def note(self, address: str, status: int, *, is_accepted: bool) -> None:
        """Count an answer; say how far we are at every hundredth of the way, or every so many."""
        counts = self._by_address[address]
        counts[f"{status // 100}xx"] += 1
        counts["accepted"] += is_accepted
        self.total += 1
        if not self.wanted:
            if self.total % EVERY == 0:
                self._say(self._so_far())
            return
        part = min(100, 100 * self.total // self.wanted)
        if part > self._told:
            self._told = part
            self._say(f"{('#' * (part // 5)).ljust(20, '·')} {self._so_far()}")

    def is_known(self, where: str, what: str) -> bool:
        return (where, what) in self.faults

    def blame(self, where: str, what: str, request: str) -> None:
        """Keep a fault, with the shortest of the requests that show it."""
        if not self.is_known(where, what):
            self._say(f"FAULT {where}: {what}\n{request}")
        found = self.faults.setdefault((where, what), Fault(where, what, request, 0))
        found.times += 1
        found.request = min(found.request, request, key=len)

    def accepted(self, address: str) -> int:
        """How many requests to this address were taken."""
        return self._by_address[address]["accepted"]

    @property
    def server_errors(self) -> int:
        return sum(counts["5xx"] for counts in self._by_address.values())

    def told(self) -> str:
        """All of it as text: a line for each address, then the faults."""
        classes = ("2xx", "3xx", "4xx", "5xx", "accepted")
        wide = max((len(address) for address in self._by_address), default=10)
        lines = ["", "".join([self.name.ljust(wide), *(f"{each:>10}" for each in classes)])]
        for address, counts in sorted(self._by_address.items()):
            lines.append(
                "".join([address.ljust(wide), *(f"{counts[each]:>10,}" for each in classes)])
            )
        lines += ["", self._so_far()]
        never = [name for name, counts in self._by_address.items() if not counts["accepted"]]
        if never:
            lines.append(f"Never accepted: {', '.join(sorted(never))}.")
        for fault in self.faults.values():
            lines += ["", f"FAULT {fault.where}: {fault.what} ({fault.times}×)", fault.request]
        return "\n".join(lines)

    def _say(self, line: str) -> None:
        if not self.is_quiet:
            print(line, file=sys.stderr, flush=True)  # noqa: T201

    def _so_far(self) -> str:
        seconds = time.monotonic() - self._begun
        wanted = f" of {self.wanted:,}" if self.wanted else ""
        return (
            f"{self.name}: {self.total:,}{wanted} requests in {seconds:,.0f} s, seed "
            f"{self.seed}: {self.server_errors} × 5xx, {len(self.faults)} faults"
        )
