"""The pass of whoever typed a shared link's password: a signed cookie, for this link alone.

It ends by itself, and at once when the link gets another token or another password.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from wbtest.config import Settings
from wbtest.extensions import clock
from wbtest.results.sharing.models import SharedLink
from wbtest.runtime import runtime
from wbtest.store import Invalid
from wbtest.team import passwords, tries

WRONG = "This is not the password of this link. Check it and try again."
LIFE = timedelta(hours=2)


def cookie_name(settings: Settings) -> str:
    """Name of the cookie; it is sent to the address of one link, so it cannot be ``__Host-``."""
    return "__Secure-wb-shared" if settings.is_https else "wb-shared"


def may_open(link: SharedLink, given: str) -> bool:
    """Whether the link asks for no password, or the pass in the cookie is its own and still good.

    False for anything else that a cookie may hold.
    """
    if not link.password_hash:
        return True
    until, _, signature = given.partition(".")
    if not (given.isascii() and until.isdigit() and len(until) <= 12):
        return False
    is_ours = hmac.compare_digest(signature, _sign(link, until))
    return is_ours and clock.now() < datetime.fromtimestamp(int(until), UTC)


def check_password(link: SharedLink, password: str) -> None:
    """Raise Invalid unless this is the link's password, and RateLimited where somebody guesses."""
    with tries.counted(f"shared link {link.token_hash}"):
        if not passwords.is_right(link.password_hash or None, password):
            raise Invalid("password", WRONG)


def make_pass(link: SharedLink) -> str:
    """Return what the cookie holds for two hours."""
    until = str(int((clock.now() + LIFE).timestamp()))
    return f"{until}.{_sign(link, until)}"


def _sign(link: SharedLink, until: str) -> str:
    # The purpose is part of what is signed, so no other signature of ours can stand in for it.
    secret = runtime().settings.secret_key
    claim = f"shared:{link.token_hash}:{link.password_hash}:{until}"
    return hmac.new(secret.encode(), claim.encode(), hashlib.sha256).hexdigest()
