"""The sign-ups as files for their owner: every address with the record of its consent.

Whoever was brought in stands with what the team's own list says: then a file that is brought in
again loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from wbtest.audience.lists.columns import OURS
from wbtest.results.signup_list import ListedSignup

SIGNUP_COLUMNS = (
    *("email", "name", "variant", "at", "source", "device"),
    *("asked_to_confirm", "confirmed_at", "counts"),
    *("notes", "consent", "page_version", "answered_at", "agreed_at"),
    *("origin", "consented_at", "brought_in_at"),
)
# What a mailing tool takes: each of them finds an e-mail by this heading.
MAILING_COLUMNS = ("email", "name", "tags", "source", "consent", "consented_at")


def signup_rows(
    signups: Iterable[ListedSignup], questions: Sequence[str] = (), kept: Sequence[str] = ()
) -> Iterator[Sequence[Any]]:
    """Every sign-up with the reason why it counts or does not; times in UTC.

    Each of the ``questions`` has a column of its own at the end, and so has what was ``kept`` from
    lists, by heading.
    """
    yield *SIGNUP_COLUMNS, *questions, *(f"{OURS}{heading}" for heading in kept)
    for signup in signups:
        yield (
            signup.email,
            signup.name,
            signup.variant,
            _at(signup),
            signup.said.get("source") or signup.source,
            signup.device,
            "yes" if signup.is_asked_to_confirm else "no",
            _text(signup.confirmed_at),
            signup.standing,
            "; ".join(signup.notes),
            signup.consent,
            signup.page_version,
            _text(signup.answered_at),
            _text(signup.agreed_at),
            signup.origin,
            _consented_at(signup),
            signup.at.isoformat() if signup.origin == "imported" else "",
            *(signup.answers.get(question, "") for question in questions),
            *(signup.kept.get(heading, "") for heading in kept),
        )


def mailing_rows(signups: Iterable[ListedSignup], slug: str) -> Iterator[Sequence[str]]:
    """Whoever agreed to mail, and confirmed it if they were asked to; for a mailing tool.

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
                signup.said.get("source") or signup.source,
                signup.consent,
                _consented_at(signup),
            )


def signup_records(signups: Iterable[ListedSignup]) -> Iterator[dict[str, Any]]:
    """The same as values by name."""
    for signup in signups:
        yield {
            "email": signup.email,
            "name": signup.name,
            "variant": signup.variant,
            "at": _at(signup),
            "source": signup.said.get("source") or signup.source,
            "device": signup.device,
            "asked_to_confirm": signup.is_asked_to_confirm,
            "confirmed_at": _text(signup.confirmed_at),
            "counts": signup.is_counted,
            "standing": signup.standing,
            "notes": list(signup.notes),
            "consent": {"words": signup.consent, "page_version": signup.page_version},
            "answers": dict(signup.answers),
            "answered_at": _text(signup.answered_at),
            "agreed_at": _text(signup.agreed_at),
            "origin": signup.origin,
            "brought_in": {"at": signup.at.isoformat(), "kept": dict(signup.kept)}
            if signup.origin == "imported"
            else None,
        }


def signup_json(signups: Iterable[ListedSignup]) -> Iterator[str]:
    """The same as a JSON list, one line each, so that any number can be streamed."""
    start = "[\n"
    for record in signup_records(signups):
        yield start + json.dumps(record, ensure_ascii=False)
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"


def _at(signup: ListedSignup) -> str:
    """When somebody signed up: elsewhere, as the list has it, or here."""
    return signup.said.get("at") or signup.at.isoformat()


def _consented_at(signup: ListedSignup) -> str:
    """When somebody agreed; on a page they do with the button. '' where a list does not say it."""
    if signup.origin == "imported":
        return signup.said.get("agreed", "")
    return signup.at.isoformat()


def _text(at: datetime | None) -> str:
    return at.isoformat() if at else ""
