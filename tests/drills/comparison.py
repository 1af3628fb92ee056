"""The end of every drill: what clients were told, against what is stored, read past our code."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from tests.drills.ledger import Ledger
from tests.proofs.figure import AT_MOST_0
from tests.proofs.proof import Result
from tests.service.instance import Instance
from tests.service.server import Server, eventually
from tests.steps import member


def compare(
    name: str, server: Server, ledger: Ledger, breaks: Sequence[float] = ()
) -> Result:
    """Compare, with figures whose names begin with ``name``; the server is ended here, in order.

    ``breaks`` are the moments of each kill: a visit may only be lost that was answered within
    a second before one.
    """
    instance, result = server.instance, Result()
    settle(instance)
    shown = member.at(instance.url).log_in().results()
    code, seconds = server.end()
    result.must(code == 0 and seconds < 30, f"SIGTERM: exit code {code} after {seconds:.0f} s")
    with instance.engine().connect() as raw:
        compare_signups(name, raw, ledger, result)
        compare_visits(name, raw, ledger, breaks, result)
        result.failures += compare_figures(raw_figures(raw), shown)
        if instance.is_sqlite:
            whole = raw.exec_driver_sql("PRAGMA integrity_check").scalar_one()
            result.must(whole == "ok", f"integrity_check: {whole}")
    verified = instance.command("verify")
    result.must(verified.returncode == 0, f"wbtest verify: {verified.stdout}{verified.stderr}")
    return result


def settle(instance: Instance) -> None:
    """Wait until nothing more is written."""
    before = [-1]

    def is_still() -> bool:
        query = "SELECT count(*) FROM visits UNION ALL SELECT count(*) FROM sightings"
        last, before[0] = before[0], sum(instance.scalars(query))
        return last == before[0]

    eventually(is_still, 20, 0.5)


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


def compare_signups(name: str, raw: sa.Connection, ledger: Ledger, result: Result) -> None:
    """Add how many sign-ups are lost; note those that are there twice, or without their mail."""
    rows = list(raw.exec_driver_sql("SELECT email FROM signups").scalars())
    mails = list(
        raw.exec_driver_sql(
            "SELECT recipient FROM outbox_mails WHERE recipient LIKE 'visitor-%%'"
        ).scalars()
    )
    stored, acknowledged = set(rows), set(ledger.acknowledged)
    lost = len(acknowledged - stored)
    doubled = len(rows) - len(stored) + len(mails) - len(set(mails))
    result.add(
        f"{name}-signups-lost",
        "acknowledged sign-ups lost",
        lost,
        of=len(acknowledged),
        goal=AT_MOST_0,
    )
    for number, sentence in (
        (lost, "acknowledged sign-ups are not stored"),
        (doubled, "rows or mails are there twice"),
        (len(stored - ledger.sent), "sign-ups that nobody sent"),
        (len(acknowledged - set(mails)), "acknowledged sign-ups without a mail"),
        (len(ledger.sent - acknowledged), "visitors gave up, never told yes"),
    ):
        result.must(number == 0, f"{number} {sentence}")


def compare_visits(
    name: str, raw: sa.Connection, ledger: Ledger, breaks: Sequence[float], result: Result
) -> None:
    """Add how many visits are lost, and note those that may not be."""
    stored = set(raw.exec_driver_sql("SELECT visitor FROM visits").scalars())
    lost = [at for visitor, at in ledger.visits.items() if visitor not in stored]
    noted = raw.exec_driver_sql(
        "SELECT coalesce(sum(count), 0) FROM machine_counts WHERE reason = 'lost'"
    ).scalar_one()
    result.add(f"{name}-visits-lost", "visits lost", len(lost), of=len(ledger.visits))
    early = [at for at in lost if not _is_just_before(at, sorted(breaks))]
    # What the store did not take is counted by the product itself, beacons among it.
    result.must(
        len(early) <= noted,
        f"{len(early)} visits lost that were not of the last second; {noted} noted as lost",
    )
    unknown = len(stored - set(ledger.visits))
    # An answer that was cut off on its way still counts as a visit.
    result.must(
        unknown <= ledger.broken(0), f"{unknown} visits are stored that nobody was answered"
    )


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
