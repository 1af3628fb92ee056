"""What keeps the public forms from being misused, without a third party: measures and limits.

A person is never turned away for how they look: what is doubted is kept and marked. Nor for coming
with many others: to refuse one who says yes would count as a no, so on a page that is overrun our
mails wait instead. Only a network that sends more than its people can is asked to come back later.
"""

from functools import cache
from typing import NamedTuple

from disposable_email_domains import blocklist

from wbtest.audience import traffic
from wbtest.audience.visitors import Visitor

# Pressed sooner after the page with the button was sent, or after our mail was.
FASTEST_BUTTON_SECONDS = 1.0
FASTEST_MAIL_SECONDS = 2.0


class Guard(NamedTuple):
    """The measures of a server.

    ``fastest_seconds`` from a page to its form; ``most_a_page`` sign-ups of a page in an hour are
    written to at once, those beyond at this pace.
    """

    fastest_seconds: float = 1.5
    most_a_page: int = 2_000

    def is_too_fast(self, visitor: Visitor | None, at: float) -> bool:
        """Whether a form came sooner than a person can fill it in; ``at`` in seconds since 1970.

        The page itself is the same for everybody for an hour, so the time is that of the cookie,
        which is set when somebody comes for the first time. Where there is none, nobody knows; nor
        where it is of a later time, because the clock was set back meanwhile.
        """
        # A cookie holds whole seconds, so one of this very second is not of a later one.
        return bool(visitor and visitor.issued and 0 <= at - visitor.issued < self.fastest_seconds)


def is_disposable(email_key: str) -> bool:
    """Whether an address is of a service that gives them away for an hour.

    >>> is_disposable("a@mailinator.com"), is_disposable("a@eu.mailinator.com")
    (True, True)
    >>> is_disposable("a@example.com")
    False
    """
    labels = email_key.rpartition("@")[2].split(".")
    return any(".".join(labels[start:]) in _disposable() for start in range(len(labels) - 1))


def is_automated(user_agent: str, since_shown: float | None, since_mail: float | None) -> bool:
    """Whether a machine may have pressed the button of our mail; it says so, or nobody is so fast.

    The seconds since the page with the button was shown and since our mail was queued; None where
    that is not known.
    """
    if traffic.classify(user_agent):
        return True
    is_fast = since_shown is not None and 0 <= since_shown < FASTEST_BUTTON_SECONDS
    return is_fast or (since_mail is not None and 0 <= since_mail < FASTEST_MAIL_SECONDS)


@cache
def _disposable() -> frozenset[str]:
    return frozenset(blocklist)
