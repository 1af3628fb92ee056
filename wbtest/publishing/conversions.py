"""What a visitor may have to do to count, from the cheapest to the nearest to paying. Pure."""

from typing import Literal, NamedTuple

Conversion = Literal["signup", "confirmed", "price", "call", "preorder"]


class Act(NamedTuple):
    """One of these in words, and how many hours after the visit it usually counts.

    ``worth`` is what it says about people, ``plural`` what many are called.
    """

    name: str
    worth: str
    do: str
    did: str
    plural: str
    hours: int = 24


ACTS: dict[Conversion, Act] = {
    "signup": Act("A sign-up", "it costs nothing", "sign up", "signed up", "sign-ups"),
    "confirmed": Act(
        "A confirmed sign-up",
        "it costs a minute and a real mailbox",
        "confirm",
        "confirmed in time",
        "confirmations",
        hours=168,
    ),
    "price": Act(
        "A yes to the price",
        "it costs nothing, but names a number",
        "say yes to the price",
        "said yes to the price",
        "yeses to the price",
    ),
    "call": Act(
        "A yes to a call", "it costs time", "agree to a call", "agreed to a call", "yeses to a call"
    ),
    "preorder": Act(
        "A click through to the pre-order",
        "it is the nearest to paying",
        "click through to the pre-order",
        "clicked through to the pre-order",
        "clicks through to the pre-order",
    ),
}


def act_named(name: str | None) -> Act:
    """Return what a form or an address names; a sign-up where it names nothing."""
    return next((act for each, act in ACTS.items() if each == name), ACTS["signup"])
