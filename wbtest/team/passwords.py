"""Passwords: how they are hashed, compared, and asked for again; tries at any secret are counted.

Wrong passwords count against the session or token that asks, so a stranger's guesses don't lock
its owner out.
"""

import gzip
import re
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from flask import has_request_context

from wbtest.store import Invalid, hold, writing
from wbtest.team import access, audit, rate_limits, sessions
from wbtest.team.models import Person

SHORTEST = 10
LONGEST_PASSWORD = 1000
# OWASP's second profile for Argon2id: 19 MiB, two passes, one lane.
PASSES, KIBIBYTES, LANES = 2, 19 * 1024, 1
# So many characters are somebody's own beside words that others guess first.
LEAST_OWN = 8
OF_THE_PRODUCT = ("wbtest", "press", "release", "landing", "page", "signup", "waiting", "password")
# Of a random word that nobody kept: an unknown email costs as much time as a known one.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1"
    "$imhd/+SVvQTmD0fq20ZuLQ$RXybE7pVIwz9PC8JJ3hYcCw11YamlqJd6OoCyUqDgDE"
)
WRONG = "This is not your password. Enter the one you log in with."
# From one IP, session or known browser.
MOST_TRIES = (10, rate_limits.QUARTER)
# From everywhere together. Who is known goes on, so that strangers lock nobody out.
MOST_OF_STRANGERS = (100, rate_limits.HOUR)


def hash_password(password: str) -> str:
    """Return the Argon2id hash to be stored."""
    return _hasher().hash(_composed(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; None, for nobody, takes the same time."""
    try:
        matches = _hasher().verify(stored or _NOBODY, _composed(password))
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored is not None


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher().check_needs_rehash(stored)


def stretch(text: str, salt: bytes) -> str:
    """Return 256 bits in hex that cost as much to make as a password's hash, always the same."""
    return hash_secret_raw(
        text.encode(), salt, PASSES, KIBIBYTES, LANES, hash_len=32, type=Type.ID
    ).hex()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=PASSES, memory_cost=KIBIBYTES, parallelism=LANES)


def find_fault(password: str, about: Collection[str] = ()) -> str:
    """Return the sentence that says why this password is no good, or '' when it is.

    ``about`` is what others know of whose it will be: name and email.

    >>> find_fault("short")
    'Use 10 characters or more; three or four words are easy to remember.'
    """
    if len(password) < SHORTEST:
        return f"Use {SHORTEST} characters or more; three or four words are easy to remember."
    if len(password) > LONGEST_PASSWORD:
        return f"Use at most {LONGEST_PASSWORD} characters."
    if len(set(password)) < 4:
        return "This repeats itself too much to be safe. Use three or four words."
    if "".join(password.casefold().split()) in common():
        return "Many people use this password, so attackers try it first. Use three or four words."
    if _is_guessed(password, (*_words_of(about), *OF_THE_PRODUCT)):
        return (
            "This is little more than your name, your email or a wbtest word, which attackers "
            "try first. Use three or four other words."
        )
    return ""


@cache
def common() -> frozenset[str]:
    """The most common passwords that are long enough, in small letters and without spaces."""
    packed = files("wbtest.team").joinpath("common_passwords.txt.gz").read_bytes()
    lines = gzip.decompress(packed).decode("ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _is_guessed(password: str, words: Collection[str]) -> bool:
    """Whether too little is left of a password without these words."""
    whole = left = "".join(filter(str.isalnum, password.casefold()))
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != whole and len(left) < LEAST_OWN


def _words_of(about: Collection[str]) -> Iterator[str]:
    """The words of names and emails that one may type as they are, without .com and the like."""
    for text in about:
        yield from re.findall(r"[^\W_]{3,}", re.sub(r"\.\w+$", "", text.casefold()))


def _composed(password: str) -> str:
    """The same for "é" typed on any keyboard: some send one character, some two."""
    return unicodedata.normalize("NFC", password)


def check_password(person: Person, password: str, field: str = "password") -> str:
    """Return the hash that the password belongs to; a wrong one is a line of the audit log.

    Raises Invalid at ``field``, and RateLimited. Not inside ``writing``.
    """
    stored = person.password_hash
    with count_try(person.email, name_of_asker()):
        if not is_right(stored, password):
            audit.record("login.password_refused", by=person)
            raise Invalid(field, WRONG)
    return stored


@contextmanager
def writing_with_password(person: Person, password: str) -> Iterator[None]:
    """A transaction for what the person does in the team once they typed their password.

    Raises as ``check_password``, at ``password``.
    """
    stored = check_password(person, password)
    with writing():
        # Before the person, as who deletes everything does: else each may wait for the other.
        hold(access.get_team())
        hold_with_password(person, stored)
        yield


def name_of_asker() -> str:
    """What names the session or token that asks among all; '' outside a request."""
    if not has_request_context():
        return ""
    if token := access.find_token():
        return f"token {token.id}"

    return f"session {sessions.digest(sessions.own_token())}"


def hold_with_password(person: Person, stored: str, field: str = "password") -> None:
    """Hold the person; a password that is another by now was right before, and is no longer."""
    hold(person)
    if person.password_hash != stored:
        raise Invalid(field, "Your password has changed. Log in with the new one.")


@contextmanager
def count_try(account: str, known_as: str = "") -> Iterator[None]:
    """Count one more try at this account's secret; all are forgiven when the block does not raise.

    ``known_as`` names the session or browser that asks, where the account knows it; the IP
    counts otherwise. Counting is a write of its own, so this must not stand inside
    ``store.writing``. Raises RateLimited when it may not be tried any more; then nothing is
    compared.
    """
    place = known_as or (rate_limits.line() if has_request_context() else "")
    counts = {f"tries {place} {account}": MOST_TRIES}
    if not known_as:
        counts[f"tries anywhere {account}"] = MOST_OF_STRANGERS
    for key, (most, lasts) in counts.items():
        rate_limits.admit(key, most, lasts)
    yield
    rate_limits.forgive(counts)
