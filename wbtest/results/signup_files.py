"""The sign-ups as files for their owner: every address with the record of its consent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from wbtest.publishing.models import Experiment
from wbtest.publishing.running.seals import sealed_options
from wbtest.results.signup_list import ListedSignup

SIGNUP_COLUMNS = (
    *("email", "name", "variant", "at", "source", "device"),
    *("asked_to_confirm", "confirmed_at", "counts"),
    *("notes", "consent", "page_version"),
    *("answered_at", "price_at", "call_at", "preorder_at"),
    "origin",
)
# What a mailing tool takes: each of them finds an e-mail by this heading.
MAILING_COLUMNS = ("email", "name", "tags", "source", "consent", "consented_at")


def questions_of(experiment: Experiment) -> list[str]:
    """Return the questions that the page asks after the sign-up."""
    return [asked.text for asked in sealed_options(experiment).questions]


def signup_rows(
    signups: Iterable[ListedSignup], questions: Sequence[str] = ()
) -> Iterator[Sequence[Any]]:
    """Every sign-up with the reason why it counts or does not; times in UTC.

    Each of the ``questions`` has a column of its own at the end.
    """
    yield *SIGNUP_COLUMNS, *questions
    for signup in signups:
        yield (
            signup.email,
            signup.name,
            signup.variant,
            signup.at.isoformat(),
            signup.source,
            signup.device,
            "yes" if signup.is_asked_to_confirm else "no",
            _text(signup.confirmed_at),
            signup.standing,
            "; ".join(signup.notes),
            signup.consent,
            signup.page_version,
            _text(signup.answered_at),
            _text(signup.price_at),
            _text(signup.call_at),
            _text(signup.preorder_at),
            signup.origin,
            *(signup.answers.get(question, "") for question in questions),
        )


def mailing_rows(signups: Iterable[ListedSignup], slug: str) -> Iterator[Sequence[str]]:
    """People who agreed to mail, and confirmed it if they were asked to; for a mailing tool.

    The tags say which page and variant, and how they came, so that they can be told apart there.
    """
    yield MAILING_COLUMNS
    for signup in signups:
        if signup.may_hear:
            tags = (slug, signup.variant if signup.origin == "page" else signup.origin)
            yield (
                signup.email,
                signup.name,
                ",".join(tag.replace(",", " ") for tag in tags),
                signup.source,
                signup.consent,
                signup.at.isoformat(),
            )


def signup_records(signups: Iterable[ListedSignup]) -> Iterator[dict[str, Any]]:
    """The same as values by name."""
    for signup in signups:
        yield {
            "email": signup.email,
            "name": signup.name,
            "variant": signup.variant,
            "at": signup.at.isoformat(),
            "source": signup.source,
            "device": signup.device,
            "asked_to_confirm": signup.is_asked_to_confirm,
            "confirmed_at": _text(signup.confirmed_at),
            "counts": signup.is_counted,
            "standing": signup.standing,
            "notes": list(signup.notes),
            "consent": {"words": signup.consent, "page_version": signup.page_version},
            "answers": dict(signup.answers),
            "answered_at": _text(signup.answered_at),
            "price_at": _text(signup.price_at),
            "call_at": _text(signup.call_at),
            "preorder_at": _text(signup.preorder_at),
            "origin": signup.origin,
        }


def signup_json(signups: Iterable[ListedSignup]) -> Iterator[str]:
    """The same as a JSON list, one line each, so that any number can be streamed."""
    start = "[\n"
    for record in signup_records(signups):
        yield start + json.dumps(record, ensure_ascii=False)
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""
