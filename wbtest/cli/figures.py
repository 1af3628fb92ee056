"""The figures of a test as text, from their JSON form: of `wbtest results` and `wbtest analyze`."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from wbtest.results.chart_style import odds, times

VERDICTS = {"met": "met", "not_met": "not met", "not_enough": "not enough"}


def as_text(values: Mapping[str, Any]) -> str:
    """Return verdict, variants, comparison and split, and of each figure whether it is safe."""
    parts = [_verdict(values), _rates(values), _evidence(values)]
    if len(values["variants"]) > 1:
        parts += [_comparison(values), _chances(values), _split(values)]
    return "\n\n".join(parts)


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Return rows whose columns stand under each other, the first to the left.

    >>> print(columns([("", "rate"), ("control", "5.0 %")]))
                rate
      control  5.0 %
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(_aligned(row, widths)).rstrip() for row in rows)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = zip(row, widths, strict=True)
    return [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]


def _verdict(values: Mapping[str, Any]) -> str:
    word = "withheld" if values["withheld"] else VERDICTS[values["verdict"]]
    recommended = values["recommendation"].replace("_", " ")
    rest = "" if values["withheld"] else f", {recommended}"
    return f"Verdict: {word}{rest}. {values['why']}"


def _rates(values: Mapping[str, Any]) -> str:
    rows = [("variant", "seen", "converted", "rate", "decision", "sequence", "Wilson", "credible")]
    for variant in values["variants"]:
        signed_up = variant.get("converted", variant["signups"])
        ends = [_between(variant[name]) for name in ("decision", "sequence", "wilson", "credible")]
        rows.append(
            (
                variant["key"],
                f"{variant['seen']:,}",
                f"{signed_up:,}",
                _percent(variant["rate"]),
                *ends,
            )
        )
    return f"Rates. Safe to watch: decision, sequence. For information: the rest.\n{columns(rows)}"


def _evidence(values: Mapping[str, Any]) -> str:
    target = values["target"]
    rows = [
        ("variant", "above target", "below target", "chance above"),
        *(
            (
                variant["key"],
                odds(variant["log_e_above"]),
                odds(variant["log_e_below"]),
                _percent(variant["probability_above"]),
            )
            for variant in target["variants"]
        ),
    ]
    floor = "" if target["floor"] is None else f", the floor {_percent(target['floor'])}"
    needed = ""
    if "needed_above" in target:
        needed = f" Needed: {odds(target['needed_above'])} and {odds(target['needed_below'])}."
    return (
        f"Evidence. The target is {_percent(target['rate'])}{floor}. Safe to watch: the odds. For "
        f"information: the chance.{needed}\n{columns(rows)}"
    )


def _comparison(values: Mapping[str, Any]) -> str:
    if values["split"]["mismatch"]:
        return "Comparison withheld: visitors do not reach the variants as planned."
    rows = [("variant", "evidence that it is better", "its rate is … times", "")]
    for pair in values["comparison"]:
        low, high = (inf if end is None else end for end in pair["ratio"])
        name = f"{pair['b']} against {pair['a']}"
        rows.append((name, odds(pair["log_e"]), times(low), f"to {times(high)}"))
    best = values["best"] or "none yet"
    return f"Comparison. Safe to watch. Best: {best}.\n{columns(rows)}"


def _chances(values: Mapping[str, Any]) -> str:
    rows = [("variant", "chance to be best", "lost by choosing it")]
    for variant in values["variants"]:
        best, loss = variant["probability_best"], variant["expected_loss"]
        rows.append((variant["key"], _percent(best), _percent(loss, digits=2)))
    return f"Ranking. For information.\n{columns(rows)}"


def _split(values: Mapping[str, Any]) -> str:
    split = values["split"]
    word = "BROKEN" if split["mismatch"] else "as planned"
    return (
        f"Split: {word}. Evidence against it {odds(split['log_e'])} (alarm at 100 to 1); for "
        f"information: χ² {split['chi_square']:.2f}, p {split['p_value']:.3g}.\n"
        f"All equal: evidence against it {odds(values['all_equal']['log_e'])}."
    )


def _between(ends: Sequence[float | None]) -> str:
    low, high = ends
    return f"{_percent(low, unit='')} to {_percent(high)}"


def _percent(rate: float | None, digits: int = 1, unit: str = " %") -> str:
    return "–" if rate is None else f"{100 * rate:.{digits}f}{unit}"
