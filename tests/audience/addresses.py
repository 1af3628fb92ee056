"""Addresses that were left on a page, as rows: how they come there is tested elsewhere."""

from typing import Any

from wbtest.audience.models import Signup
from wbtest.audience.signup_mail import hash_of
from wbtest.publishing.models import Experiment
from wbtest.store import writing


def leave_addresses(experiment: Experiment, number: int, **details: Any) -> None:
    """Store so many sign-ups that were asked to confirm and did; their tokens are their numbers."""
    kept = {"confirmed_us": 2, "is_asked_to_confirm": True, "excluded_because": ""} | details
    prefix = details.get("email", "p")
    with writing() as session:
        for one in range(number):
            address = f"{prefix}{one}@x.io"
            session.add(
                Signup(
                    experiment_id=experiment.id, email_key=address, variant="control",
                    at_us=1, source="direct", device="phone", token_hash=hash_of(f"{prefix}{one}"),
                    **kept | {"email": address},
                )
            )  # fmt: skip
