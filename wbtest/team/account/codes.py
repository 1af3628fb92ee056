"""Codes of the second factor: those of a phone (RFC 6238) and those on paper. Pure."""

import secrets
from datetime import datetime

import pyotp

# Half a minute before and after: clocks of phones are not exact.
NEIGHBOURS = (0, -1, 1)
SECONDS = 30
RECOVERY_CODES = 10
# No letter or digit that looks like another one; 49 bits in ten of them.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 5


def make_secret() -> str:
    """Return 160 random bits in base32, as authenticator apps want them."""
    return pyotp.random_base32()


def address_of(secret: str, email: str, issuer: str) -> str:
    """Return the otpauth:// address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def find_step(secret: str, typed: str, now: datetime, after: int = -1) -> int | None:
    """Return the time step whose code was typed, if it is about ``now`` and later than ``after``.

    >>> from datetime import UTC
    >>> now, secret = datetime(2027, 3, 1, 9, tzinfo=UTC), "JBSWY3DPEHPK3PXP" * 2
    >>> find_step(secret, "000000", now) is None
    True
    """
    code = pyotp.TOTP(secret)
    current = int(now.timestamp()) // SECONDS
    digits = "".join(typed.split())
    for step in (current + by for by in NEIGHBOURS):
        if secrets.compare_digest(code.generate_otp(step).encode(), digits.encode()):
            return step if step > after else None
    return None


def make_recovery_codes() -> list[str]:
    """Return ten codes such as ``k7f2m-9xq4t``."""
    return [f"{_half()}-{_half()}" for _ in range(RECOVERY_CODES)]


def as_kept(typed: str) -> str:
    """Return a recovery code as it is compared: small letters, without what people put between.

    >>> as_kept(" K7F2M 9xq4t ")
    'k7f2m9xq4t'
    """
    return "".join(letter for letter in typed.lower() if letter.isalnum())


def is_of_paper(typed: str) -> bool:
    """Whether this may be a recovery code; what a phone shows is shorter.

    >>> is_of_paper("k7f2m-9xq4t"), is_of_paper("081 804")
    (True, False)
    """
    return len(as_kept(typed)) == 2 * _HALF


def _half() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_HALF))
