"""Every proof there is, by suite, in the order in which they run."""

from collections.abc import Sequence

from tests.attacks import proofs as attacks
from tests.bench import proofs as bench
from tests.drills import proofs as drills
from tests.fuzz import proofs as fuzz
from tests.proofs import size
from tests.proofs import statistics as selftest
from tests.proofs.proof import Proof

SUITES: dict[str, Sequence[Proof]] = {
    "bench": bench.PROOFS,
    "drills": drills.PROOFS,
    "attacks": attacks.PROOFS,
    "fuzz": fuzz.PROOFS,
    "statistics": selftest.PROOFS,
    "size": size.PROOFS,
}


def find_proofs(suite: str, names: Sequence[str] = ()) -> list[Proof]:
    """Return the proofs of a suite, or those of these names. Raises LookupError."""
    known = {proof.name: proof for proof in SUITES[suite]}
    if unknown := [name for name in names if name not in known]:
        raise LookupError(
            f"There is no {', '.join(unknown)} in {suite}; there are {', '.join(known)}."
        )
    return [known[name] for name in names or known]
