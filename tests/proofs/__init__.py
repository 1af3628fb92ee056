"""What every proof has in common: benches, drills, attacks, fuzzing and counts end with figures.

``figure`` says what one is, ``suites`` lists all proofs, ``running`` runs them, ``record`` keeps
what they found in docs/figures.json, and ``pages`` writes it into the docs.
"""
