"""L2 and L3: everybody at once."""

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path

from tests.drills.clients import Answer, Visitor
from tests.drills.ledger import Pen, Reader
from tests.drills.outcome import Drill, Found
from tests.drills.proof import prove
from tests.drills.sizes import sized
from tests.service.instance import make_instance
from tests.service.server import Server, serving
from tests.steps.visitor import find_token, page_path

DISTINCT, SAME = sized(500, 50), sized(1_000, 100)


def distinct(folder: Path) -> Found:
    """Five hundred addresses within one second."""
    with serving(make_instance(folder / "instance")) as server:
        emails = [f"visitor-{number}@example.com" for number in range(DISTINCT)]
        answers, took = rush(server, folder / "ledger.jsonl", emails, within=1.0)
        ledger = Reader(folder / "ledger.jsonl").read()
        ledger.sent = set(ledger.acknowledged)
        proof = prove(server, ledger)
    odd = {a.status for a in answers if not _is_yes(a) and not _is_later(a)}
    later = sum(map(_is_later, answers))
    proof.must(not odd, f"odd answers: {odd}")
    return Found(
        f"{sum(map(_is_yes, answers))} × yes, {later} × 503 with Retry-After; the last after "
        f"{took:.1f} s; {proof}",
        proof.failures,
    )


def same(folder: Path) -> Found:
    """The same address a thousand times, in parallel."""
    with serving(make_instance(folder / "instance")) as server:
        emails = ["visitor-1@example.com"] * SAME
        answers, took = rush(server, folder / "ledger.jsonl", emails, within=0)
        proof = prove(server, Reader(folder / "ledger.jsonl").read())
    told = {
        (a.status, re.sub(r"[0-9a-f]{48}", "…", str(a.headers.get("location")))) for a in answers
    }
    proof.must(len(told) == 1, f"{len(told)} different answers: {sorted(told)[:3]}")
    proof.must(proof.acknowledged == 1, f"{proof.acknowledged} addresses")
    return Found(
        f"{SAME:,} answers within {took:.1f} s, {len(told)} kind; 1 row, 1 mail; {proof}",
        proof.failures,
    )


def rush(
    server: Server, file: Path, emails: Sequence[str], within: float
) -> tuple[list[Answer], float]:
    """Send all forms, evenly over ``within`` seconds; return the answers and the time for all."""
    token = find_token(server.get(page_path(server.instance.slug))[1])
    with file.open("w", encoding="utf-8") as stream:
        pen = Pen(stream)

        async def send(number: int, email: str) -> Answer:
            await asyncio.sleep(within * number / len(emails))
            visitor = Visitor(server.instance.url, server.instance.slug, number, pen)
            return await visitor.send_once(token, email)

        async def send_all() -> list[Answer]:
            return await asyncio.gather(*(send(*pair) for pair in enumerate(emails, 1)))

        begun = time.monotonic()
        answers = asyncio.run(send_all())
        return answers, time.monotonic() - begun


def _is_yes(answer: Answer) -> bool:
    return answer.status == 303


def _is_later(answer: Answer) -> bool:
    return answer.status == 503 and "retry-after" in answer.headers


DRILLS = [
    Drill(
        "L2",
        f"{DISTINCT} sign-ups in one second, distinct addresses",
        "all acknowledged, or 503 with Retry-After; acknowledged = rows",
        distinct,
        is_patient=True,
    ),
    Drill(
        "L3",
        f"{SAME:,} sign-ups with the same address, in parallel",
        "1 row, 1 mail, the same neutral answer to all",
        same,
        is_patient=True,
    ),
]
