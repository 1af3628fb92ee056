"""The memo that follows from the rest of its file, part by part; what only it states is marked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from wbtest.publishing import rule as rules
from wbtest.results import standing
from wbtest.results.deciding import open_ends
from wbtest.results.deciding.comparing import STATED, Several
from wbtest.results.deciding.recomputing import Recomputed, names_of
from wbtest.results.deciding.statement import check_values, verdict_values
from wbtest.results.decisions import contradiction_of
from wbtest.results.figures import Results
from wbtest.results.figures_json import results_json
from wbtest.writing import document as documents

Export = Mapping[str, Any]


def memo_from(export: Export, known: Recomputed | None) -> dict[str, Any]:
    """Return the memo as it follows; STATED stands where nothing else in the file tells it.

    Where the figures could not be computed, ``known`` is None and they are taken as stated.
    """
    memo = export["memo"]
    figures = _figures(export, known.results) if known else memo["figures"]
    document = documents.from_json(export["revision"])
    rule = rules.from_json(json.loads(export["sealed"])["rule"])
    counted: dict[str, Any] = {"verdict": STATED, "trust": STATED, "figures": STATED}
    if known:
        phrases = _phrases(memo, known.results, figures["seal"])
        counted = {
            "verdict": verdict_values(known.results, phrases),
            "trust": _trust(memo["trust"], known),
            "figures": figures,
        }
    return {
        "made_by": STATED,
        "number": STATED,
        "experiment": _experiment(export, document.product),
        "decision": _decision(memo, figures),
        "attempts": _attempts(memo),
        "forecasts": _forecasts(memo, figures),
        "open": open_ends.as_values(open_ends.open_ends_of(document, rule)),
        "revision": _revision(memo["revision"]),
        # Whoever reads the file has compared them with what they are of.
        "digests": {name: memo["digests"][name] for name in ("revision", "seal", "data")},
        **counted,
    }


def _experiment(export: Export, product: str) -> dict[str, Any]:
    facts, sealed = export["memo"]["experiment"], json.loads(export["sealed"])
    names = names_of(sealed)
    counted = export["data"]["variants"] if export["data"] else list(names)
    return {
        "slug": sealed["slug"],
        "product": product,
        "started_at": _start(facts["started_at"], export["data"]),
        "ended_at": STATED,
        "is_paused": STATED,
        "variants": [{"key": key, "name": names.get(key, "")} for key in counted],
    }


def _start(stated: str, counted: Mapping[str, Any] | None) -> Any:
    """Of the start counts know the second, so the rest is stated."""
    if counted is None:
        return STATED
    second = datetime.fromtimestamp(counted["started"], UTC)
    is_same = datetime.fromisoformat(stated).replace(microsecond=0) == second
    return STATED if is_same else second.isoformat()


def _decision(memo: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    said = memo["decision"]
    against, second = contradiction_of(said["choice"], figures), said["second"]
    is_seconded = bool(against) and isinstance(second, dict)
    # An old memo says nothing of the moment in which it was signed.
    signed_at = memo["figures"]["as_of"] if memo["made_by"] else STATED
    return {
        "choice": STATED,
        "reason": STATED,
        "by": {"id": STATED, "name": STATED},
        "signed_at": signed_at,
        "decided_at": STATED if is_seconded else signed_at,
        "against": against,
        "second": {"id": STATED, "name": STATED, "at": said["decided_at"]} if is_seconded else None,
        # Who was alone then is known to nobody; that others were there follows from a second.
        "is_alone": STATED if against and not is_seconded else False,
    }


def _revision(told: Mapping[str, Any]) -> dict[str, Any]:
    names = ("by", "at", "is_alone_on_day_one", "traded_away")
    approvals = [dict.fromkeys(names, STATED) for _ in told["approvals"]]
    return {"number": STATED, "form": STATED, "author": STATED, "approvals": Several(approvals)}


def _attempts(memo: Mapping[str, Any]) -> Any:
    """Tests of a release are counted from 1, and this one is not among the others."""
    own, told = memo["figures"]["attempt"], memo["attempts"]
    texts = {"slug": STATED, "claim": STATED, "outcome": STATED, "decided": STATED}
    # As many as came before it; some may have come since.
    count = max(len(told), own - 1) if memo["made_by"] else len(told)
    found = [{"number": n + (n >= own), **texts} for n in range(1, count + 1)]
    return Several(found) if count == len(told) else found


def _forecasts(memo: Mapping[str, Any], figures: Mapping[str, Any]) -> dict[str, Any]:
    """What was guessed is only stated; what came of it, and the order, follow."""
    told, control = memo["forecasts"], figures["variants"][0]
    if not (figures["final"] and control["seen"] and memo["made_by"]):
        return {"made": STATED, "scored": []}
    came = control["converted"] / control["seen"]
    scored = sorted(told["scored"], key=lambda each: (abs(each["rate"] - came), each["name"]))
    is_sorted = scored == told["scored"]
    return {
        "made": len(scored),
        "scored": Several(
            [
                {
                    "name": STATED if is_sorted else guess["name"],
                    "rate": STATED,
                    "low": STATED,
                    "high": STATED,
                    "came": came,
                    "is_held": guess["low"] <= came <= guess["high"],
                }
                for guess in scored
            ]
        ),
    }


def _phrases(memo: Mapping[str, Any], results: Results, seal: str) -> list[str]:
    revision = memo["revision"]
    alone = [approval["is_alone_on_day_one"] for approval in revision["approvals"]]
    # Which of several approvals was the one that sufficed, only the workspace knows.
    is_told = standing.ALONE in memo["verdict"]["standing"]
    return standing.phrases(
        results,
        seal=seal,
        revision=revision["number"],
        form=revision["form"],
        is_alone=any(alone) if is_told else bool(alone) and all(alone),
    )


def _trust(told: list[Mapping[str, Any]], known: Recomputed) -> list[dict[str, Any]]:
    states = {check["check"]: check["state"] for check in told}
    found = []
    for check in known.results.trust:
        stated = known.stated.get(check.check, frozenset())
        values = check_values(check)
        # Only what is measured may stop a verdict.
        is_possible = states.get(check.check) in ("ok", "warn")
        found.append(
            {
                name: STATED if name in stated and (name != "state" or is_possible) else value
                for name, value in values.items()
            }
        )
    return found


def _figures(export: Export, results: Results) -> dict[str, Any]:
    memo = export["memo"]
    found: dict[str, Any] = json.loads(json.dumps(results_json(results)))
    return found | {"as_of": STATED, "attempt": STATED, "seal": memo["digests"]["seal"]}
