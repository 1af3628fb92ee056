"""What belongs in each field of a decision. Pure."""

from wbtest.helping.belonging import Belongs

DECISION = {
    "choice": Belongs(
        "What the sealed rule says stands above. To decide otherwise is allowed, and stays visible."
    ),
    "reason": Belongs(
        "What you saw, and what you do next: for somebody who reads it in a year.",
        "Feels right",
        "11 % of 900 parents signed up at £4. We build the photo plan until May.",
    ),
}
