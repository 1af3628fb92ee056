"""The end of every drill: what clients were told, against what is stored, read past our code."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from tests.drills.ledger import Ledger
from tests.service.instance import Instance
from tests.service.server import Server, eventually
from tests.steps import member


@dataclass(slots=True)
class Proof:
    """What was compared, in numbers, and every sentence about what did not agree."""

    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    visits: int = 0
    visits_lost: int = 0
    noted: int = 0
    doubled: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.acknowledged:,} sign-ups acknowledged, {self.lost} lost, {self.duplicated} "
            f"duplicated; {self.visits_lost} of {self.visits:,} visits lost"
            + (f" ({self.noted} events noted as lost)" if self.noted else "")
        )

    def must(self, is_so: bool, sentence: str) -> None:
        if not is_so:
            self.failures.append(sentence)


def prove(server: Server, ledger: Ledger, breaks: Sequence[float] = ()) -> Proof:
    """Compare; the server is running and is ended here, in order.

    ``breaks`` are the moments of each kill: a visit may only be lost that was answered within
    a second before one.
    """
    instance = server.instance
    proof = Proof(acknowledged=len(ledger.acknowledged), visits=len(ledger.visits))
    settle(instance)
    shown = dashboard(server)
    code, seconds = server.end()
    proof.must(code == 0 and seconds < 30, f"SIGTERM: exit code {code} after {seconds:.0f} s")
    with instance.engine().connect() as raw:
        compare_signups(raw, ledger, proof)
        compare_visits(raw, ledger, breaks, proof)
        proof.failures.extend(compare_figures(raw_figures(raw), shown))
        if instance.is_sqlite:
            whole = raw.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            proof.must(whole == "ok", f"integrity_check: {whole}")
    verified = instance.command("verify")
    proof.must(verified.returncode == 0, f"wbtest verify: {verified.stdout}{verified.stderr}")
    return proof


def settle(instance: Instance) -> None:
    """Wait until nothing more is written."""
    before = [-1]

    def is_still() -> bool:
        with instance.engine().connect() as raw:
            now: int = raw.exec_driver_sql("SELECT count(*) FROM visits").scalar_one()
            now += raw.exec_driver_sql("SELECT count(*) FROM sightings").scalar_one()
        last, before[0] = before[0], now
        return last == now

    eventually(is_still, 20, 0.5)


def dashboard(server: Server) -> dict[str, Any]:
    """The results of the page as JSON, as an owner who logs in gets them."""
    return member.at(server.instance.url).log_in().results()


def raw_figures(raw: sa.Connection) -> dict[str, dict[str, int]]:
    """By variant, what the dashboard must show, counted from the events."""
    queries = {
        "served": "visits WHERE excluded_because = ''",
        "seen": "sightings WHERE excluded_because = '' AND is_counted",
        "converted": "signups WHERE excluded_because = '' AND is_converted",
        "all": "signups WHERE excluded_because = ''",
    }
    found: dict[str, dict[str, int]] = {}
    for name, which in queries.items():
        query = f"SELECT variant, count(*) AS number FROM {which} GROUP BY variant"
        found[name] = {row.variant: row.number for row in raw.exec_driver_sql(query)}
    return found


def compare_signups(raw: sa.Connection, ledger: Ledger, proof: Proof) -> None:
    """Note in the proof which sign-ups are lost, there twice, or without their mail."""
    rows = list(raw.exec_driver_sql("SELECT email FROM signups").scalars())
    mails = list(
        raw.exec_driver_sql(
            "SELECT recipient FROM outbox_mails WHERE recipient LIKE 'visitor-%%'"
        ).scalars()
    )
    stored = set(rows)
    proof.lost = len(set(ledger.acknowledged) - stored)
    proof.duplicated = len(rows) - len(stored) + len(mails) - len(set(mails))
    proof.must(proof.lost == 0, f"{proof.lost} acknowledged sign-ups are not stored")
    proof.must(proof.duplicated == 0, f"{proof.duplicated} rows or mails are there twice")
    proof.must(stored <= ledger.sent, f"{len(stored - ledger.sent)} sign-ups that nobody sent")
    unmailed = len(set(ledger.acknowledged) - set(mails))
    proof.must(unmailed == 0, f"{unmailed} acknowledged sign-ups without a mail")
    untold = ledger.sent - set(ledger.acknowledged)
    proof.must(not untold, f"{len(untold)} visitors gave up, never told yes")


def compare_visits(
    raw: sa.Connection, ledger: Ledger, breaks: Sequence[float], proof: Proof
) -> None:
    """Note in the proof which visits are lost."""
    stored = set(raw.exec_driver_sql("SELECT visitor FROM visits").scalars())
    lost = [at for visitor, at in ledger.visits.items() if visitor not in stored]
    proof.visits_lost = len(lost)
    noted = raw.exec_driver_sql(
        "SELECT coalesce(sum(count), 0) FROM machine_counts WHERE reason = 'lost'"
    ).scalar_one()
    proof.noted = noted
    early = [at for at in lost if not _is_just_before(at, sorted(breaks))]
    # What the store did not take is counted by the product itself, beacons among it.
    proof.must(
        len(early) <= noted,
        f"{len(early)} visits lost that were not of the last second; {noted} noted as lost",
    )
    unknown = len(stored - set(ledger.visits))
    # An answer that was cut off on its way still counts as a visit.
    proof.must(unknown <= ledger.broken(0), f"{unknown} visits are stored that nobody was answered")


def _is_just_before(at: float, breaks: list[float]) -> bool:
    """Whether it was answered at most a second before a break, or while that was under way."""
    index = bisect_left(breaks, at - 0.2)
    return index < len(breaks) and breaks[index] - at <= 1.0


def compare_figures(raw: dict[str, dict[str, int]], shown: dict[str, Any]) -> Iterator[str]:
    """Say what the dashboard shows otherwise than the rows."""
    for variant in shown["variants"]:
        sums = variant | {"all": variant["signups"] + variant["without_beacon"]}
        for name, numbers in raw.items():
            stored = numbers.get(variant["key"], 0)
            if sums[name] != stored:
                yield f"{name} of {variant['key']}: {sums[name]} shown, {stored} rows"
