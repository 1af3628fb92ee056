"""Why one may trust the figures: more checks, causes by the evidence at hand, and their panel."""
